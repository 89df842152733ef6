//! `environments.<e>.override`: it may change what is there, and may not drop a control.

use strata_diag::{Code, Diagnostic, Diagnostics, Span, codes};

use crate::model::HandlingOfCardholderData;
use crate::suggest;
use crate::tree::{Node, Value};
use crate::values::Name;

/// The sections whose things an override may change.
const SECTIONS: &[&str] = &["services", "hosts", "jobs", "functions", "pipelines", "resources", "data", "compliance"];

/// Checks an override against the file as written; gives the paths that are wrong and must not be applied.
pub(crate) fn check(tree: &Node, environment: &Name, diagnostics: &mut Diagnostics) -> Vec<String> {
    let base = format!("environments.{environment}.override");
    let Some(overrides) = tree.find(&base).and_then(|found| found.node.as_map()) else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    for (path, entry) in overrides {
        let mut found = Diagnostics::new();
        let mut checker = Checker { tree, environment, diagnostics: &mut found };
        if path.is_empty() || path.split('.').any(str::is_empty) {
            let hint = "write names with dots between them: `services.api.scale.max`".to_owned();
            checker.push(codes::E0307, format!("`{path}` is not a path"), &entry.key_span, hint);
        } else {
            let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
            checker.walk(segments, &entry.node, &entry.key_span);
        }
        if !found.is_empty() {
            wrong.push(path.clone());
            diagnostics.extend(found);
        }
    }
    wrong
}

struct Checker<'a> {
    tree: &'a Node,
    environment: &'a Name,
    diagnostics: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn push(&mut self, code: Code, message: String, span: &Span, hint: String) {
        self.diagnostics.push(Diagnostic::error(code, message).at(span.clone()).hint(hint));
    }

    /// One path and its value; maps are walked into until names of things are reached.
    fn walk(&mut self, segments: Vec<String>, node: &Node, span: &Span) {
        if !self.section(&segments, span) {
            return;
        }
        let depth = names_depth(&segments[0]);
        if self.missing(&segments, depth, span) {
            return;
        }
        match &node.value {
            Value::Map(map) if !map.is_empty() => {
                for (key, entry) in map {
                    let mut deeper = segments.clone();
                    deeper.push(key.clone());
                    self.walk(deeper, &entry.node, &entry.key_span);
                }
            }
            _ => self.control(&segments.join("."), node, span),
        }
    }

    fn section(&mut self, segments: &[String], span: &Span) -> bool {
        let first = segments[0].as_str();
        if SECTIONS.contains(&first) {
            return true;
        }
        let environment = self.environment;
        let hint = match first {
            "patch" | "drift" | "adopt" | "ignore" => format!("write it beside `override`: `environments.{environment}.{first}`"),
            "environments" => "an environment does not change environments; write the key beside `override`".to_owned(),
            "app" | "version" | "owner" | "ci" | "moved" => "it is the same in every environment".to_owned(),
            other => suggest::hint(other, SECTIONS, "an override may change"),
        };
        let known = ["patch", "drift", "adopt", "ignore", "environments", "app", "version", "owner", "ci", "moved"].contains(&first);
        if known {
            self.push(codes::E0308, format!("an override may not change `{first}`"), span, hint);
        } else {
            self.push(codes::E0307, format!("there is no `{first}` to override"), span, hint);
        }
        false
    }

    /// Whether a name on the way does not exist, as far as the path goes.
    fn missing(&mut self, segments: &[String], depth: &[usize], span: &Span) -> bool {
        for at in depth {
            if segments.len() <= *at {
                return false;
            }
            let parent = segments[..*at].join(".");
            let names = self.tree.find(&parent).and_then(|found| found.node.as_map());
            let known: Vec<&str> = names.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
            if !known.contains(&segments[*at].as_str()) {
                // Only the last segment that this span stands for is reported, so a map with three good keys and a bad one gives one error.
                let message = format!("the override names `{}`, which is not in `{parent}`", segments[..=*at].join("."));
                self.push(codes::E0307, message, span, suggest::hint(&segments[*at], &known, "names there are"));
                return true;
            }
        }
        // What stands where the path goes on must be a map.
        for end in 1..segments.len() {
            let parent = segments[..end].join(".");
            let value = self.tree.find(&parent).map(|found| found.node);
            if let Some(node) = value.filter(|node| node.as_map().is_none()) {
                let message = format!("the override goes into `{parent}`, which is {}", node.kind());
                self.push(codes::E0307, message, span, format!("override `{parent}` as a whole"));
                return true;
            }
        }
        false
    }

    /// A value that replaces another must not be the weaker one.
    fn control(&mut self, path: &str, node: &Node, span: &Span) {
        let before = self.tree.find(path).map(|found| found.node);
        let segments: Vec<&str> = path.split('.').collect();
        let dropped = match segments.as_slice() {
            ["compliance"] => {
                let list = |node: &Node| -> Vec<String> {
                    match &node.value {
                        Value::List(list) => list.iter().filter_map(Node::scalar_text).collect(),
                        _ => Vec::new(),
                    }
                };
                let after = list(node);
                let gone: Vec<String> =
                    before.map(list).unwrap_or_default().into_iter().filter(|standard| !after.contains(standard)).collect();
                (!gone.is_empty()).then(|| {
                    (
                        format!("drops the standard {}", suggest::list(&gone)),
                        "to add a standard here, list it under the environment's own `compliance`".to_owned(),
                    )
                })
            }
            ["data", class] => {
                let rank = |node: &Node| match &node.value {
                    Value::Bool(flag) => usize::from(*flag),
                    Value::Text(text) => HandlingOfCardholderData::ALL.iter().position(|word| word.as_str() == &**text).unwrap_or(0),
                    _ => 0,
                };
                (before.map_or(0, rank) > rank(node)).then(|| {
                    (
                        format!("says less about the data than `data.{class}` does"),
                        "controls follow from the class of the data; make an application of its own for other data".to_owned(),
                    )
                })
            }
            ["resources", name, "versioned"] => {
                let kept = before.is_none_or(|node| matches!(node.value, Value::Bool(true)));
                (kept && matches!(node.value, Value::Bool(false))).then(|| {
                    (
                        format!("switches off the versions of the bucket `{name}`"),
                        "remove the line; `expire` limits how long old versions are kept".to_owned(),
                    )
                })
            }
            ["resources", name, "type"] => {
                let same = before.and_then(Node::as_text) == node.as_text();
                if !same {
                    let hint = "declare another resource, or change the type everywhere".to_owned();
                    self.push(codes::E0308, format!("an override may not change the type of `resources.{name}`"), span, hint);
                }
                None
            }
            _ => None,
        };
        if let Some((what, hint)) = dropped {
            let related = before.map(|node| node.span.clone());
            let diagnostic = Diagnostic::error(codes::E0402, format!("the override for `{}` {what}", self.environment)).at(span.clone());
            self.diagnostics.push(diagnostic.related(related, "the control comes from here").hint(hint));
        }
    }
}

/// Which segments of a path in this section are names that must exist.
fn names_depth(section: &str) -> &'static [usize] {
    match section {
        "pipelines" => &[1, 3],
        "services" | "hosts" | "jobs" | "functions" | "resources" => &[1],
        _ => &[],
    }
}
