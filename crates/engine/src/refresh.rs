//! Looks at everything the state knows, in parallel, changing nothing in the cloud.

use std::collections::{BTreeMap, HashSet};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::Value;
use strata_graph::{Address, Scope, TypeContract};
use strata_plan::{Observations, ResourceState, ResourceStatus, ScopeState};
use strata_provider::{ErrorKind, Placement, ProviderError, Readiness, Request};
use strata_store::{IntentOperation, Write};

use crate::run::EngineError;
use crate::{Engine, provider_placement};

/// A resource that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Which.
    pub address: Address,
    /// Why.
    pub error: ProviderError,
}

/// What a refresh found.
#[derive(Debug, Clone, Default)]
pub struct Refreshed {
    /// What the cloud shows.
    pub observations: Observations,
    /// What could not be looked at: unknown, and never taken for unchanged without saying so.
    pub unseen: Vec<Unseen>,
    /// States whose outputs or readiness the cloud shows otherwise than was known.
    pub moved: Vec<Moved>,
}

/// A resource whose outputs or readiness have moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// As it was known.
    pub was: ResourceState,
    /// As it was seen.
    pub now: ResourceState,
}

impl Engine {
    /// Looks at every resource of the states; outputs and readiness that have moved are put into `states`.
    pub async fn refresh(&self, platform: &str, states: &mut BTreeMap<Scope, ScopeState>) -> Refreshed {
        let placed: Vec<(&ScopeState, Placement)> =
            states.values().filter_map(|scope| Some((scope, provider_placement(scope.placement.as_ref()?)))).collect();
        let work: Vec<(&ResourceState, &Placement)> = placed
            .iter()
            .flat_map(|(scope, placement)| scope.resources.values().map(move |state| (state, placement)))
            .filter(|(state, _)| state.id.is_some())
            .collect();
        let at_once = self.limits.at_once().max(1) * 2;
        let mut waiting = work.into_iter();
        let mut looks = FuturesUnordered::new();
        let mut refreshed = Refreshed::default();
        loop {
            while looks.len() < at_once {
                let Some((state, placement)) = waiting.next() else { break };
                looks.push(self.look(platform, state, placement));
            }
            let Some((state, result)) = looks.next().await else { break };
            match result {
                Ok(None) => {
                    refreshed.observations.insert(state.address.clone(), None);
                }
                Ok(Some(seen)) => {
                    let status = match (seen.readiness, &state.status) {
                        (_, ResourceStatus::Tainted(why)) => ResourceStatus::Tainted(why.clone()),
                        (Readiness::Ready, _) => ResourceStatus::Ready,
                        (Readiness::Pending(detail), _) => ResourceStatus::Pending(detail),
                        (Readiness::Failed(detail), _) => ResourceStatus::Tainted(detail),
                        (Readiness::Deleting, known) if self.is_recallable(state) => known.clone(),
                        (Readiness::Deleting, _) => {
                            refreshed.observations.insert(state.address.clone(), None);
                            continue;
                        }
                    };
                    refreshed.observations.insert(state.address.clone(), Some(seen.properties));
                    if state.outputs != seen.outputs || state.status != status {
                        let now = ResourceState { outputs: seen.outputs, status, ..state.clone() };
                        refreshed.moved.push(Moved { was: state.clone(), now });
                    }
                }
                // What the emulator cannot show is compared with what was applied.
                Err(error) if error.kind == ErrorKind::Unsupported => {}
                Err(error) => refreshed.unseen.push(Unseen { address: state.address.clone(), error }),
            }
        }
        drop(looks);
        if let Err(error) = self.leave_out_known_parts(states, &mut refreshed.observations).await {
            // Without the state nothing tells a stranger's rule from ours: neither may be called the other.
            refreshed.unseen.extend(error);
        }
        for Moved { now, .. } in &refreshed.moved {
            if let Some(scope) = states.get_mut(now.address.scope()) {
                scope.resources.insert(now.address.clone(), now.clone());
            }
        }
        refreshed.unseen.sort_by(|left, right| left.address.cmp(&right.address));
        refreshed.moved.sort_by(|left, right| left.now.address.cmp(&right.now.address));
        refreshed
    }

    /// Writes what a refresh found moved, but for what somebody has written since: between a look and its record lies a person's thought.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn keep(&self, refreshed: &Refreshed) -> Result<(), EngineError> {
        if refreshed.moved.is_empty() {
            return Ok(());
        }
        let writes = refreshed.moved.iter().cloned();
        Ok(self.store.write(writes.map(|Moved { was, now }| Write::Refresh { was: Box::new(was), now: Box::new(now) }).collect()).await?)
    }

    fn is_recallable(&self, state: &ResourceState) -> bool {
        self.contracts.of_type(&state.type_name.0).is_some_and(TypeContract::is_recallable)
    }

    /// Takes out of what was seen those parts of a resource that are resources of the state themselves, in whatever scope: what is left
    /// was put there by somebody else.
    ///
    /// The state is read after the looks, so that it knows what another run made before them. What such a run is about to record is known by its
    /// open intent: nothing of that type is called foreign then.
    ///
    /// # Errors
    /// The resources with such parts, when the state cannot be read.
    async fn leave_out_known_parts(
        &self,
        states: &BTreeMap<Scope, ScopeState>,
        observations: &mut Observations,
    ) -> Result<(), Vec<Unseen>> {
        let mut holding: Vec<(&Address, &'static str, &'static str)> = Vec::new();
        for state in states.values().flat_map(|scope| scope.resources.values()) {
            let Some(Some(seen)) = observations.get(&state.address) else { continue };
            let closed = self.contracts.of_type(&state.type_name.0).into_iter().flat_map(|contract| contract.closed);
            for (property, type_name) in closed.filter_map(|closed| Some((closed.property, closed.parts?))) {
                if seen.0.contains_key(property) {
                    holding.push((&state.address, property, type_name));
                }
            }
        }
        if holding.is_empty() {
            return Ok(());
        }
        let (stored, open) = match tokio::try_join!(self.store.scopes(), self.store.open_intents()) {
            Ok(read) => read,
            Err(error) => {
                let error = ProviderError::internal("strata", format!("the state cannot be read: {error}"));
                return Err(holding.iter().map(|(address, ..)| Unseen { address: (*address).clone(), error: error.clone() }).collect());
            }
        };
        let mut known: HashSet<(&str, &str)> = HashSet::new();
        for resource in stored.iter().flat_map(|scope| scope.resources.values()) {
            let ids = resource.id.iter().chain(resource.deposed.iter().map(|left| &left.id));
            known.extend(ids.map(|id| (resource.type_name.0.as_str(), id.0.as_str())));
        }
        let under_way = |type_name: &str| {
            open.iter().any(|open| open.intent.operation == IntentOperation::Create && open.intent.type_name.0 == type_name)
        };
        for (address, property, type_name) in holding {
            let Some(Some(seen)) = observations.get_mut(address) else { continue };
            let Some(Value::Array(parts)) = seen.0.get_mut(property) else { continue };
            if under_way(type_name) {
                parts.clear();
            }
            parts.retain(|part| part.get("Id").and_then(Value::as_str).is_none_or(|id| !known.contains(&(type_name, id))));
            if parts.is_empty() {
                seen.0.remove(property);
            }
        }
        Ok(())
    }

    async fn look<'a>(
        &self,
        platform: &str,
        state: &'a ResourceState,
        placement: &Placement,
    ) -> (&'a ResourceState, Result<Option<strata_provider::Observation>, ProviderError>) {
        let request = Request {
            placement,
            platform,
            address: &state.address,
            type_name: &state.type_name,
            id: state.id.as_ref(),
            properties: &state.properties,
        };
        (state, self.observe(&request, Some(state)).await)
    }
}
