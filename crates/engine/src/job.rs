//! What one step's calls need, and how its end is told.
//!
//! Invariant: it only reads; every change of the record goes through the engine.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use strata_graph::{Address, Document, PhysicalId, TypeContract};
use strata_plan::{Action, Deposed, ResourceState, ResourceStatus, Step};
use strata_provider::{ErrorKind, Observation, Placement, ProviderError, Request};
use strata_store::{Intent, IntentOperation, Write};

use crate::recover::as_it_is;
use crate::run::{Ended, Shared};

/// Everything one step's calls need.
pub(crate) struct Job<'a> {
    pub shared: &'a Shared<'a>,
    pub step: &'a Step,
    pub action: &'a Action,
    pub placement: &'a Placement,
    pub contract: Option<&'static TypeContract>,
    /// The way it failed, where that says something of this resource.
    pub cause: Mutex<Option<String>>,
}

impl Job<'_> {
    /// Remembers the way in which it failed.
    pub fn because(&self, error: &ProviderError) {
        if error.kind.is_the_resources() {
            self.in_the_way(&error.cause());
        }
    }

    pub fn in_the_way(&self, cause: &str) {
        *self.cause.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause.to_owned());
    }

    /// The end of a step whose call was refused.
    pub fn refused(&self, error: &ProviderError) -> Ended {
        self.because(error);
        Ended::Failed(error.told())
    }

    /// The end of a deletion that was refused; what is in use is told with what is known to use it.
    pub fn undeleted(&self, error: &ProviderError, id: &PhysicalId) -> Ended {
        self.because(error);
        if error.kind != ErrorKind::Dependency {
            return Ended::Failed(error.told());
        }
        let users = self.users(id);
        let (number, more) = (users.len(), users.len().saturating_sub(10));
        let list = users.iter().take(10).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Ended::Failed(match number {
            0 => format!("{}; nothing that Strata knows of uses {id}: look for what was made by hand", error.told()),
            _ if more > 0 => format!("{}; on record as using {id}: {list} and {more} more", error.told()),
            _ => format!("{}; on record as using {id}: {list}", error.told()),
        })
    }

    /// What is on record with this incarnation's identifier or one of its outputs among its properties.
    fn users(&self, id: &PhysicalId) -> Vec<Address> {
        let states = self.shared.states();
        let own = states.get(self.action.address.scope()).and_then(|scope| scope.resources.get(&self.action.address));
        let outputs = own.into_iter().flat_map(|state| match state.deposed.iter().find(|left| left.id == *id) {
            Some(left) => left.outputs.values(),
            None => state.outputs.values(),
        });
        let names: Vec<&str> = outputs.map(String::as_str).chain([id.0.as_str()]).collect();
        let all = states.values().flat_map(|scope| scope.resources.values()).filter(|state| state.address != self.action.address);
        let uses = |document: &Document| document.0.values().any(|value| names.iter().any(|name| holds(value, name)));
        let of = |state: &&ResourceState| {
            state.id.is_some() && (uses(&state.properties) || state.deposed.iter().any(|left| uses(&left.properties)))
        };
        all.filter(of).map(|state| state.address.clone()).collect()
    }

    pub fn request<'b>(&'b self, id: Option<&'b PhysicalId>, properties: &'b Document) -> Request<'b> {
        Request {
            placement: self.placement,
            platform: &self.shared.plan.platform,
            address: &self.action.address,
            type_name: &self.action.type_name,
            id,
            properties,
        }
    }

    pub fn token(&self, try_number: u32) -> String {
        format!("{}-{}-{try_number}-{}", self.shared.run, self.step.id.0, &self.shared.plan.digest[..self.shared.plan.digest.len().min(16)])
    }

    pub fn intent(&self, token: &str, operation: IntentOperation, id: Option<PhysicalId>, properties: &Document) -> Write {
        Write::Intent(Box::new(Intent {
            run: self.shared.run.clone(),
            token: token.to_owned(),
            address: self.action.address.clone(),
            type_name: self.action.type_name.clone(),
            placement: strata_plan::Placement {
                account: self.placement.account.clone(),
                account_id: self.placement.account_id.clone(),
                role: self.placement.role.clone(),
                region: self.placement.region.clone(),
            },
            operation,
            id,
            properties: properties.clone(),
        }))
    }

    pub fn known(&self) -> Option<ResourceState> {
        self.shared.states().get(self.action.address.scope()).and_then(|scope| scope.resources.get(&self.action.address)).cloned()
    }

    pub fn state(&self, id: Option<PhysicalId>, properties: Document, status: ResourceStatus, deposed: Vec<Deposed>) -> ResourceState {
        ResourceState {
            address: self.action.address.clone(),
            type_name: self.action.type_name.clone(),
            layer: self.action.layer,
            id,
            properties,
            outputs: BTreeMap::new(),
            dependencies: self.action.dependencies.clone(),
            status,
            origins: self.action.origins.clone(),
            data: self.action.data.clone(),
            waiting_for: self.action.waiting_for.clone(),
            purpose: self.action.purpose.clone(),
            deposed,
            formerly: self.known().map(|state| state.formerly).unwrap_or_default(),
        }
    }

    /// The state of what a look-up found and nobody has seen ready yet: as it is, and not as it shall be.
    pub fn found(&self, seen: &Observation, sent: &Document, deposed: &[Deposed]) -> ResourceState {
        let status = ResourceStatus::Pending("found by a look-up".to_owned());
        let mut state = self.state(Some(seen.id.clone()), as_it_is(self.contract, sent, &seen.properties), status, deposed.to_vec());
        state.outputs.clone_from(&seen.outputs);
        state
    }

    /// The desired properties with everything known filled in.
    pub fn resolved(&self) -> Document {
        let states = self.shared.states();
        let after = self.action.after.clone().unwrap_or_default();
        let placement = self.shared.plan.scopes.iter().find(|part| part.scope == *self.action.address.scope()).map(|part| &part.placement);
        after.resolve(
            &|reference| states.get(reference.of.scope())?.resources.get(&reference.of)?.outputs.get(&reference.output).cloned(),
            &|pseudo| placement.map(|placement| placement.pseudo(pseudo)),
        )
    }

    /// A resource that the properties refer to and that the emulator lacks.
    pub fn lacking(&self, properties: &Document) -> Option<Address> {
        let states = self.shared.states();
        properties.references().into_iter().map(|reference| reference.of).find(|address| {
            states
                .get(address.scope())
                .and_then(|scope| scope.resources.get(address))
                .is_some_and(|state| matches!(state.status, ResourceStatus::Unsupported(_)))
        })
    }
}

/// Whether a text is somewhere in a value, whole.
fn holds(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(found) => found == text,
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, text)),
        serde_json::Value::Object(map) => map.values().any(|item| holds(item, text)),
        _ => false,
    }
}
