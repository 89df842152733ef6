//! What one environment is: the application with the environment's override and size applied, and where each value comes from.
//!
//! Invariants: overrides are merged as trees, so every value keeps its own place; maps merge, lists and single values replace; merging
//! the same override twice is the same as merging it once.

use std::sync::Arc;

use strata_diag::{Diagnostics, Span};

use crate::model::{Application, Drift, Environment, Platform, Standard};
use crate::tree::{Entry, Map, Node, Value};
use crate::values::Name;
use crate::{de, load, schema, shape};

/// One environment of an application on its platform, with nothing left to look up.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The platform file.
    pub platform: Platform,
    /// The application with this environment's override and size applied.
    pub application: Application,
    /// The name of the environment.
    pub environment_name: Name,
    /// The environment's own part of the application file.
    pub environment: Environment,
    /// Every standard that this environment must meet, and who asked for it.
    pub compliance: Vec<ComplianceRef>,
    platform_tree: Arc<Node>,
    tree: Arc<Node>,
}

/// A standard and every place that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplianceRef {
    /// The standard.
    pub standard: Standard,
    /// The places: platform, application, environment.
    pub spans: Vec<Span>,
}

/// A merge patch for a generated resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The address of the resource.
    pub address: String,
    /// The merge patch (RFC 7396).
    pub value: serde_json::Value,
    /// Where it is written.
    pub span: Span,
}

impl Resolved {
    /// Where a value comes from: `services.api.uses.db`, or `platform:networks.nonprod` for the platform file. The override's place
    /// if an override set it; the nearest ancestor's if the path itself is not written.
    pub fn origin(&self, key_path: &str) -> Option<Span> {
        Some(match key_path.strip_prefix("platform:") {
            Some(path) => self.platform_tree.nearest_span(path),
            None => self.tree.nearest_span(key_path),
        })
    }

    /// The place of a key that is really written (in the file or in an override); none if it is a default.
    pub fn written(&self, key_path: &str) -> Option<Span> {
        let found = match key_path.strip_prefix("platform:") {
            Some(path) => self.platform_tree.find(path)?,
            None => self.tree.find(key_path)?,
        };
        Some(found.key_span.unwrap_or(&found.node.span).clone())
    }

    /// What to do about drift here: the environment's word, else the application's, else report.
    pub fn drift(&self) -> Drift {
        self.environment.drift.or(self.application.drift).unwrap_or_default()
    }

    /// The patches for generated resources: the application's, then the environment's, to be applied in this order.
    pub fn patches(&self) -> Vec<Patch> {
        let environment = format!("environments.{}.patch", self.environment_name);
        [("patch", &self.application.patch), (environment.as_str(), &self.environment.patch)]
            .into_iter()
            .flat_map(|(base, patches)| {
                patches.iter().map(move |(address, value)| Patch {
                    address: address.clone(),
                    value: value.clone(),
                    span: self.tree.nearest_span(&format!("{base}.{address}")),
                })
            })
            .collect()
    }

    pub(crate) fn tree(&self) -> &Node {
        &self.tree
    }
}

/// Resolves an environment, leaving out the override paths in `wrong`; pushes what is wrong with the result. None if the result cannot be read.
pub(crate) fn resolve(
    platform: &Platform,
    platform_tree: &Arc<Node>,
    application: &Application,
    tree: &Node,
    name: &Name,
    wrong: &[String],
    diagnostics: &mut Diagnostics,
) -> Option<Resolved> {
    let environment = application.environments.get(name.as_str())?.clone();
    let mut merged = tree.clone();
    apply_size(&mut merged, name);
    apply_override(&mut merged, tree, name, wrong);
    let mut found = Diagnostics::new();
    shape::check(&merged, schema::application(), "the application file", &mut found);
    if found.has_errors() {
        diagnostics.extend(found);
        return None;
    }
    let application: Application = match de::read(&merged) {
        Ok(application) => application,
        Err(error) => {
            diagnostics.push(load::unreadable(error));
            return None;
        }
    };
    let compliance = compliance(platform, platform_tree, &application, &merged, name, &environment);
    Some(Resolved {
        platform: platform.clone(),
        application,
        environment_name: name.clone(),
        environment,
        compliance,
        platform_tree: platform_tree.clone(),
        tree: Arc::new(merged),
    })
}

/// The sections whose things have sizes.
const SIZED_SECTIONS: &[&str] = &["services", "hosts", "jobs", "functions"];

/// An environment's `size` is the size of everything in it.
fn apply_size(merged: &mut Node, name: &Name) {
    let Some(size) = merged.find(&format!("environments.{name}.size")) else {
        return;
    };
    let entry = Entry { key_span: size.key_span.unwrap_or(&size.node.span).clone(), node: size.node.clone() };
    let Some(root) = merged.as_map_mut() else { return };
    for (section, things) in root.iter_mut() {
        let sized_section = SIZED_SECTIONS.contains(&section.as_str());
        if !sized_section && section != "resources" {
            continue;
        }
        let Some(things) = things.node.as_map_mut() else { continue };
        for thing in things.values_mut() {
            let Some(thing) = thing.node.as_map_mut() else { continue };
            let kind = thing.get("type").and_then(|kind| kind.node.as_text()).unwrap_or_default();
            if sized_section || ["postgres", "mysql", "redis", "search"].contains(&kind) {
                // A class is a size too: the environment's word takes its place.
                thing.shift_remove("class");
                thing.insert("size".to_owned(), entry.clone());
            }
        }
    }
}

fn apply_override(merged: &mut Node, tree: &Node, name: &Name, wrong: &[String]) {
    let Some(overrides) = tree.find(&format!("environments.{name}.override")).and_then(|found| found.node.as_map()) else {
        return;
    };
    for (path, entry) in overrides.iter().filter(|(path, _)| !wrong.contains(path)) {
        // A path that goes through a value that is no map changes nothing; the check of overrides has said so.
        merge_at(merged, path, entry);
    }
}

/// Merges a value at a dotted path, making maps on the way where there are none.
fn merge_at(node: &mut Node, path: &str, entry: &Entry) {
    let Some(map) = node.as_map_mut() else { return };
    if let Some(existing) = map.get_mut(path) {
        return merge(existing, entry);
    }
    // A key may hold dots itself: prefer the longest existing key that is a prefix of the path.
    let splits: Vec<usize> = path.match_indices('.').map(|(at, _)| at).collect();
    for at in splits.iter().rev() {
        if let Some(existing) = map.get_mut(&path[..*at]) {
            return merge_at(&mut existing.node, &path[at + 1..], entry);
        }
    }
    match splits.first() {
        None => {
            map.insert(path.to_owned(), entry.clone());
        }
        Some(at) => {
            let empty = Node { span: entry.node.span.clone(), value: Value::Map(Map::new()) };
            let created = map.entry(path[..*at].to_owned()).or_insert(Entry { key_span: entry.key_span.clone(), node: empty });
            merge_at(&mut created.node, &path[at + 1..], entry)
        }
    }
}

/// Maps merge; everything else replaces.
fn merge(base: &mut Entry, over: &Entry) {
    match (&mut base.node.value, &over.node.value) {
        (Value::Map(base), Value::Map(over)) => {
            for (key, entry) in over {
                match base.get_mut(key) {
                    Some(existing) => merge(existing, entry),
                    None => {
                        base.insert(key.clone(), entry.clone());
                    }
                }
            }
        }
        _ => *base = over.clone(),
    }
}

fn compliance(
    platform: &Platform,
    platform_tree: &Node,
    application: &Application,
    tree: &Node,
    name: &Name,
    environment: &Environment,
) -> Vec<ComplianceRef> {
    let mut all: Vec<ComplianceRef> = Vec::new();
    let environment_path = format!("environments.{name}.compliance");
    let places = [
        (&platform.compliance, platform_tree, "compliance"),
        (&application.compliance, tree, "compliance"),
        (&environment.compliance, tree, environment_path.as_str()),
    ];
    for (standards, tree, path) in places {
        for (index, standard) in standards.iter().enumerate() {
            let span = tree.nearest_span(&format!("{path}.{index}"));
            match all.iter_mut().find(|known| known.standard == *standard) {
                Some(known) => known.spans.push(span),
                None => all.push(ComplianceRef { standard: *standard, spans: vec![span] }),
            }
        }
    }
    all
}
