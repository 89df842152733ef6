//! One resource of the graph: type, properties, origin and the layer it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Address, Document, Origin, Text};

/// A resource type's full name, for example `AWS::EC2::VPC`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeName(pub String);

impl fmt::Display for TypeName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What the cloud calls a resource: the identifier that its API takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhysicalId(pub String);

impl fmt::Display for PhysicalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Tags by key.
pub type Tags = BTreeMap<String, Text>;

/// The six layers of the platform, in the order in which people read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Regions, zones, networks.
    Network,
    /// Databases, caches, queues, machines, keys, access.
    Infrastructure,
    /// Containers, functions, jobs, load balancers, names.
    Application,
    /// Logs, metrics, alarms.
    Observability,
    /// Pipelines and promotion.
    Delivery,
    /// Baseline and detection.
    Security,
}

impl Layer {
    /// All layers in reading order.
    pub const ALL: [Self; 6] =
        [Self::Network, Self::Infrastructure, Self::Application, Self::Observability, Self::Delivery, Self::Security];

    /// The lower-case word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Infrastructure => "infrastructure",
            Self::Application => "application",
            Self::Observability => "observability",
            Self::Delivery => "delivery",
            Self::Security => "security",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl FromStr for Layer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|layer| layer.word() == text).ok_or_else(|| format!("'{text}' is not a layer"))
    }
}

/// One resource that should exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name for life.
    pub address: Address,
    /// What it is.
    pub type_name: TypeName,
    /// The layer that asked for it.
    pub layer: Layer,
    /// What it should be, with references to other resources' outputs.
    pub properties: Document,
    /// Resources that must stand before it without a property saying so.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Every line that asked for it; never empty.
    pub origins: Vec<Origin>,
    /// The name under which the user asked for it when it holds the user's data (`db`, `documents`): such a resource
    /// is destroyed only when that name was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What the resource waits for from people before it can do its work, for example its first image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// One sentence on why it exists, for `explain`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
}

impl Resource {
    /// Every resource that must exist before this one: what its properties refer to, and what it names.
    #[must_use]
    pub fn dependencies(&self) -> BTreeSet<Address> {
        let mut all = self.depends_on.clone();
        all.extend(self.properties.references().into_iter().map(|reference| reference.of));
        all
    }
}
