//! What rules see: a graph indexed by type, with typed reads and with references followed.
//!
//! Invariants: nothing here changes the graph; a resource that cannot be read is said ([`Undecidable`]), never skipped; each resource
//! is read once, however many rules ask.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;
use strata_aws::AwsResource;
use strata_graph::{Address, Graph, Resource, Text};

use crate::control::Undecidable;
use crate::topology::Topology;

/// Properties that hold a resource's own name: what others write where they do not refer to an output.
const NAME_PROPERTIES: [&str; 21] = [
    "BackupVaultName",
    "BucketName",
    "CacheParameterGroupName",
    "CacheSubnetGroupName",
    "ClusterName",
    "DBInstanceIdentifier",
    "DBParameterGroupName",
    "DBSubnetGroupName",
    "DomainName",
    "FunctionName",
    "InstanceProfileName",
    "LogGroupName",
    "Name",
    "QueueName",
    "ReplicationGroupId",
    "RepositoryName",
    "RoleName",
    "TopicName",
    "TrailName",
    "UserGroupId",
    "UserId",
];

/// A graph as rules see it.
pub struct View<'a> {
    graph: &'a Graph,
    by_type: BTreeMap<&'a str, Vec<&'a Resource>>,
    /// Who names whom, by reference or by literal name.
    referring: BTreeMap<&'a Address, Vec<&'a Resource>>,
    names: HashMap<String, Vec<&'a Address>>,
    /// What was read, by the resource's place in the graph: places stay while the graph is borrowed.
    typed: RefCell<HashMap<*const Resource, Rc<dyn Any>>>,
    topology: OnceCell<Result<Topology, Undecidable>>,
}

impl<'a> View<'a> {
    /// The view of a planned graph.
    #[must_use]
    pub fn new(graph: &'a Graph) -> Self {
        Self::with_identities(graph, &BTreeMap::new())
    }

    /// The view of an observed graph, whose documents hold physical ids and ARNs where a plan holds references:
    /// `identities` says which resource each of those texts stands for.
    #[must_use]
    pub fn with_identities(graph: &'a Graph, identities: &BTreeMap<String, Address>) -> Self {
        let mut by_type: BTreeMap<&'a str, Vec<&'a Resource>> = BTreeMap::new();
        let mut names: HashMap<String, Vec<&'a Address>> = HashMap::new();
        for resource in graph.iter() {
            by_type.entry(resource.type_name.0.as_str()).or_default().push(resource);
            names.entry(resource.address.to_string()).or_default().push(&resource.address);
            for property in NAME_PROPERTIES {
                if let Some(Value::String(name)) = resource.properties.0.get(property) {
                    names.entry(name.clone()).or_default().push(&resource.address);
                }
            }
        }
        for (text, address) in identities {
            if let Some(resource) = graph.get(address) {
                names.entry(text.clone()).or_default().push(&resource.address);
            }
        }
        let mut view = Self { graph, by_type, referring: BTreeMap::new(), names, typed: RefCell::default(), topology: OnceCell::new() };
        let mut referring: BTreeMap<&'a Address, Vec<&'a Resource>> = BTreeMap::new();
        for resource in graph.iter() {
            let mut named = Vec::new();
            // Tags say whose a resource is; nothing is reached by them.
            let properties = resource.properties.0.iter().filter(|(key, _)| *key != "Tags");
            properties.for_each(|(_, value)| view.collect_named(value, &mut named));
            named.sort();
            named.dedup();
            for address in named {
                if *address != resource.address {
                    referring.entry(address).or_default().push(resource);
                }
            }
        }
        view.referring = referring;
        view
    }

    /// The graph.
    #[must_use]
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }

    /// The resource as its type.
    ///
    /// # Errors
    /// When it is of another type, or its document is not one of this type.
    pub fn read<T: AwsResource>(&self, resource: &Resource) -> Result<Rc<T>, Undecidable> {
        let unreadable =
            |why: String| Undecidable(format!("{} cannot be read as {}: {why}", resource.address.short(), T::CONTRACT.type_name));
        if resource.type_name.0 != T::CONTRACT.type_name {
            return Err(unreadable(format!("it is {}", resource.type_name)));
        }
        let place: *const Resource = resource;
        let known = self.typed.borrow().get(&place).cloned();
        if let Some(value) = known.and_then(|value| value.downcast::<T>().ok()) {
            return Ok(value);
        }
        let value = Rc::new(T::deserialize(&*resource.properties.0).map_err(|error| unreadable(error.to_string()))?);
        if self.graph.get(&resource.address).is_some_and(|kept| std::ptr::eq(kept, resource)) {
            self.typed.borrow_mut().insert(place, value.clone());
        }
        Ok(value)
    }

    /// The resources of a type, by its full name, in the order of addresses.
    #[must_use]
    pub fn of_type(&self, type_name: &str) -> &[&'a Resource] {
        self.by_type.get(type_name).map_or(&[], Vec::as_slice)
    }

    /// Every resource of a type, read.
    ///
    /// # Errors
    /// When one of them cannot be read: whoever asks for all must not judge by some.
    pub fn all<T: AwsResource>(&self) -> Result<Vec<(&'a Resource, Rc<T>)>, Undecidable> {
        self.of_type(T::CONTRACT.type_name).iter().map(|resource| Ok((*resource, self.read::<T>(resource)?))).collect()
    }

    /// Every resource that names the resource at an address in any of its properties, in the order of addresses.
    #[must_use]
    pub fn referring(&self, address: &Address) -> &[&'a Resource] {
        self.referring.get(address).map_or(&[], Vec::as_slice)
    }

    /// Every resource of a type that names the resource at an address in any of its properties, read.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn naming<T: AwsResource>(&self, address: &Address) -> Result<Vec<(&'a Resource, Rc<T>)>, Undecidable> {
        self.referring(address)
            .iter()
            .filter(|resource| resource.type_name.0 == T::CONTRACT.type_name)
            .map(|resource| Ok((*resource, self.read::<T>(resource)?)))
            .collect()
    }

    /// The resource of a type that a text stands for: by reference, by physical id or ARN, or by name.
    #[must_use]
    pub fn resolve<T: AwsResource>(&self, text: &Text) -> Option<&'a Resource> {
        let is_one = |resource: &&'a Resource| resource.type_name.0 == T::CONTRACT.type_name;
        let references = text.references();
        if !references.is_empty() {
            return references.iter().filter_map(|reference| self.graph.get(&reference.of)).find(is_one);
        }
        // What is left is a literal, or a join whose last part is one: an ARN or a name.
        let last = match text {
            Text::Literal(literal) => literal.as_str(),
            Text::Join(parts) => parts.last().and_then(Text::as_literal)?,
            _ => return None,
        };
        self.named(last).filter_map(|address| self.graph.get(address)).find(is_one)
    }

    /// Whether a text stands for the resource at an address.
    #[must_use]
    pub fn is(&self, text: &Text, address: &Address) -> bool {
        let references = text.references();
        if !references.is_empty() {
            return references.iter().any(|reference| reference.of == *address);
        }
        text.as_literal().is_some_and(|literal| self.named(literal).any(|named| named == address))
    }

    /// The networks: subnets, routes and security groups by address.
    ///
    /// # Errors
    /// When one of their resources cannot be read.
    pub fn topology(&self) -> Result<&Topology, Undecidable> {
        self.topology.get_or_init(|| Topology::of(self)).as_ref().map_err(Clone::clone)
    }

    /// The resources that a literal may name: as it stands, or as the last part of an ARN.
    fn named<'b>(&'b self, literal: &'b str) -> impl Iterator<Item = &'a Address> + 'b {
        let whole = self.names.get(literal);
        let parts = literal.contains(':').then(|| {
            let arn = literal.strip_suffix(":*").unwrap_or(literal);
            let (colon, slash) = (arn.rfind(':'), arn.rfind('/'));
            let after = |index: Option<usize>| index.and_then(|index| self.names.get(&arn[index + 1..]));
            [(arn.len() < literal.len()).then(|| self.names.get(arn)).flatten(), after(colon), after(slash)]
        });
        whole.into_iter().chain(parts.into_iter().flatten().flatten()).flatten().copied()
    }

    /// Collects what a value's strings name. References need no reading here: the address in them is a name like any other.
    fn collect_named(&self, value: &Value, named: &mut Vec<&'a Address>) {
        match value {
            Value::String(literal) => named.extend(self.named(literal)),
            Value::Array(items) => items.iter().for_each(|item| self.collect_named(item, named)),
            Value::Object(map) => map.values().for_each(|item| self.collect_named(item, named)),
            _ => {}
        }
    }
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "View({} resources)", self.graph.len())
    }
}

/// Whether a text is set to something: a literal that is not empty, or a reference.
pub(crate) fn is_set(text: Option<&Text>) -> bool {
    text.is_some_and(|text| text.as_literal() != Some(""))
}
