//! Plans that remove: a scope, or what the specification no longer names.
//!
//! Invariant: a resource with data is deleted only when its name was given; what it stands on stays with it.

use std::collections::{BTreeMap, BTreeSet};

use strata_graph::{Address, Contracts, PhysicalId, Scope};

use crate::build::{Parts, PlanError, finish};
use crate::model::{Action, Change, Kept, Notice, Plan, Purpose, Reason, ScopePlan};
use crate::state::{Placement, ResourceState, ScopeState};

/// What a removal is made from.
#[derive(Debug, Clone)]
pub struct RemovalInput<'a> {
    /// The platform's name.
    pub platform: &'a str,
    /// The scope asked for.
    pub target: &'a Scope,
    /// The scopes to remove, highest first.
    pub scopes: &'a [&'a ScopeState],
    /// Where a scope lives whose state does not say so.
    pub placement: &'a Placement,
    /// What the types promise.
    pub contracts: &'a Contracts,
    /// The data names whose deletion was asked for.
    pub delete_data: &'a BTreeSet<String>,
    /// What else to say.
    pub notices: Vec<Notice>,
    /// What keeps failing and shall be tried again all the same.
    pub retry: &'a BTreeSet<Address>,
}

/// Builds the plan that removes scopes. Scopes under one that keeps data are left out of the plan entirely.
///
/// # Errors
/// [`PlanError`] where the plan cannot be written.
pub fn remove(input: RemovalInput<'_>) -> Result<Plan, PlanError> {
    let mut actions = Vec::new();
    let mut kept = Vec::new();
    let mut scopes = Vec::new();
    let mut states: Vec<&ScopeState> = Vec::new();
    let mut stood_on: BTreeSet<&Scope> = BTreeSet::new();
    for state in input.scopes {
        if stood_on.contains(&state.scope) {
            continue;
        }
        let all: BTreeMap<Address, &ResourceState> =
            state.resources.values().map(|resource| (resource.address.clone(), resource)).collect();
        let stays = keep(&all, input.delete_data);
        let stay_addresses: BTreeSet<Address> = stays.iter().map(|kept| kept.address.clone()).collect();
        if !stays.is_empty() {
            stood_on.extend(&state.stands_on);
        }
        for (address, resource) in &all {
            if !stay_addresses.contains(address) {
                actions.push(delete_action(resource, input.contracts, Reason::ScopeRemoved));
            }
        }
        scopes.push(ScopePlan {
            scope: state.scope.clone(),
            serial: state.serial,
            placement: state.placement.clone().unwrap_or_else(|| input.placement.clone()),
            metadata: state.metadata.clone(),
            stands_on: state.stands_on.clone(),
            unchanged: stays.len(),
            removes_scope: stays.is_empty(),
        });
        kept.extend(stays);
        states.push(state);
    }
    scopes.reverse();
    finish(Parts {
        platform: input.platform,
        purpose: Purpose::Down,
        target: input.target,
        scopes,
        actions,
        records: Vec::new(),
        kept,
        verdicts: Vec::new(),
        notices: input.notices,
        endpoints: Vec::new(),
        approve: Vec::new(),
        states: &states,
        contracts: input.contracts,
        pinned: Pinned::default(),
        moves: Vec::new(),
        adopted: Vec::new(),
        retry: input.retry,
    })
}

/// What stays of resources that nothing wants any more: data that was not named, and all that it stands on.
pub(crate) fn keep(unwanted: &BTreeMap<Address, &ResourceState>, delete_data: &BTreeSet<String>) -> Vec<Kept> {
    let mut kept: BTreeMap<Address, Kept> = BTreeMap::new();
    for (address, state) in unwanted {
        let Some(data) = state.data.as_ref().filter(|data| !delete_data.contains(*data)) else {
            continue;
        };
        if state.id.is_none() {
            continue;
        }
        kept.insert(address.clone(), Kept { address: address.clone(), data: data.clone(), holds_data: true });
        let mut queue = state.dependencies.clone();
        while let Some(below) = queue.pop() {
            let Some(state) = unwanted.get(&below) else { continue };
            if !kept.contains_key(&below) {
                queue.extend(state.dependencies.iter().cloned());
                kept.insert(below.clone(), Kept { address: below, data: data.clone(), holds_data: false });
            }
        }
    }
    // What stands on kept data and holds data itself says so itself, whichever of the two was met first.
    for (address, entry) in &mut kept {
        if let Some(data) = unwanted.get(address).and_then(|state| state.data.as_ref()).filter(|data| !delete_data.contains(*data)) {
            entry.holds_data = true;
            entry.data = data.clone();
        }
    }
    kept.into_values().collect()
}

/// Old incarnations that stay, since kept data stands on them.
#[derive(Debug, Default)]
pub(crate) struct Pinned {
    /// Addresses whose present incarnation stays when another is made.
    pub present: BTreeSet<Address>,
    /// Earlier incarnations that stay.
    pub left_behind: BTreeSet<PhysicalId>,
}

impl Pinned {
    /// What these kept resources stand on.
    pub(crate) fn by<'a>(kept: impl Iterator<Item = &'a ResourceState>, states: &BTreeMap<Scope, ScopeState>) -> Self {
        let mut pinned = Self::default();
        for state in kept {
            for below in &state.dependencies {
                let Some(known) = states.get(below.scope()).and_then(|scope| scope.resources.get(below)) else { continue };
                // It stands on the incarnation of which it holds an output.
                let on = |outputs: &BTreeMap<String, String>| {
                    outputs.values().any(|output| state.properties.0.values().any(|value| holds(value, output)))
                };
                if on(&known.outputs) {
                    pinned.present.insert(below.clone());
                } else {
                    // Of an incarnation recorded by an earlier version nobody knows.
                    let on_these = known.deposed.iter().filter(|left| left.outputs.is_empty() || on(&left.outputs));
                    pinned.left_behind.extend(on_these.map(|left| left.id.clone()));
                }
            }
        }
        pinned
    }
}

/// Whether a text is somewhere in a value.
fn holds(value: &serde_json::Value, text: &str) -> bool {
    match value {
        serde_json::Value::String(found) => found.contains(text),
        serde_json::Value::Array(items) => items.iter().any(|item| holds(item, text)),
        serde_json::Value::Object(map) => map.values().any(|item| holds(item, text)),
        _ => false,
    }
}

/// The action that deletes a resource.
pub(crate) fn delete_action(state: &ResourceState, contracts: &Contracts, reason: Reason) -> Action {
    Action {
        address: state.address.clone(),
        type_name: state.type_name.clone(),
        layer: state.layer,
        service: contracts.of_type(&state.type_name.0).map_or("unknown", |contract| contract.service).to_owned(),
        change: Change::Delete,
        reasons: vec![reason],
        fields: Vec::new(),
        before: Some(state.properties.clone()),
        after: None,
        dependencies: state.dependencies.clone(),
        origins: state.origins.clone(),
        data: state.data.clone(),
        waiting_for: None,
        purpose: state.purpose.clone(),
    }
}
