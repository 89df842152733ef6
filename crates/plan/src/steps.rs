//! Turns actions into numbered steps with what each waits for.
//!
//! Rules: a resource is made or changed after all that it stands on; it is removed after all that stood on it was removed or
//! changed away from it; what a replacement left behind goes last. A step's number is its place in the list.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use strata_graph::{Address, Contracts, ReplaceOrder};

use crate::build::PlanError;
use crate::directions::Move;
use crate::model::{Action, Change, Operation, Step, StepId};
use crate::removal::Pinned;
use crate::state::{ResourceState, ScopeState};

#[derive(Default, Clone, Copy)]
struct Own {
    /// The step after which the resource is as it shall be.
    main: Option<StepId>,
    /// The step that removes the incarnation that stood before.
    removal: Option<StepId>,
}

/// Numbers the steps of the actions.
pub(crate) fn number(
    actions: &[Action],
    states: &[&ScopeState],
    contracts: &Contracts,
    pinned: &Pinned,
    moves: &[Move],
) -> Result<Vec<Step>, PlanError> {
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    let mut steps: Vec<Step> = Vec::with_capacity(actions.len());
    // Looked up and never walked, so its order means nothing.
    let mut own: HashMap<&Address, Own> = HashMap::with_capacity(actions.len());
    let mut push = |action: usize, operation: Operation| {
        let id = StepId(u32::try_from(steps.len()).unwrap_or(u32::MAX));
        steps.push(Step { id, action, operation, after: Vec::new() });
        id
    };
    for (index, action) in actions.iter().enumerate() {
        let mut mine = Own::default();
        match action.change {
            Change::Create => mine.main = Some(push(index, Operation::Create)),
            Change::Update => mine.main = Some(push(index, Operation::Update)),
            Change::Delete => mine.removal = Some(push(index, Operation::Delete)),
            // Only the steps below that delete deposed incarnations.
            Change::DeleteLeftBehind => {}
            Change::ReplaceCreateFirst => {
                mine.main = Some(push(index, Operation::Create));
                // What kept data stands on is deposed and stays.
                if !pinned.present.contains(&action.address) {
                    mine.removal = Some(push(index, Operation::DeleteReplaced));
                }
            }
            Change::ReplaceDeleteFirst => {
                mine.removal = Some(push(index, Operation::Delete));
                mine.main = Some(push(index, Operation::Create));
            }
        }
        own.insert(&action.address, mine);
    }
    // Deposed incarnations go with whatever action their resource has; a resource without action keeps them until it has one.
    let by_address: BTreeMap<&Address, &ResourceState> =
        states.iter().flat_map(|scope| scope.resources.values()).map(|state| (&state.address, state)).collect();
    let mut deposed: Vec<(&Address, StepId)> = Vec::new();
    // What older incarnations stood on, which need not be what the present one stands on.
    let mut left_on: HashMap<&Address, Vec<StepId>> = HashMap::new();
    for (index, action) in actions.iter().enumerate() {
        let Some(state) = by_address.get(&action.address) else { continue };
        for left in state.deposed.iter().filter(|left| !pinned.left_behind.contains(&left.id)) {
            let operation = Operation::DeleteDeposed { id: left.id.clone(), properties: left.properties.clone() };
            let step = push(index, operation);
            deposed.push((&action.address, step));
            let unknown = left.dependencies.is_empty();
            for below in if unknown { &state.dependencies } else { &left.dependencies } {
                left_on.entry(below).or_default().push(step);
            }
        }
    }
    let mut dependents: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for state in by_address.values() {
        for below in &state.dependencies {
            dependents.entry(below).or_default().push(&state.address);
        }
    }

    // What a step cannot do without: what it stands on, and its own other half.
    let mut needed: Vec<Vec<StepId>> = vec![Vec::new(); steps.len()];
    // The order of removals. Old and new edges may contradict one another where something is removed before it is made anew; then
    // the cloud itself refuses what is in use, and the engine tries again.
    let mut wished: Vec<(StepId, StepId)> = Vec::new();
    for action in actions {
        let Some(mine) = own.get(&action.address) else { continue };
        if let Some(main) = mine.main {
            let list = &mut needed[main.0 as usize];
            list.extend(action.dependencies.iter().filter_map(|below| own.get(below).and_then(|below| below.main)));
            if action.change == Change::ReplaceDeleteFirst {
                list.extend(mine.removal);
            }
        }
        if let Some(removal) = mine.removal {
            if action.change == Change::ReplaceCreateFirst {
                needed[removal.0 as usize].extend(mine.main);
            }
            wished.extend(left_on.get(&action.address).into_iter().flatten().map(|step| (removal, *step)));
            for above in dependents.get(&action.address).into_iter().flatten() {
                let Some(above) = own.get(*above) else { continue };
                wished.extend(above.removal.map(|step| (removal, step)));
                // A resource that is made anew before those above it change cannot wait for their change.
                if action.change != Change::ReplaceDeleteFirst {
                    wished.extend(above.main.map(|step| (removal, step)));
                }
            }
        }
    }
    // What moves away carries the old address's tag until it was changed: another of that address is made after that.
    for moved in moves {
        let step = |address: &Address| own.get(address).and_then(|own| own.main);
        wished.extend(step(&moved.from).zip(step(&moved.to)));
    }
    for (address, step) in deposed {
        let Some(mine) = own.get(address) else { continue };
        let contract = contracts.of_kind(address.kind());
        if let (Some(main), Some(ReplaceOrder::DeleteBeforeCreate)) = (mine.main, contract.map(|contract| contract.replace_order)) {
            // Two of it cannot stand: what is left goes before another is made.
            needed[main.0 as usize].push(step);
            continue;
        }
        needed[step.0 as usize].extend(mine.main);
        wished.extend(left_on.get(address).into_iter().flatten().map(|other| (step, *other)));
        for above in dependents.get(address).into_iter().flatten() {
            let Some(above) = own.get(*above) else { continue };
            wished.extend(above.removal.into_iter().chain(above.main).map(|other| (step, other)));
        }
        // The state forgets a resource with its last incarnation, so the older ones go first.
        if let (Some(removal), None) = (mine.removal, mine.main) {
            wished.push((removal, step));
        }
    }
    if wished.is_empty() {
        fill(&mut steps, needed);
        prove(&steps, actions)?;
        return Ok(steps);
    }
    let mut after = needed.clone();
    for (step, other) in &wished {
        after[step.0 as usize].push(*other);
    }
    fill(&mut steps, after);
    if prove(&steps, actions).is_err() {
        after = needed;
        // Something made anew before those above it change has to go under their feet anyway, so its wishes come last.
        let under = |step: &StepId| actions[steps[step.0 as usize].action].change == Change::ReplaceDeleteFirst;
        let (last, first): (Vec<_>, Vec<_>) = wished.into_iter().partition(|(step, _)| under(step));
        for (step, other) in first.into_iter().chain(last) {
            if !reaches(&after, other, step) {
                after[step.0 as usize].push(other);
            }
        }
        fill(&mut steps, after);
    }
    prove(&steps, actions)?;
    Ok(steps)
}

fn fill(steps: &mut [Step], after: Vec<Vec<StepId>>) {
    for (step, mut list) in steps.iter_mut().zip(after) {
        list.retain(|other| *other != step.id);
        list.sort();
        list.dedup();
        step.after = list;
    }
}

/// Whether `from` waits for `to`, directly or not.
fn reaches(after: &[Vec<StepId>], from: StepId, to: StepId) -> bool {
    let mut seen: BTreeSet<StepId> = BTreeSet::new();
    let mut queue = vec![from];
    while let Some(step) = queue.pop() {
        if step == to {
            return true;
        }
        if seen.insert(step) {
            queue.extend(&after[step.0 as usize]);
        }
    }
    false
}

/// Proves that no step waits for itself.
fn prove(steps: &[Step], actions: &[Action]) -> Result<(), PlanError> {
    let mut waiting: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (index, step) in steps.iter().enumerate() {
        for other in &step.after {
            dependents[other.0 as usize].push(index);
        }
    }
    let mut ready: Vec<usize> = (0..steps.len()).filter(|index| waiting[*index] == 0).collect();
    let mut done = 0;
    while let Some(index) = ready.pop() {
        done += 1;
        for dependent in &dependents[index] {
            waiting[*dependent] -= 1;
            if waiting[*dependent] == 0 {
                ready.push(*dependent);
            }
        }
    }
    if done == steps.len() {
        return Ok(());
    }
    let stuck = (0..steps.len()).find(|index| waiting[*index] > 0).and_then(|index| actions.get(steps[index].action));
    match stuck {
        Some(action) => Err(PlanError::StepCycle(action.address.clone())),
        None => Ok(()),
    }
}
