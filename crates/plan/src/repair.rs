//! The plan that sets right what drifted, and nothing else: each drifted field becomes again what was last applied.
//!
//! Invariants: the files have no part in it; nothing is made, replaced or removed; fields that others own stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use strata_graph::{Address, Contracts, Scope};

use crate::build::{Parts, PlanError, finish};
use crate::compare::{FieldChange, compare};
use crate::directions::Ignored;
use crate::model::{Action, Change, Plan, Purpose, Reason, ScopePlan};
use crate::removal::Pinned;
use crate::state::{Observations, Placement, ResourceState, ScopeState};

/// What a repair is made from.
#[derive(Debug, Clone)]
pub struct RepairInput<'a> {
    /// The platform's name.
    pub platform: &'a str,
    /// The scope asked for.
    pub target: &'a Scope,
    /// The scopes to set right, lowest first, each with where it lives.
    pub scopes: &'a [(&'a ScopeState, Placement)],
    /// What the types promise.
    pub contracts: &'a Contracts,
    /// What was seen.
    pub observations: &'a Observations,
    /// Fields that others own.
    pub ignored: &'a Ignored,
    /// What keeps failing and shall be tried again all the same.
    pub retry: &'a BTreeSet<Address>,
}

/// How one resource stands otherwise than it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// It is gone.
    Gone,
    /// These fields are others.
    Fields(Vec<FieldChange>),
}

/// How a resource stands otherwise than it was applied; nothing where it does not, or was not looked at.
#[must_use]
pub fn drift(state: &ResourceState, contracts: &Contracts, observations: &Observations, ignored: &Ignored) -> Option<Drift> {
    let Some(observed) = observations.get(&state.address)? else { return Some(Drift::Gone) };
    let contract = contracts.of_type(&state.type_name.0)?;
    let mut fields = compare(contract, &state.properties, &state.properties, Some(observed));
    fields.retain(|field| !ignored.covers(&state.address, &field.path));
    (!fields.is_empty()).then_some(Drift::Fields(fields))
}

/// Builds the plan that sets right what drifted and can be changed in place.
///
/// # Errors
/// [`PlanError`] where the plan cannot be written.
pub fn repair(input: RepairInput<'_>) -> Result<Plan, PlanError> {
    let mut actions = Vec::new();
    let mut scopes = Vec::new();
    for (state, placement) in input.scopes {
        let before = actions.len();
        for resource in state.resources.values() {
            let Some(Drift::Fields(fields)) = drift(resource, input.contracts, input.observations, input.ignored) else { continue };
            // What has to be made anew is a choice that the files and `up` make.
            if fields.iter().any(|field| field.replaces) {
                continue;
            }
            let Some(Some(observed)) = input.observations.get(&resource.address) else { continue };
            actions.push(Action {
                address: resource.address.clone(),
                type_name: resource.type_name.clone(),
                layer: resource.layer,
                service: input.contracts.of_type(&resource.type_name.0).map_or("unknown", |contract| contract.service).to_owned(),
                change: Change::Update,
                reasons: vec![Reason::Drifted],
                fields,
                before: Some(observed.clone()),
                after: Some(input.ignored.as_it_stands(&resource.address, &resource.properties, observed)),
                dependencies: resource.dependencies.clone(),
                origins: resource.origins.clone(),
                data: resource.data.clone(),
                waiting_for: resource.waiting_for.clone(),
                purpose: resource.purpose.clone(),
            });
        }
        scopes.push(ScopePlan {
            scope: state.scope.clone(),
            serial: state.serial,
            placement: placement.clone(),
            metadata: state.metadata.clone(),
            stands_on: state.stands_on.clone(),
            unchanged: state.resources.len() - (actions.len() - before),
            removes_scope: false,
        });
    }
    let states: Vec<&ScopeState> = input.scopes.iter().map(|(state, _)| *state).collect();
    // What a replacement left behind is for `up`: no pinned incarnation is touched by a plan that only changes in place.
    let pinned = Pinned { left_behind: left_behind(&states), ..Pinned::default() };
    finish(Parts {
        platform: input.platform,
        purpose: Purpose::Correct,
        target: input.target,
        scopes,
        actions,
        records: Vec::new(),
        kept: Vec::new(),
        verdicts: Vec::new(),
        notices: Vec::new(),
        endpoints: Vec::new(),
        approve: Vec::new(),
        states: &states,
        contracts: input.contracts,
        pinned,
        moves: Vec::new(),
        adopted: Vec::new(),
        retry: input.retry,
    })
}

fn left_behind(states: &[&ScopeState]) -> BTreeSet<strata_graph::PhysicalId> {
    let all = states.iter().flat_map(|state| state.resources.values()).flat_map(|resource| &resource.deposed);
    all.map(|left| left.id.clone()).collect()
}

/// The drift of every resource of these scopes, by address.
#[must_use]
pub fn all_drift(
    states: &[&ScopeState],
    contracts: &Contracts,
    observations: &Observations,
    ignored: &Ignored,
) -> BTreeMap<Address, Drift> {
    let all = states.iter().flat_map(|state| state.resources.values());
    all.filter_map(|resource| Some((resource.address.clone(), drift(resource, contracts, observations, ignored)?))).collect()
}
