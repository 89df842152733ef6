//! Targets: what a thing that can be used tells those who use it. Infrastructure and application fill it in; `uses` alone reads it.
//!
//! Invariant: a target says everything that an edge to it needs, so that edges are lowered without looking at the kind of thing again.

use std::collections::BTreeMap;

use strata_graph::Text;
use strata_spec::TargetKind;

use super::actions::Part;
use crate::builder::Handle;

/// How traffic gets to a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// Straight to network interfaces in a security group, on these ports.
    Group {
        /// The security group.
        group: Handle,
        /// The TCP ports.
        ports: Vec<u16>,
    },
    /// Through the network's interface endpoint for a service, for example `sqs`.
    InterfaceEndpoint {
        /// The service.
        service: &'static str,
    },
    /// Through the network's gateway endpoint for a service: `s3` or `dynamodb`.
    GatewayEndpoint {
        /// The service.
        service: &'static str,
    },
}

/// A thing that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// What it publishes, by the name of the output.
    pub outputs: BTreeMap<&'static str, Text>,
    /// How to get there.
    pub door: Door,
    /// The ARNs of each part, as outputs: exact, and known only after the thing was made.
    pub arns: BTreeMap<Part, Vec<Text>>,
    /// The same ARNs made from names that are known before, for policies of scopes below that may not wait for it.
    pub named: BTreeMap<Part, Vec<Text>>,
    /// The outputs made from names that are known before, for those who must stand before it.
    pub named_outputs: BTreeMap<&'static str, Text>,
    /// The key that encrypts it, if a user of it needs that key.
    pub key: Option<Text>,
    /// The secret with its password, for those whose verb allows it; ARN and the JSON key in it.
    pub password: Option<(Text, &'static str)>,
    /// The ARNs of each workload's own user in it, by the workload's name.
    pub users: BTreeMap<String, Vec<Text>>,
    /// What each workload's own user in it is called, by the workload's name.
    pub user_names: BTreeMap<String, String>,
    /// What the role is called that may do everything in it, where it keeps an access control of its own.
    pub administrators: Option<String>,
    /// What must stand before a user of it may start.
    pub resources: Vec<Handle>,
    /// Whether what goes to it is encrypted on the way.
    pub encrypted: bool,
    /// How it is mounted, if it is files.
    pub mount: Option<Mount>,
}

/// How files are mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The name of the volume.
    pub volume: String,
    /// Where the files are, in the container.
    pub path: String,
    /// The file system's id.
    pub file_system: Text,
    /// The id of the point by which it is entered.
    pub access_point: Text,
    /// Whether the container may only read.
    pub read_only: bool,
}

impl Target {
    /// A target without anything but its kind and its door.
    #[must_use]
    pub fn new(kind: TargetKind, door: Door) -> Self {
        Self {
            kind,
            outputs: BTreeMap::new(),
            door,
            arns: BTreeMap::new(),
            named: BTreeMap::new(),
            named_outputs: BTreeMap::new(),
            key: None,
            password: None,
            users: BTreeMap::new(),
            user_names: BTreeMap::new(),
            administrators: None,
            resources: Vec::new(),
            encrypted: true,
            mount: None,
        }
    }

    /// With an output.
    #[must_use]
    pub fn output(mut self, name: &'static str, value: impl Into<Text>) -> Self {
        self.outputs.insert(name, value.into());
        self
    }

    /// With the ARN of a part: as an output, and as made from names.
    #[must_use]
    pub fn part(mut self, part: Part, arn: Text, named: Text) -> Self {
        self.arns.entry(part).or_default().push(arn);
        self.named.entry(part).or_default().push(named);
        self
    }

    /// The same for a workload that must stand before it: everything by names, and no waiting.
    #[must_use]
    pub fn by_name(&self) -> Self {
        Self { outputs: self.named_outputs.clone(), arns: self.named.clone(), resources: Vec::new(), ..self.clone() }
    }

    /// With a resource that must stand before a user of it starts.
    #[must_use]
    pub fn made_of(mut self, handle: &Handle) -> Self {
        self.resources.push(handle.clone());
        self
    }
}

/// The targets of an environment by name.
pub type Targets = BTreeMap<String, Target>;
