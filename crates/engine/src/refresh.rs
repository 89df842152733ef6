//! Looks at everything the state knows, in parallel, changing nothing in the cloud.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use strata_graph::{Address, Scope};
use strata_plan::{Observations, ResourceState, ResourceStatus, ScopeState};
use strata_provider::{ErrorKind, Placement, ProviderError, Readiness, Request};
use strata_store::Write;

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
        (state, self.provider.observe(&request).await)
    }
}
