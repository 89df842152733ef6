//! The provider trait and what goes in and out of it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use strata_graph::{Address, Document, PhysicalId, Pseudo, TypeName};

use crate::error::{ErrorKind, ProviderError};

/// Where a scope's resources live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Placement {
    /// The account's name in the platform file.
    pub account: String,
    /// Its twelve digits, as the platform file says them.
    pub account_id: String,
    /// The role to assume there, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The region.
    pub region: String,
}

/// The account and region as the cloud itself names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits.
    pub account_id: String,
    /// The region.
    pub region: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
}

impl Account {
    /// The value of a pseudo reference.
    #[must_use]
    pub fn pseudo(&self, pseudo: Pseudo) -> &str {
        match pseudo {
            Pseudo::AccountId => &self.account_id,
            Pseudo::Region => &self.region,
            Pseudo::Partition => &self.partition,
        }
    }
}

/// Which resource a call is about.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where.
    pub placement: &'a Placement,
    /// The platform's name: with the address it makes the ownership tags.
    pub platform: &'a str,
    /// Its address.
    pub address: &'a Address,
    /// Its type.
    pub type_name: &'a TypeName,
    /// What the cloud calls it, once that is known.
    pub id: Option<&'a PhysicalId>,
    /// What it should be (for create and update), or was last known to be (for observe and delete). Fully resolved for
    /// create and update; an observation may get one that still holds references where nothing better is known.
    pub properties: &'a Document,
}

/// Whether a resource can be used by those that depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "detail")]
pub enum Readiness {
    /// It can.
    Ready,
    /// Not yet; the cloud's own word for it.
    Pending(String),
    /// It never will without a change; the cloud's own word for it.
    Failed(String),
    /// It is on its way out.
    Deleting,
}

/// What was seen in the cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// What the cloud calls it.
    pub id: PhysicalId,
    /// Its properties in the type's own vocabulary; those that no call returns are absent.
    pub properties: Document,
    /// Its outputs by the names of the type's contract.
    pub outputs: BTreeMap<String, String>,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// Whether something other than a tag proves that it was made for the requested address, such as a caller reference that only
    /// Strata gives: so it is told of what is half made, where the API takes tags only by a second call.
    pub proven: bool,
}

/// The name of the tag that holds the owner's address.
pub const ADDRESS_TAG: &str = "strata:address";
/// The name of the tag that holds the platform's name.
pub const PLATFORM_TAG: &str = "strata:platform";

impl Observation {
    /// The address in the ownership tag, where the resource carries one.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.properties.0.get("Tags")?.get(ADDRESS_TAG)?.as_str()
    }

    /// Whether it belongs to the address: by its tag, or where it carries none, by another proof.
    #[must_use]
    pub fn belongs_to(&self, address: &Address) -> bool {
        match self.owner() {
            Some(owner) => owner == address.to_string(),
            None => self.proven,
        }
    }
}

/// What a look for something besides what is known found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Nothing stands besides what is known.
    Nothing,
    /// This.
    Found(Box<Observation>),
    /// Something known; whether another stands beside it cannot be told.
    OnlyKnown(PhysicalId),
}

/// Something that carries an ownership tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tagged {
    /// What the cloud calls it: an ARN.
    pub arn: String,
    /// What its ownership tag says.
    pub address: String,
}

/// A cloud.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The account behind a placement, as the cloud names it.
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError>;

    /// Looks at a resource: by its id where the request has one, else by its deterministic name or ownership tags.
    /// `None` when it is not there.
    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError>;

    /// Everything in a placement that carries the platform's ownership tags, as far as the cloud lists it.
    async fn tagged(&self, placement: &Placement, platform: &str) -> Result<Vec<Tagged>, ProviderError> {
        let _ = (placement, platform);
        Err(ProviderError::new(ErrorKind::Unsupported, "tagged", "this provider does not list what it owns"))
    }

    /// Looks without an id for what was made for the address besides what is known under these ids.
    ///
    /// A replacement carries the same tags as what it replaces, so the first match of a look-up may be the old one. A provider that sees
    /// every match passes over the known ones; this default sees one.
    async fn find_besides(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        Ok(match self.observe(&Request { id: None, ..request.clone() }).await? {
            None => Sought::Nothing,
            Some(seen) if known.contains(&seen.id) => Sought::OnlyKnown(seen.id),
            Some(seen) => Sought::Found(Box::new(seen)),
        })
    }

    /// Makes a resource. `token` is the same for every try of one step whose earlier answer was lost.
    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError>;

    /// Changes a resource in place from what was observed to the request's properties.
    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError>;

    /// Removes a resource; success when it is already gone.
    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError>;
}
