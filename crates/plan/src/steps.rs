//! Turns actions into numbered steps with what each waits for.
//!
//! Rules: a resource is made or changed after all that it stands on; it is removed after all that stood on it was removed or
//! changed away from it; what a replacement left behind goes last.

use std::collections::BTreeMap;

use strata_graph::Address;

use crate::build::PlanError;
use crate::model::{Action, Change, Operation, Step, StepId};
use crate::state::{ResourceState, ScopeState};

#[derive(Default, Clone, Copy)]
struct Own {
    /// The step after which the resource is as it shall be.
    main: Option<StepId>,
    /// The step that removes the incarnation that stood before.
    removal: Option<StepId>,
}

/// Numbers the steps of the actions.
pub(crate) fn number(actions: &[Action], states: &[&ScopeState]) -> Result<Vec<Step>, PlanError> {
    let mut steps: Vec<Step> = Vec::new();
    let mut own: BTreeMap<&Address, Own> = BTreeMap::new();
    let mut push = |action: usize, operation: Operation| {
        let id = StepId(u32::try_from(steps.len()).unwrap_or(u32::MAX));
        steps.push(Step {
            id,
            action,
            operation,
            after: Vec::new(),
        });
        id
    };
    for (index, action) in actions.iter().enumerate() {
        let mut mine = Own::default();
        match action.change {
            Change::Create => mine.main = Some(push(index, Operation::Create)),
            Change::Update => mine.main = Some(push(index, Operation::Update)),
            Change::Delete => mine.removal = Some(push(index, Operation::Delete)),
            Change::ReplaceCreateFirst => {
                mine.main = Some(push(index, Operation::Create));
                mine.removal = Some(push(index, Operation::DeleteReplaced));
            }
            Change::ReplaceDeleteFirst => {
                mine.removal = Some(push(index, Operation::Delete));
                mine.main = Some(push(index, Operation::Create));
            }
        }
        own.insert(&action.address, mine);
    }
    // Deposed incarnations go with whatever action their resource has; a resource without action keeps them until it has one.
    let by_address: BTreeMap<&Address, &ResourceState> = states
        .iter()
        .flat_map(|scope| scope.resources.values())
        .map(|state| (&state.address, state))
        .collect();
    let mut deposed: Vec<(&Address, StepId)> = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        for left in by_address.get(&action.address).into_iter().flat_map(|state| &state.deposed) {
            let operation = Operation::DeleteDeposed {
                id: left.id.clone(),
                properties: left.properties.clone(),
            };
            deposed.push((&action.address, push(index, operation)));
        }
    }
    let mut dependents: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    for state in by_address.values() {
        for below in &state.dependencies {
            dependents.entry(below).or_default().push(&state.address);
        }
    }

    let mut after: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    for action in actions {
        let Some(mine) = own.get(&action.address) else { continue };
        if let (Some(main), true) = (mine.main, action.change != Change::Delete) {
            let list = after.entry(main).or_default();
            list.extend(
                action
                    .dependencies
                    .iter()
                    .filter_map(|below| own.get(below).and_then(|below| below.main)),
            );
            if action.change == Change::ReplaceDeleteFirst {
                list.extend(mine.removal);
            }
        }
        if let Some(removal) = mine.removal {
            let list = after.entry(removal).or_default();
            if action.change == Change::ReplaceCreateFirst {
                list.extend(mine.main);
            }
            for above in dependents.get(&action.address).into_iter().flatten() {
                let Some(above) = own.get(*above) else { continue };
                if let Some(step) = above.removal {
                    list.push(step);
                }
                // A resource that is made anew before those above it change cannot wait for their change.
                if let (Some(step), true) = (above.main, action.change != Change::ReplaceDeleteFirst) {
                    list.push(step);
                }
            }
        }
    }
    for (address, step) in deposed {
        if let Some(main) = own.get(address).and_then(|own| own.main) {
            after.entry(step).or_default().push(main);
        }
    }
    for step in &mut steps {
        let mut list = after.remove(&step.id).unwrap_or_default();
        list.retain(|other| *other != step.id);
        list.sort();
        list.dedup();
        step.after = list;
    }
    prove(&steps, actions)?;
    Ok(steps)
}

/// Proves that no step waits for itself.
fn prove(steps: &[Step], actions: &[Action]) -> Result<(), PlanError> {
    let mut waiting: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut dependents: BTreeMap<StepId, Vec<usize>> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        for other in &step.after {
            dependents.entry(*other).or_default().push(index);
        }
    }
    let mut ready: Vec<usize> = (0..steps.len()).filter(|index| waiting[*index] == 0).collect();
    let mut done = 0;
    while let Some(index) = ready.pop() {
        done += 1;
        for dependent in dependents.get(&steps[index].id).into_iter().flatten() {
            waiting[*dependent] -= 1;
            if waiting[*dependent] == 0 {
                ready.push(*dependent);
            }
        }
    }
    if done == steps.len() {
        return Ok(());
    }
    let stuck = (0..steps.len())
        .find(|index| waiting[*index] > 0)
        .and_then(|index| actions.get(steps[index].action));
    match stuck {
        Some(action) => Err(PlanError::StepCycle(action.address.clone())),
        None => Ok(()),
    }
}
