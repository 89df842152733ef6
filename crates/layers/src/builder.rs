//! The builder: the one way in which a lowering adds a resource to the graph.
//!
//! Invariants: every resource that AWS lets us tag carries the ownership tags; every resource has an origin; what the
//! graph refuses is kept and said by [`Builder::finish`], so no lowering can lose it.

use std::collections::{BTreeMap, BTreeSet};

use strata_aws::AwsResource;
use strata_diag::Span;
use strata_graph::{Address, Document, Graph, GraphError, Layer, Origin, Resource, Scope, Tags, Text, TypeName};
use strata_spec::{Resolved, Spec};

use crate::naming::{Naming, limit};
use crate::placement::Placement;
use crate::posture::{Posture, Said, Setting};

/// What keeps a lowering from being a graph; always a mistake of ours, never of the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The graph refused it.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A resource could not be written as a document.
    #[error("{at} cannot be written as a document: {reason}")]
    Unwritable {
        /// Which.
        at: Address,
        /// Why.
        reason: String,
    },
}

/// Where the lines of the files are looked up.
#[derive(Debug, Clone, Copy)]
pub enum Lines<'a> {
    /// An environment and its platform.
    Environment(&'a Resolved),
    /// The platform alone.
    Platform(&'a Spec),
}

impl Lines<'_> {
    /// The place of a key path, or of the nearest key above it that is written. `platform:` starts paths of the platform file.
    #[must_use]
    pub fn span(&self, key_path: &str) -> Option<Span> {
        match self {
            Self::Environment(resolved) => resolved.origin(key_path),
            Self::Platform(spec) => {
                let (mut path, of_platform) = match key_path.strip_prefix("platform:") {
                    Some(path) => (path, true),
                    None => (key_path, false),
                };
                loop {
                    let found = if of_platform { spec.platform_span(path) } else { spec.application_span(path) };
                    match (found, path.rsplit_once('.')) {
                        (Some(span), _) => return Some(span),
                        (None, Some((above, _))) => path = above,
                        (None, None) => return spec.platform_span("platform"),
                    }
                }
            }
        }
    }

    /// The origin of a key path.
    #[must_use]
    pub fn origin(&self, key_path: &str) -> Origin {
        let key = key_path.strip_prefix("platform:").unwrap_or(key_path);
        match self.span(key_path) {
            Some(span) => Origin::new(span.file.clone(), span.line, key),
            None => Origin::new("platform.yaml", 1, key),
        }
    }
}

/// A resource that stands, or will stand, at an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Handle {
    /// The address.
    pub address: Address,
}

impl Handle {
    /// The resource of a type with a name in a scope, also before it was lowered.
    #[must_use]
    pub fn to<R: AwsResource>(scope: &Scope, name: &str) -> Self {
        Self { address: Address::new(scope.clone(), R::CONTRACT.kind, name) }
    }

    /// One of its outputs, by the name in its contract.
    #[must_use]
    pub fn output(&self, name: &str) -> Text {
        Text::output(&self.address, name)
    }

    /// The output `Arn`.
    #[must_use]
    pub fn arn(&self) -> Text {
        self.output("Arn")
    }
}

impl std::ops::Deref for Handle {
    type Target = Address;

    fn deref(&self) -> &Address {
        &self.address
    }
}

/// Everything about a resource that is not a property of it.
#[derive(Debug, Clone, Default)]
pub struct About {
    origins: Vec<Origin>,
    keys: Vec<String>,
    purpose: String,
    data: Option<String>,
    classification: Option<String>,
    depends_on: BTreeSet<Address>,
    waiting_for: Option<String>,
    layer: Option<Layer>,
    tags: Tags,
    said: Vec<(Setting, String)>,
}

impl About {
    /// The key path that asked for it (`services.api`, `platform:networks.nonprod`), and one sentence on why it exists.
    #[must_use]
    pub fn new(key_path: impl Into<String>, purpose: impl Into<String>) -> Self {
        Self { keys: vec![key_path.into()], purpose: purpose.into(), ..Self::default() }
    }

    /// Another key path that asked for it.
    #[must_use]
    pub fn also(mut self, key_path: impl Into<String>) -> Self {
        self.keys.push(key_path.into());
        self
    }

    /// Other lines that asked for it.
    #[must_use]
    pub fn also_origins(mut self, origins: impl IntoIterator<Item = Origin>) -> Self {
        self.origins.extend(origins);
        self
    }

    /// The same origins and purpose for a part of the resource that holds nothing of its own (an alias, a policy).
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.data = None;
        self.classification = None;
        self.waiting_for = None;
        self
    }

    /// It holds the user's data under this name, and is destroyed only when that name is given.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>) -> Self {
        self.data = Some(name.into());
        self
    }

    /// The class of the data in it, for the tag `data-classification`.
    #[must_use]
    pub fn classified(mut self, classification: impl Into<String>) -> Self {
        self.classification = Some(classification.into());
        self
    }

    /// It must come after another resource that no property of it refers to.
    #[must_use]
    pub fn after(mut self, other: &Handle) -> Self {
        self.depends_on.insert(other.address.clone());
        self
    }

    /// What it waits for from people before it can do its work.
    #[must_use]
    pub fn waiting_for(mut self, what: impl Into<String>) -> Self {
        self.waiting_for = Some(what.into());
        self
    }

    /// Its layer, where it is not the builder's.
    #[must_use]
    pub fn in_layer(mut self, layer: Layer) -> Self {
        self.layer = Some(layer);
        self
    }

    /// A key of the files that decides a setting of the resource by itself, whatever the standards ask for.
    #[must_use]
    pub fn said(mut self, setting: Setting, key_path: impl Into<String>) -> Self {
        self.said.push((setting, key_path.into()));
        self
    }

    /// One more tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<Text>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }
}

/// Adds resources of one scope to a graph.
#[derive(Debug)]
pub struct Builder<'a> {
    graph: Graph,
    problems: Vec<Problem>,
    scope: Scope,
    layer: Layer,
    lines: Lines<'a>,
    platform: String,
    common: Tags,
    naming: Naming,
    posture: Posture,
    said: BTreeMap<Address, Vec<Said>>,
}

impl<'a> Builder<'a> {
    /// A builder for one scope.
    #[must_use]
    pub fn new(lines: Lines<'a>, platform: &str, owner: Option<&str>, scope: &Scope, placement: &Placement, posture: Posture) -> Self {
        let mut common = Tags::new();
        common.insert("strata:platform".to_owned(), tag_value(platform).into());
        common.insert("strata:scope".to_owned(), tag_value(&scope.to_string()).into());
        common.insert("owner".to_owned(), tag_value(owner.unwrap_or(platform)).into());
        if let Scope::Environment { application, environment } = scope {
            common.insert("application".to_owned(), tag_value(application).into());
            common.insert("environment".to_owned(), tag_value(environment).into());
        }
        Self {
            graph: Graph::default(),
            problems: Vec::new(),
            scope: scope.clone(),
            layer: Layer::Network,
            lines,
            platform: platform.to_owned(),
            common,
            naming: Naming::new(platform, scope, &placement.account_id, &placement.region),
            posture,
            said: BTreeMap::new(),
        }
    }

    /// What the scope's standards ask for.
    #[must_use]
    pub fn posture(&self) -> &Posture {
        &self.posture
    }

    /// The layer of what is added from now on, unless [`About::in_layer`] says another.
    pub fn layer(&mut self, layer: Layer) -> &mut Self {
        self.layer = layer;
        self
    }

    /// The scope.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The platform's name.
    #[must_use]
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// The names of the scope.
    #[must_use]
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// A physical name within a limit of [`limit`].
    #[must_use]
    pub fn name(&self, parts: &[&str], limit: usize) -> String {
        self.naming.name(parts, limit)
    }

    /// The origin of a key path (`platform:` starts paths of the platform file).
    #[must_use]
    pub fn origin(&self, key_path: &str) -> Origin {
        self.lines.origin(key_path)
    }

    /// The lines of the files.
    #[must_use]
    pub fn lines(&self) -> Lines<'a> {
        self.lines
    }

    /// The resource of a type and name in this scope.
    #[must_use]
    pub fn handle<R: AwsResource>(&self, name: &str) -> Handle {
        Handle::to::<R>(&self.scope, name)
    }

    /// Whether there is a resource of a type and name in this scope already.
    #[must_use]
    pub fn has<R: AwsResource>(&self, name: &str) -> bool {
        self.graph.get(&self.handle::<R>(name).address).is_some()
    }

    /// The tags that a resource at an address carries, for properties that hold tags of things made later (launch templates).
    #[must_use]
    pub fn tags_of(&self, address: &Address, layer: Layer) -> Tags {
        let mut tags = self.common.clone();
        tags.insert("strata:address".to_owned(), tag_value(&address.to_string()).into());
        tags.insert("layer".to_owned(), layer.word().into());
        tags.insert("Name".to_owned(), self.naming.name(&[address.name()], limit::TAG).into());
        tags
    }

    /// Adds a resource under a name unique among its type in this scope.
    pub fn add<R: AwsResource>(&mut self, name: &str, mut resource: R, about: About) -> Handle {
        let handle = self.handle::<R>(name);
        let layer = about.layer.unwrap_or(self.layer);
        let mut tags = self.tags_of(&handle.address, layer);
        tags.extend(about.tags);
        if let Some(classification) = &about.classification {
            tags.insert("data-classification".to_owned(), tag_value(classification).into());
        }
        if let Some(own) = resource.tags_mut() {
            // A tag that the lowering wrote itself stays, unless it is one that ownership is proven by.
            for (key, value) in tags {
                if key.starts_with("strata:") {
                    own.insert(key, value);
                } else {
                    own.entry(key).or_insert(value);
                }
            }
        }
        let mut origins: Vec<Origin> = about.keys.iter().map(|key| self.lines.origin(key)).collect();
        for origin in about.origins {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        let said = about.said.into_iter().map(|(setting, key)| Said::Setting(setting, self.lines.origin(&key)));
        let said: Vec<Said> = said.collect();
        if !said.is_empty() {
            self.said.insert(handle.address.clone(), said);
        }
        let properties = match Document::of(&resource) {
            Ok(properties) => properties,
            Err(error) => {
                self.problems.push(Problem::Unwritable { at: handle.address.clone(), reason: error.to_string() });
                return handle;
            }
        };
        let result = self.graph.insert(Resource {
            address: handle.address.clone(),
            type_name: TypeName(R::CONTRACT.type_name.to_owned()),
            layer,
            properties,
            depends_on: about.depends_on,
            origins,
            data: about.data,
            waiting_for: about.waiting_for,
            purpose: about.purpose,
        });
        if let Err(problem) = result {
            self.problems.push(problem.into());
        }
        handle
    }

    /// One more line that asked for a resource that is there already.
    pub fn add_origin(&mut self, handle: &Handle, key_path: &str) {
        let origin = self.lines.origin(key_path);
        if let Some(resource) = self.graph.get_mut(&handle.address)
            && !resource.origins.contains(&origin)
        {
            resource.origins.push(origin);
        }
    }

    /// A resource added before must come after another one.
    pub fn add_dependency(&mut self, handle: &Handle, on: &Handle) {
        if let Some(resource) = self.graph.get_mut(&handle.address) {
            resource.depends_on.insert(on.address.clone());
        }
    }

    /// What was added so far.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The graph, and what it refused.
    #[must_use]
    pub fn finish(self) -> Finished {
        Finished { graph: self.graph, problems: self.problems, scope: self.scope, posture: self.posture, said: self.said }
    }
}

/// What a builder made.
#[derive(Debug)]
pub struct Finished {
    /// The graph.
    pub graph: Graph,
    /// What the graph refused.
    pub problems: Vec<Problem>,
    /// The scope.
    pub scope: Scope,
    /// What the scope's standards asked for.
    pub posture: Posture,
    /// What the files said by themselves of settings of resources.
    pub said: BTreeMap<Address, Vec<Said>>,
}

/// A text as AWS takes it in a tag's value: letters, digits, spaces and `_ . : / = + - @`, at most 256 characters.
#[must_use]
pub fn tag_value(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_alphanumeric() || " _.:/=+-@".contains(character) { character } else { '-' })
        .take(limit::TAG)
        .collect()
}
