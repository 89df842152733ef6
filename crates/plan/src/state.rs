//! What is known of the resources that were made: the state of a scope.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_graph::{Address, Document, Layer, Origin, PhysicalId, Scope, TypeName};

use crate::breaker::Failure;

/// Where a scope's resources live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Placement {
    /// The account's name in the platform file.
    pub account: String,
    /// Its twelve digits.
    pub account_id: String,
    /// The role to assume there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The region.
    pub region: String,
}

/// How far a resource has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is", content = "detail")]
pub enum ResourceStatus {
    /// It stands as applied.
    Ready,
    /// It was made, and was not seen ready before its deadline or the run's end.
    Pending(String),
    /// It was made and is broken: the next plan replaces it.
    Tainted(String),
    /// The emulator lacks it: neither made nor failed.
    Unsupported(String),
}

/// An older incarnation that a replacement left behind and that is still to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposed {
    /// What the cloud calls it.
    pub id: PhysicalId,
    /// What it was.
    pub properties: Document,
    /// What it stood on; empty in records of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Address>,
    /// Its outputs; empty in records of earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
}

/// One resource as last known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceState {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub type_name: TypeName,
    /// Its layer.
    pub layer: Layer,
    /// What the cloud calls it; absent for what the emulator lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PhysicalId>,
    /// What was last applied, without references.
    pub properties: Document,
    /// Its outputs.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
    /// What it stood on when it was applied.
    #[serde(default)]
    pub dependencies: Vec<Address>,
    /// How far it has come.
    pub status: ResourceStatus,
    /// Which lines asked for it.
    #[serde(default)]
    pub origins: Vec<Origin>,
    /// The name under which the user must name it before it is destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What it waits for from people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// Older incarnations still to be deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposed: Vec<Deposed>,
    /// Addresses that it had before: its tag may still name one, or name it again by a call of a dead run that arrives late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<Address>,
}

/// Everything known of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeState {
    /// Which scope.
    pub scope: Scope,
    /// Grows when a run starts, learns what came of a call, and ends; a plan names the serial that it was made against.
    pub serial: u64,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// What the caller keeps with the scope (claims, deployed images); opaque here.
    #[serde(default)]
    pub metadata: Value,
    /// The scopes that it stands on.
    #[serde(default)]
    pub stands_on: Vec<Scope>,
    /// Its resources.
    pub resources: BTreeMap<Address, ResourceState>,
    /// What keeps failing, made or not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failures: BTreeMap<Address, Failure>,
}

impl Placement {
    /// What the account or region itself supplies. The partition follows from the region's name, as in AWS's own
    /// `partitions.json`.
    #[must_use]
    pub fn pseudo(&self, pseudo: strata_graph::Pseudo) -> String {
        match pseudo {
            strata_graph::Pseudo::AccountId => self.account_id.clone(),
            strata_graph::Pseudo::Region => self.region.clone(),
            strata_graph::Pseudo::Partition if self.region.starts_with("cn-") => "aws-cn".to_owned(),
            strata_graph::Pseudo::Partition if self.region.starts_with("us-gov-") => "aws-us-gov".to_owned(),
            strata_graph::Pseudo::Partition => "aws".to_owned(),
        }
    }
}

impl ScopeState {
    /// A scope of which nothing is known.
    #[must_use]
    pub fn empty(scope: Scope) -> Self {
        Self {
            scope,
            serial: 0,
            placement: None,
            metadata: Value::Null,
            stands_on: Vec::new(),
            resources: BTreeMap::new(),
            failures: BTreeMap::new(),
        }
    }
}

/// What was seen of the resources in the state: `None` for what is gone. A resource that was not looked at is absent.
pub type Observations = BTreeMap<Address, Option<Document>>;
