//! What carries our tags and the state does not know: left by a lost state, a copy of an old one, or somebody's hand.
//!
//! Invariant: it changes nothing; and what it cannot tell apart from what is known is not called a stray.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use strata_graph::{Address, Scope};
use strata_plan::{Placement, ResourceState, ScopeState};
use strata_provider::{ErrorKind, ProviderError};

use crate::{Engine, provider_placement};

/// Something with our tags of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stray {
    /// What its tag says it is.
    pub address: String,
    /// Where it is.
    pub arn: String,
    /// What the state knows under that address, where it knows something else.
    pub beside: Option<String>,
}

/// What was found, or that it cannot be found here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strays {
    /// What was found.
    pub found: Vec<Stray>,
    /// Why nothing could be listed, where an emulator lacks the operation.
    pub unsupported: Option<String>,
}

impl Engine {
    /// Lists what carries the platform's tags in the scopes' accounts and is not in their states.
    ///
    /// # Errors
    /// When the cloud does not list it.
    pub async fn strays(&self, platform: &str, states: &BTreeMap<Scope, ScopeState>) -> Result<Strays, ProviderError> {
        let placements: BTreeSet<&Placement> = states.values().filter_map(|state| state.placement.as_ref()).collect();
        let mut strays = Strays::default();
        for placement in placements {
            let tagged = match self.provider.tagged(&provider_placement(placement), platform).await {
                Ok(tagged) => tagged,
                Err(error) if error.kind == ErrorKind::Unsupported => {
                    strays.unsupported = Some(error.operation);
                    continue;
                }
                Err(error) => return Err(error),
            };
            for thing in tagged {
                let Ok(address) = thing.address.parse::<Address>() else {
                    strays.found.push(Stray { address: thing.address, arn: thing.arn, beside: None });
                    continue;
                };
                // Other environments of the account are not looked at.
                let Some(state) = states.get(address.scope()) else { continue };
                match state.resources.get(&address) {
                    Some(known) if known.id.is_some() => {
                        if another(known, &thing.arn) {
                            let beside = known.id.as_ref().map(ToString::to_string);
                            strays.found.push(Stray { address: thing.address, arn: thing.arn, beside });
                        }
                    }
                    _ if started_by_another(&thing.arn) => {}
                    // It has another address since: its tag follows.
                    _ if state.resources.values().any(|known| known.address.kind() == address.kind() && is(known, &thing.arn)) => {}
                    _ => strays.found.push(Stray { address: thing.address, arn: thing.arn, beside: None }),
                }
            }
        }
        strays.found.sort();
        strays.found.dedup();
        Ok(strays)
    }
}

/// The last part of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// Machines, their volumes and interfaces carry the tags of the template that started them; they come and go with their group.
fn started_by_another(arn: &str) -> bool {
    ["instance", "volume", "network-interface", "snapshot", "task"]
        .iter()
        .any(|kind| arn.split(':').nth(5).is_some_and(|resource| resource.split('/').next() == Some(kind)))
}

/// Whether an ARN surely names this.
fn is(known: &ResourceState, arn: &str) -> bool {
    let mut ids = known.id.iter().chain(known.deposed.iter().map(|left| &left.id));
    ids.any(|id| id.0 == arn || last(&id.0) == last(arn)) || known.outputs.values().any(|value| value == arn)
}

/// Whether an ARN surely names something else than what is known under its address.
fn another(known: &ResourceState, arn: &str) -> bool {
    if started_by_another(arn) {
        return false;
    }
    let ids = known.id.iter().chain(known.deposed.iter().map(|left| &left.id));
    for id in ids {
        if id.0 == arn || arn.ends_with(&format!("/{id}")) || arn.ends_with(&format!(":{id}")) || last(&id.0) == last(arn) {
            return false;
        }
    }
    if known.outputs.values().any(|value| value == arn) {
        return false;
    }
    // Certain only where both are written in the same way: two ARNs, or two identifiers of one kind (`vpc-…`).
    let own_arn = known.outputs.get("Arn").is_some_and(|own| own.starts_with("arn:"));
    let kind = |text: &str| text.split_once('-').map(|(kind, _)| kind.to_owned());
    own_arn || known.id.as_ref().is_some_and(|id| kind(&id.0).is_some() && kind(&id.0) == kind(last(arn)))
}
