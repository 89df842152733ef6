//! What must hold, whatever happened: looked at from outside, by somebody who sees the whole cloud and the whole store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strata_engine::Refreshed;
use strata_graph::{Address, PhysicalId, Scope};
use strata_plan::{ResourceState, ResourceStatus, ScopeState, compare};
use strata_provider::fake::Standing;
use strata_store::{IntentOperation, Store};

use crate::operator::{PLATFORM, engine, up_plan};
use crate::process::Process;
use crate::sim::Sim;
use crate::spec::{Spec, scopes};
use crate::things::contracts;

/// All that is known and all that stands.
pub struct View {
    pub states: BTreeMap<Scope, ScopeState>,
    pub standing: Vec<Standing>,
    /// Addresses whose creation was begun and of which nobody knows what came of it.
    pub begun: BTreeSet<Address>,
    pub open: usize,
}

impl View {
    pub fn of(sim: &Sim) -> Self {
        sim.tick();
        let states = sim.ledger.call(|store| async move { store.scopes().await }).unwrap();
        let open = sim.ledger.call(|store| async move { store.open_intents().await }).unwrap();
        Self {
            states: states.into_iter().map(|state| (state.scope.clone(), state)).collect(),
            standing: sim.cloud.standing(),
            open: open.len(),
            begun: open
                .into_iter()
                .filter(|open| open.intent.operation == IntentOperation::Create)
                .map(|open| open.intent.address)
                .collect(),
        }
    }

    pub fn resources(&self) -> impl Iterator<Item = &ResourceState> {
        self.states.values().flat_map(|scope| scope.resources.values())
    }

    /// Every id on record.
    pub fn on_record(&self) -> BTreeSet<&PhysicalId> {
        self.resources().flat_map(|state| state.id.iter().chain(state.deposed.iter().map(|left| &left.id))).collect()
    }

    /// Whose properties hold an output of this thing.
    pub fn users(&self, id: &PhysicalId) -> Vec<&Address> {
        let outputs = self.standing.iter().filter(|thing| thing.id == *id).flat_map(|thing| thing.outputs.values());
        let outputs: Vec<&String> = outputs.collect();
        let holds = |state: &&ResourceState| {
            let on = state.properties.at("On").and_then(|on| on.as_array());
            on.into_iter().flatten().any(|value| outputs.iter().any(|output| value == output.as_str()))
        };
        self.resources().filter(holds).map(|state| &state.address).collect()
    }

    /// What we made and no record names.
    pub fn strays(&self) -> Vec<&Standing> {
        let on_record = self.on_record();
        self.standing.iter().filter(|thing| thing.ours && !on_record.contains(&thing.id)).collect()
    }
}

/// Whenever nobody is at work: nothing is lost, and every difference is told by a look.
pub async fn between_orders(sim: &Arc<Sim>, spec: &Spec) {
    let view = View::of(sim);
    for thing in view.strays() {
        let begun = view.begun.iter().any(|address| address.to_string() == thing.owner);
        if !begun {
            sim.violated(format!("orphan: {} was made for {}, and neither state nor journal knows of it", thing.id, thing.owner));
        }
    }
    let Some(refreshed) = look(sim).await else { return };
    let plan = up_plan(spec, &scopes(), &view.states, &refreshed.observations, &BTreeSet::new());
    let plans = |address: &Address| {
        // What was changed since by a call that was still under way may be what is asked for already: the plan says so.
        let plan = plan.as_ref().ok();
        plan.is_some_and(|plan| {
            // Under the address that it has from now on.
            let address = plan.moves.iter().find(|moved| moved.from == *address).map_or(address, |moved| &moved.to);
            plan.actions.iter().any(|action| action.address == *address)
                || plan.records.iter().any(|record| record.address == *address && record.properties.is_some())
        })
    };
    for state in view.resources() {
        let Some(id) = &state.id else { continue };
        let stands = view.standing.iter().find(|thing| thing.id == *id);
        if stands.is_some_and(|thing| thing.properties == state.properties) || sim.is_hidden(id) {
            continue;
        }
        // Of what nobody asks for any more and that stays, what the cloud shows beside what is on record is no difference.
        let contract = contracts().of_type(&state.type_name.0).unwrap();
        let beside = |thing: &Standing| compare(contract, &state.properties, &state.properties, Some(&thing.properties)).is_empty();
        if !spec.contains(&state.address) && kept(&view, spec, &state.address) && stands.is_some_and(beside) {
            continue;
        }
        if !tells(&refreshed, state) && !plans(&state.address) {
            let cloud = stands.map(|thing| &thing.properties);
            sim.violated(format!("{} is on record as {:?}, stands as {cloud:?}, and no look tells", state.address, state.properties));
        }
    }
}

/// Whether `strata drift` tells that this resource is not as it is on record.
fn tells(refreshed: &Refreshed, state: &ResourceState) -> bool {
    match refreshed.observations.get(&state.address) {
        Some(None) => true,
        Some(Some(observed)) => contracts()
            .of_type(&state.type_name.0)
            .is_some_and(|contract| !compare(contract, &state.properties, &state.properties, Some(observed)).is_empty()),
        None => false,
    }
}

/// A look at everything in fair weather.
async fn look(sim: &Arc<Sim>) -> Option<Refreshed> {
    let weather = sim.weather();
    sim.set_weather(crate::sim::Weather::default());
    let mut states = View::of(sim).states;
    let refreshed = engine(&Process::start(sim)).refresh(PLATFORM, &mut states).await;
    sim.set_weather(weather);
    if let Some(unseen) = refreshed.unseen.first() {
        sim.violated(format!("{} could not be looked at in fair weather: {}", unseen.address, unseen.error));
        return None;
    }
    Some(refreshed)
}

/// At the end, after a clean run: everything stands once, as asked for, and is on record as it stands.
pub async fn in_the_end(sim: &Arc<Sim>, spec: &Spec) {
    let view = View::of(sim);
    let Some(refreshed) = look(sim).await else { return };
    if view.open > 0 {
        sim.violated(format!("{} intents are open after a clean run", view.open));
    }
    for thing in view.strays() {
        sim.violated(format!("orphan at the end: {} of {}", thing.id, thing.owner));
    }
    for state in view.resources() {
        let address = &state.address;
        // What holds data, or what such a resource stands on, and nobody asks for any more is left alone: only `drift` tells of it.
        if !spec.contains(address) && kept(&view, spec, address) {
            let stands = state.id.as_ref().and_then(|id| view.standing.iter().find(|thing| thing.id == *id));
            // As everywhere, what the cloud shows beside what is on record is no difference.
            let contract = contracts().of_type(&state.type_name.0).unwrap();
            let same = |thing: &&Standing| compare(contract, &state.properties, &state.properties, Some(&thing.properties)).is_empty();
            if stands.filter(same).is_none() && !tells(&refreshed, state) {
                sim.violated(format!("{address} is kept, does not stand as it is on record, and no look tells"));
            }
            continue;
        }
        for left in &state.deposed {
            // What kept data stands on stays, though another was made.
            if !view.users(&left.id).iter().any(|user| kept(&view, spec, user)) {
                sim.violated(format!("{address} still has what a replacement left behind: {}", left.id));
            }
        }
        let Some(id) = &state.id else {
            if !matches!(state.status, ResourceStatus::Unsupported(_)) {
                sim.violated(format!("{address} is on record without an id as {:?}", state.status));
            }
            continue;
        };
        let Some(thing) = view.standing.iter().find(|thing| thing.id == *id) else {
            sim.violated(format!("{address} is on record as {id}, which does not stand"));
            continue;
        };
        if thing.properties != state.properties && !(stuck(&view, spec, address) && tells(&refreshed, state)) {
            sim.violated(format!("{address} is on record as {:?} and stands as {:?}", state.properties, thing.properties));
        }
        if thing.outputs != state.outputs {
            sim.violated(format!("{address} is on record with the outputs {:?} and has {:?}", state.outputs, thing.outputs));
        }
        if !spec.contains(address) {
            sim.violated(format!("{address} still stands and nobody asks for it"));
        }
        if spec.contains(address) && state.status != ResourceStatus::Ready {
            sim.violated(format!("{address} is {:?} after a clean run", state.status));
        }
    }
    let outputs = |reference: &strata_graph::OutputReference| {
        view.states.get(reference.of.scope())?.resources.get(&reference.of)?.outputs.get(&reference.output).cloned()
    };
    for resource in spec.graph(&scopes()).iter().filter(|resource| !stuck(&view, spec, &resource.address)) {
        let known = view.states.get(resource.address.scope()).and_then(|scope| scope.resources.get(&resource.address));
        match known {
            None => sim.violated(format!("{} is asked for and not on record", resource.address)),
            Some(state) if matches!(state.status, ResourceStatus::Unsupported(_)) && state.id.is_none() => {}
            Some(state) => {
                let wanted = resource.properties.resolve(&outputs, &|_| None);
                if wanted.is_resolved() && wanted != state.properties {
                    sim.violated(format!("{} is {:?} and should be {wanted:?}", resource.address, state.properties));
                }
            }
        }
    }
    match up_plan(spec, &scopes(), &view.states, &refreshed.observations, &BTreeSet::new()) {
        Ok(plan) if plan.is_empty() => {}
        Ok(plan) => {
            let actions: Vec<String> =
                plan.actions.iter().map(|action| format!("{:?} {} {:?}", action.change, action.address, action.reasons)).collect();
            sim.violated(format!("the plan after a clean run is not empty: {actions:?}"));
        }
        Err(error) => sim.violated(format!("no plan after a clean run: {error}")),
    }
}

/// Whether a resource that nobody asks for stays: it holds data, or data stands on it.
fn kept(view: &View, spec: &Spec, address: &Address) -> bool {
    let unwanted: BTreeMap<&Address, &ResourceState> =
        view.resources().map(|state| (&state.address, state)).filter(|(address, _)| !spec.contains(address)).collect();
    let mut queue: Vec<&Address> = unwanted.iter().filter(|(_, state)| state.data.is_some()).map(|(address, _)| *address).collect();
    let mut all = BTreeSet::new();
    while let Some(next) = queue.pop() {
        if let Some(state) = unwanted.get(next).filter(|_| all.insert(next)) {
            queue.extend(&state.dependencies);
        }
    }
    all.contains(address)
}

/// Whether a resource refers to what this emulator lacks: then it stays as it is.
fn stuck(view: &View, spec: &Spec, address: &Address) -> bool {
    let lacks = |below: &Address| {
        let state = view.states.get(below.scope()).and_then(|scope| scope.resources.get(below));
        state.is_some_and(|state| matches!(state.status, ResourceStatus::Unsupported(_)))
    };
    spec.graph(&scopes()).get(address).is_some_and(|resource| resource.dependencies().iter().any(lacks))
}
