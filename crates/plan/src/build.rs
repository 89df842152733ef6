//! Builds the plan that brings scopes to what the graph says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use strata_graph::{Address, Contracts, Document, Graph, GraphError, Ordered, ReplaceOrder, Resource, Scope, TypeContract};
use strata_policy::Verdict;

use crate::breaker;
use crate::compare::{FieldChange, Side, compare};
use crate::directions::{Directions, Move};
use crate::model::{Action, Change, Endpoint, Notice, Plan, Purpose, Reason, Record, ScopePlan};
use crate::removal::{Pinned, delete_action, keep};
use crate::state::{Observations, Placement, ResourceState, ResourceStatus, ScopeState};
use crate::steps;

/// What is asked of one scope.
#[derive(Debug, Clone)]
pub struct Desired {
    /// Which scope.
    pub scope: Scope,
    /// Where it lives.
    pub placement: Placement,
    /// What to keep with it.
    pub metadata: Value,
    /// The scopes that it stands on.
    pub stands_on: Vec<Scope>,
}

/// Everything that a plan is made from.
#[derive(Debug, Clone)]
pub struct PlanInput<'a> {
    /// The platform's name.
    pub platform: &'a str,
    /// The scope asked for.
    pub target: &'a Scope,
    /// The scopes to plan, lowest first.
    pub scopes: &'a [Desired],
    /// What should be.
    pub graph: &'a Graph,
    /// What the types promise.
    pub contracts: &'a Contracts,
    /// What is known.
    pub states: &'a BTreeMap<Scope, ScopeState>,
    /// What was seen.
    pub observations: &'a Observations,
    /// The data names whose deletion was asked for.
    pub delete_data: &'a BTreeSet<String>,
    /// What the rules say of the graph.
    pub verdicts: Vec<Verdict>,
    /// What else to say.
    pub notices: Vec<Notice>,
    /// Where users reach it.
    pub endpoints: Vec<Endpoint>,
    /// Who must approve.
    pub approve: Vec<String>,
    /// What is taken over, moved, left to others, or tried again.
    pub directions: &'a Directions,
}

/// Why no plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The resources are no graph.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A resource has a type of which nothing is known.
    #[error("{address} has the type {type_name}, which this version does not know")]
    UnknownType {
        /// Which resource.
        address: Address,
        /// Which type.
        type_name: String,
    },
    /// What is taken over or moved would be made anew, and what stands removed.
    #[error("{address} is {how} and would be replaced: {fields}")]
    WouldReplace {
        /// Which resource.
        address: Address,
        /// `adopted` or `moved`.
        how: &'static str,
        /// What differs and cannot be changed in place.
        fields: String,
        /// The same as a patch of the files: what stands, in one line of YAML.
        patch: String,
    },
    /// The plan cannot be written.
    #[error("the plan cannot be written: {0}")]
    Json(#[from] serde_json::Error),
    /// The steps wait for one another.
    #[error("the steps of this plan wait for one another at {0}; please report this with the plan")]
    StepCycle(Address),
}

/// What a later resource may assume of an earlier one's outputs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outlook {
    /// Outputs are those of the state.
    Known,
    /// Changed in place: outputs that a change moves are not known.
    Updated,
    /// Outputs are known only after apply.
    Unknown,
    /// The emulator lacks it, now as before.
    Unsupported,
}

/// What was decided so far; looked up and never walked, so its order means nothing.
type Outlooks<'a> = HashMap<&'a Address, Outlook>;

/// Builds a plan.
///
/// # Errors
/// [`PlanError`] where the graph is none or holds an unknown type.
pub fn build(input: PlanInput<'_>) -> Result<Plan, PlanError> {
    if input.directions.keeps_the_record() {
        return build_on(input);
    }
    let (states, observations) = input.directions.carried(input.states, input.observations);
    build_on(PlanInput { states: &states, observations: &observations, ..input })
}

/// The plan, where what is taken over and moved is on record already.
fn build_on(input: PlanInput<'_>) -> Result<Plan, PlanError> {
    let order = input.graph.checked_order()?;
    let planned: BTreeMap<&Scope, &Desired> = input.scopes.iter().map(|desired| (&desired.scope, desired)).collect();
    let mut unwanted: BTreeMap<Address, &ResourceState> = BTreeMap::new();
    for desired in input.scopes {
        for state in input.states.get(&desired.scope).into_iter().flat_map(|scope| scope.resources.values()) {
            if input.graph.get(&state.address).is_none() {
                unwanted.insert(state.address.clone(), state);
            }
        }
    }
    let kept = keep(&unwanted, input.delete_data);
    let pinned = Pinned::by(kept.iter().filter_map(|kept| unwanted.get(&kept.address).copied()), input.states);
    let mut outlooks = Outlooks::with_capacity(order.len());
    let mut actions: Vec<Action> = Vec::new();
    let mut records = Vec::new();
    let mut unchanged: BTreeMap<&Scope, usize> = BTreeMap::new();

    for Ordered { resource, dependencies } in order {
        let address = &resource.address;
        let Some(desired) = planned.get(address.scope()) else { continue };
        let contract = input
            .contracts
            .of_type(&resource.type_name.0)
            .ok_or_else(|| PlanError::UnknownType { address: address.clone(), type_name: resource.type_name.0.clone() })?;
        let state = input.states.get(address.scope()).and_then(|scope| scope.resources.get(address));
        let observation = input.observations.get(address).map(Option::as_ref);
        // Of what is new nothing is compared.
        let properties = state.map(|_| resolve(resource, &desired.placement, &input, &outlooks)).unwrap_or_default();
        let stands = observation.flatten().or_else(|| state.map(|state| &state.properties));
        let left_alone = |wanted: &Document| match stands {
            Some(stands) => input.directions.ignored.as_it_stands(address, wanted, stands),
            None => wanted.clone(),
        };
        let (mut decision, outlook) = decide(&dependencies, contract, state, &left_alone(&properties), observation, &outlooks);
        if state.is_some_and(|state| state.deposed.iter().all(|left| pinned.left_behind.contains(&left.id))) {
            decision = decision.filter(|(change, ..)| *change != Change::DeleteLeftBehind);
        }
        if let Some((Change::ReplaceCreateFirst | Change::ReplaceDeleteFirst, _, fields)) = &decision
            && let Some(how) = input.directions.taken(address)
        {
            return Err(would_replace(address, how, fields));
        }
        outlooks.insert(address, outlook);
        match decision {
            Some((change, reasons, fields)) => actions.push(Action {
                address: address.clone(),
                type_name: resource.type_name.clone(),
                layer: resource.layer,
                service: contract.service.to_owned(),
                change,
                reasons,
                fields,
                before: match change {
                    Change::Create => None,
                    _ => observation.flatten().or_else(|| state.map(|state| &state.properties)).cloned(),
                },
                after: Some(if change == Change::Update { left_alone(&resource.properties) } else { resource.properties.clone() }),
                dependencies: dependencies.into_iter().collect(),
                origins: resource.origins.clone(),
                data: resource.data.clone(),
                waiting_for: resource.waiting_for.clone(),
                purpose: resource.purpose.clone(),
            }),
            None => {
                *unchanged.entry(&desired.scope).or_default() += 1;
                if let Some(state) = state {
                    // Others may change what is theirs every minute: that alone is nothing to write down.
                    let properties = input.directions.ignored.as_it_stands(address, &properties, &state.properties);
                    records.extend(record(resource, dependencies, state, properties));
                }
            }
        }
    }

    let kept_addresses: BTreeSet<&Address> = kept.iter().map(|kept| &kept.address).collect();
    for (address, state) in &unwanted {
        if !kept_addresses.contains(address) {
            actions.push(delete_action(state, input.contracts, Reason::NoLongerWanted));
        }
    }

    let states: Vec<&ScopeState> = input.scopes.iter().filter_map(|desired| input.states.get(&desired.scope)).collect();
    finish(Parts {
        platform: input.platform,
        purpose: Purpose::Up,
        target: input.target,
        scopes: input
            .scopes
            .iter()
            .map(|desired| ScopePlan {
                scope: desired.scope.clone(),
                serial: input.states.get(&desired.scope).map_or(0, |state| state.serial),
                placement: desired.placement.clone(),
                metadata: desired.metadata.clone(),
                stands_on: desired.stands_on.clone(),
                unchanged: unchanged.get(&desired.scope).copied().unwrap_or_default(),
                removes_scope: false,
            })
            .collect(),
        actions,
        records,
        kept,
        verdicts: input.verdicts,
        notices: input.notices,
        endpoints: input.endpoints,
        approve: input.approve,
        states: &states,
        contracts: input.contracts,
        pinned,
        moves: input.directions.moves.clone(),
        adopted: input.directions.adopted.clone(),
        retry: &input.directions.retry,
    })
}

/// The parts of a plan before steps and digest.
pub(crate) struct Parts<'a> {
    pub platform: &'a str,
    pub purpose: Purpose,
    pub target: &'a Scope,
    pub scopes: Vec<ScopePlan>,
    pub actions: Vec<Action>,
    pub records: Vec<Record>,
    pub kept: Vec<crate::model::Kept>,
    pub verdicts: Vec<Verdict>,
    pub notices: Vec<Notice>,
    pub endpoints: Vec<Endpoint>,
    pub approve: Vec<String>,
    pub states: &'a [&'a ScopeState],
    pub contracts: &'a Contracts,
    pub pinned: Pinned,
    pub moves: Vec<Move>,
    pub adopted: Vec<ResourceState>,
    pub retry: &'a BTreeSet<Address>,
}

/// Sorts, numbers the steps and seals the plan.
pub(crate) fn finish(mut parts: Parts<'_>) -> Result<Plan, PlanError> {
    parts.actions.sort_by(|left, right| {
        (left.address.scope().kind(), left.address.scope(), left.layer, &left.address).cmp(&(
            right.address.scope().kind(),
            right.address.scope(),
            right.layer,
            &right.address,
        ))
    });
    let steps = steps::number(&parts.actions, parts.states, parts.contracts, &parts.pinned, &parts.moves)?;
    let held = breaker::held(&parts.actions, &steps, parts.states, parts.retry);
    let mut plan = Plan {
        version: Plan::VERSION,
        digest: String::new(),
        platform: parts.platform.to_owned(),
        purpose: parts.purpose,
        target: parts.target.clone(),
        scopes: parts.scopes,
        actions: parts.actions,
        steps,
        records: parts.records,
        moves: parts.moves,
        adopted: parts.adopted,
        held,
        kept: parts.kept,
        verdicts: parts.verdicts,
        notices: parts.notices,
        endpoints: parts.endpoints,
        approve: parts.approve,
    };
    plan.digest = plan.compute_digest()?;
    Ok(plan)
}

fn record(resource: &Resource, dependencies: BTreeSet<Address>, state: &ResourceState, properties: Document) -> Option<Record> {
    let properties = (state.id.is_some() && properties != state.properties && properties.is_resolved()).then_some(properties);
    let dependencies: Vec<Address> = dependencies.into_iter().collect();
    let same = state.origins == resource.origins
        && state.data == resource.data
        && state.waiting_for == resource.waiting_for
        && state.purpose == resource.purpose
        && state.dependencies == dependencies
        && properties.is_none();
    (!same).then(|| Record {
        address: resource.address.clone(),
        origins: resource.origins.clone(),
        data: resource.data.clone(),
        waiting_for: resource.waiting_for.clone(),
        purpose: resource.purpose.clone(),
        dependencies,
        properties,
    })
}

fn resolve(resource: &Resource, placement: &Placement, input: &PlanInput<'_>, outlooks: &Outlooks<'_>) -> Document {
    resource.properties.resolve(
        &|reference| {
            let known = || input.states.get(reference.of.scope())?.resources.get(&reference.of)?.outputs.get(&reference.output).cloned();
            match outlooks.get(&reference.of) {
                Some(Outlook::Unknown | Outlook::Unsupported) => None,
                Some(Outlook::Updated) => {
                    let contract = input.contracts.of_kind(reference.of.kind());
                    let moves = contract.is_some_and(|contract| contract.moves_on_update(&reference.output));
                    if moves { None } else { known() }
                }
                // A scope that is not planned here stands as its state says.
                Some(Outlook::Known) | None => known(),
            }
        },
        &|pseudo| Some(placement.pseudo(pseudo)),
    )
}

fn would_replace(address: &Address, how: &'static str, fields: &[FieldChange]) -> PlanError {
    let side = |side: &Side| match side {
        Side::Absent => "nothing".to_owned(),
        Side::Value(value) | Side::Unknown(value) => value.to_string(),
    };
    let fixed: Vec<&FieldChange> = fields.iter().filter(|field| field.replaces).collect();
    let list = fixed.iter().map(|field| format!("{} is {} and shall be {}", field.path, side(&field.before), side(&field.after)));
    let mut patch = serde_json::Map::new();
    for field in &fixed {
        let top = field.path.split('.').next().unwrap_or(&field.path);
        if let (Side::Value(value), true) = (&field.before, top == field.path) {
            patch.insert(field.path.clone(), value.clone());
        }
    }
    PlanError::WouldReplace {
        address: address.clone(),
        how,
        fields: if fixed.is_empty() { "it is broken".to_owned() } else { list.collect::<Vec<_>>().join("; ") },
        patch: format!("patch: {{{}: {}}}", address.short(), Value::Object(patch)),
    }
}

type Decision = Option<(Change, Vec<Reason>, Vec<FieldChange>)>;

fn decide(
    dependencies: &BTreeSet<Address>,
    contract: &TypeContract,
    state: Option<&ResourceState>,
    properties: &Document,
    observation: Option<Option<&Document>>,
    outlooks: &Outlooks<'_>,
) -> (Decision, Outlook) {
    let Some(state) = state else {
        return (Some((Change::Create, vec![Reason::New], Vec::new())), Outlook::Unknown);
    };
    if let ResourceStatus::Unsupported(_) = &state.status {
        // Asking the emulator again for what it lacks would make every run send calls for nothing.
        let stays = compare(contract, properties, &state.properties, None).iter().all(|change| matches!(change.after, Side::Unknown(_)))
            && dependencies.iter().all(|address| matches!(outlooks.get(address), None | Some(Outlook::Known | Outlook::Unsupported)));
        let left_behind = (!state.deposed.is_empty()).then(|| (Change::DeleteLeftBehind, vec![Reason::LeftBehind], Vec::new()));
        return if stays {
            (left_behind, Outlook::Unsupported)
        } else {
            (Some((Change::Create, vec![Reason::SpecificationChanged], Vec::new())), Outlook::Unknown)
        };
    }
    if matches!(observation, Some(None)) || state.id.is_none() {
        return (Some((Change::Create, vec![Reason::MissingInCloud], Vec::new())), Outlook::Unknown);
    }
    let fields = compare(contract, properties, &state.properties, observation.flatten());
    if let ResourceStatus::Tainted(why) = &state.status {
        return (Some((replacement(contract), vec![Reason::Tainted(why.clone())], fields)), Outlook::Unknown);
    }
    // What refers to something that the emulator lacks cannot be sent: it stays as it is, with all its fields.
    let stuck = fields.iter().any(|field| matches!(&field.after, Side::Unknown(value) if refers_to_unsupported(value, outlooks)));
    if fields.is_empty() || stuck {
        let left_behind = (!state.deposed.is_empty()).then(|| (Change::DeleteLeftBehind, vec![Reason::LeftBehind], Vec::new()));
        return (left_behind, Outlook::Known);
    }
    let mut reasons = Vec::new();
    if fields.iter().any(|field| field.drift) {
        reasons.push(Reason::Drifted);
    }
    if fields.iter().any(|field| !field.drift && !matches!(field.after, Side::Unknown(_))) {
        reasons.push(Reason::SpecificationChanged);
    }
    let mut moved: BTreeSet<Address> = BTreeSet::new();
    for field in &fields {
        if let Side::Unknown(value) = &field.after {
            moved.extend(references(value).into_iter().map(|reference| reference.of));
        }
    }
    reasons.extend(moved.into_iter().map(Reason::DependencyChanged));
    if fields.iter().any(|field| field.replaces) {
        (Some((replacement(contract), reasons, fields)), Outlook::Unknown)
    } else {
        (Some((Change::Update, reasons, fields)), Outlook::Updated)
    }
}

fn replacement(contract: &TypeContract) -> Change {
    match contract.replace_order {
        ReplaceOrder::CreateBeforeDelete => Change::ReplaceCreateFirst,
        ReplaceOrder::DeleteBeforeCreate => Change::ReplaceDeleteFirst,
    }
}

fn references(value: &Value) -> Vec<strata_graph::OutputReference> {
    let mut map = serde_json::Map::new();
    map.insert("value".to_owned(), value.clone());
    Document::from(map).references()
}

fn refers_to_unsupported(value: &Value, outlooks: &Outlooks<'_>) -> bool {
    references(value).iter().any(|reference| matches!(outlooks.get(&reference.of), Some(Outlook::Unsupported)))
}
