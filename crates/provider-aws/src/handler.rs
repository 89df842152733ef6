//! What each resource type implements: the four calls, typed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use strata_aws::AwsResource;
use strata_graph::{Address, PhysicalId};
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;

/// Which resource a call is about.
#[derive(Debug)]
pub struct Target<'a, R> {
    /// Its address.
    pub address: &'a Address,
    /// The platform's name; with the address it makes the ownership tags.
    pub platform: &'a str,
    /// What AWS calls it, once that is known.
    pub id: Option<&'a PhysicalId>,
    /// What it should be, or was last known to be. Texts may still hold references in an observation without id.
    pub properties: &'a R,
    /// The same for every try of one intent: for APIs that take a client token (at most 64 characters). Empty outside create.
    pub token: &'a str,
}

impl<R> Target<'_, R> {
    /// The id.
    ///
    /// # Errors
    /// An internal error where the caller gave none.
    pub fn id(&self) -> Result<&str, ProviderError> {
        self.id.map(|id| id.0.as_str()).ok_or_else(|| ProviderError::internal("strata", format!("{} has no physical id", self.address)))
    }
}

/// What was seen, typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed<R> {
    /// What AWS calls it.
    pub id: PhysicalId,
    /// Its properties; leave out (`None`, default) what no call returns and name that in the contract's `unobservable`.
    pub properties: R,
    /// Outputs by the contract's names.
    pub outputs: BTreeMap<String, String>,
    /// Whether it can be used.
    pub readiness: Readiness,
    /// Whether something other than a tag proves that it is ours; see [`strata_provider::Observation::proven`].
    pub proven: bool,
}

impl<R> Observed<R> {
    /// A thing that is ready.
    pub fn ready(id: impl Into<String>, properties: R) -> Self {
        Self { id: PhysicalId(id.into()), properties, outputs: BTreeMap::new(), readiness: Readiness::Ready, proven: false }
    }

    /// With an output.
    #[must_use]
    pub fn output(mut self, name: &str, value: impl Into<String>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// With a proof of ownership other than a tag.
    #[must_use]
    pub fn proven(mut self, proven: bool) -> Self {
        self.proven = proven;
        self
    }

    /// With another readiness.
    #[must_use]
    pub fn readiness(mut self, readiness: Readiness) -> Self {
        self.readiness = readiness;
        self
    }
}

/// The four calls of one resource type.
#[async_trait]
pub trait Handler: AwsResource {
    /// Looks, by id where there is one, else by deterministic name or ownership tags. Never changes anything.
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError>;

    /// Makes it, ownership tags in the creating call itself wherever the API takes them. A create that needs several calls
    /// makes the identifying one first; what a crash leaves undone is found by the observation after it and repaired by `update`.
    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError>;

    /// Changes it in place from what was observed to `target.properties`.
    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError>;

    /// Removes it; success when it is already gone.
    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError>;
}

/// What is there at this moment, for a change that must not be sent twice: of an earlier try the answer may be lost. What was observed before,
/// where it is not there any more.
///
/// # Errors
/// Those of [`Handler::observe`].
pub async fn as_it_is<R: Handler + Clone>(cloud: &Cloud, target: &Target<'_, R>, observed: &R) -> Result<R, ProviderError> {
    Ok(R::observe(cloud, target).await?.map_or_else(|| observed.clone(), |seen| seen.properties))
}

/// What was seen of an optional property, where it was asked for: a default that AWS fills in by itself is no drift.
pub fn asked<T>(desired: Option<&T>, seen: Option<T>) -> Option<T> {
    desired.and(seen)
}
