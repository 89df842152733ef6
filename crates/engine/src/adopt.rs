//! Taking something that stands into the state, and letting go of something without touching it.
//!
//! Invariant: neither changes the cloud. What is taken in is first looked at; what differs from the specification is left to the next plan.

use std::collections::BTreeMap;

use strata_graph::{Address, Document, PhysicalId, Resource, Scope, TypeContract};
use strata_plan::{Placement, ResourceState, ResourceStatus, ScopeState};
use strata_provider::{Observation, ProviderError, Readiness, Request};
use strata_store::Write;

use crate::run::EngineError;
use crate::{Engine, provider_placement};

impl Engine {
    /// Looks at what the cloud calls `id` as if it were this resource, and says what this resource should be, with everything known filled in;
    /// nothing where it is not there.
    ///
    /// # Errors
    /// When the cloud cannot be asked.
    pub async fn look_at(
        &self,
        platform: &str,
        resource: &Resource,
        id: &PhysicalId,
        placement: &Placement,
        states: &BTreeMap<Scope, ScopeState>,
    ) -> Result<Option<(Observation, Document)>, ProviderError> {
        let properties = resource.properties.resolve(
            &|reference| states.get(reference.of.scope())?.resources.get(&reference.of)?.outputs.get(&reference.output).cloned(),
            &|pseudo| Some(placement.pseudo(pseudo)),
        );
        let placement = provider_placement(placement);
        let seen = self
            .observe_named(&Request {
                placement: &placement,
                platform,
                address: &resource.address,
                type_name: &resource.type_name,
                id: Some(id),
                properties: &properties,
            })
            .await?;
        Ok(seen.map(|seen| (seen, properties)))
    }

    /// Puts what was looked at on record as this resource. Plans made before are stale from now on.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn adopt(&self, resource: &Resource, seen: Observation) -> Result<(), EngineError> {
        let state = adopted(self.contracts.of_type(&resource.type_name.0), resource, seen);
        let moved = Write::Moved(state.address.scope().clone());
        Ok(self.store.write(vec![Write::Put(Box::new(state)), moved]).await?)
    }

    /// Takes a resource off the record and leaves it as it stands.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn forget_about(&self, address: &Address) -> Result<(), EngineError> {
        Ok(self.store.write(vec![Write::Remove(address.clone()), Write::Moved(address.scope().clone())]).await?)
    }
}

/// The record of what was looked at, as this resource. Parts that are resources of their own are taken in by their own addresses, or
/// belong to somebody else.
#[must_use]
pub fn adopted(contract: Option<&TypeContract>, resource: &Resource, seen: Observation) -> ResourceState {
    let mut properties = seen.properties;
    for part in contract.into_iter().flat_map(|contract| contract.closed).filter(|closed| closed.parts.is_some()) {
        properties.0.remove(part.property);
    }
    let status = match seen.readiness {
        Readiness::Ready => ResourceStatus::Ready,
        Readiness::Failed(detail) => ResourceStatus::Tainted(detail),
        Readiness::Pending(detail) => ResourceStatus::Pending(detail),
        Readiness::Deleting => ResourceStatus::Pending("being deleted".to_owned()),
    };
    ResourceState {
        address: resource.address.clone(),
        type_name: resource.type_name.clone(),
        layer: resource.layer,
        id: Some(seen.id),
        properties,
        outputs: seen.outputs,
        dependencies: resource.dependencies().into_iter().collect(),
        status,
        origins: resource.origins.clone(),
        data: resource.data.clone(),
        waiting_for: resource.waiting_for.clone(),
        purpose: resource.purpose.clone(),
        deposed: Vec::new(),
        formerly: Vec::new(),
    }
}
