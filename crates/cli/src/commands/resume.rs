//! `strata resume`: goes on with a run that did not end well.
//!
//! Invariant: what its approved plan holds is not asked again; whatever else the plan of today would do is shown and asked for like any
//! other change.

use std::collections::{BTreeMap, BTreeSet};

use strata_diag::codes;
use strata_graph::{Address, Scope};
use strata_plan::{Change, Plan, Purpose};
use strata_store::{RunStatus, Store};

use super::{change, remove, runs};
use crate::arguments::{Arguments, Consent, Pace, Target};
use crate::failure::Failure;
use crate::session::Session;

/// Runs it.
pub async fn run(arguments: &Arguments, run: &str, consent: &Consent, pace: &Pace) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let store = session.store().await?;
    let record = store.find_run(&runs::id(run)).await?;
    if record.status == RunStatus::Done {
        return Err(Failure::new(codes::E0710, format!("{} is done", record.id), "`strata up` makes a new plan"));
    }
    if record.status == RunStatus::Running {
        // Whoever is still at work is named here; a dead one is not, and is gone on with.
        store.free(std::slice::from_ref(&record.target), &Session::starter(None)).await?;
    }
    let Some(plan) = store.plan_of(&record.id).await? else {
        return Err(Failure::new(codes::E0708, format!("the plan of {} is not on record", record.id), "`strata up` makes a new one"));
    };
    drop(store);
    let target = target(&plan.target);
    let approved = Approved { run: record.id.0, plan, approval: record.starter.approval };
    match approved.plan.purpose {
        Purpose::Up => change::resume(arguments, &target, &approved, consent, pace).await,
        Purpose::Correct => Err(Failure::new(
            codes::E0710,
            format!("{} set right what had drifted then", approved.run),
            "what drifts now is set right by `strata drift --correct`",
        )),
        Purpose::Down => {
            // Data that the approved plan removes and that still stands.
            let states = session.states().await?;
            let data = approved.plan.actions.iter().filter(|action| action.change == Change::Delete);
            let data = data.filter_map(|action| states.get(action.address.scope())?.resources.get(&action.address)?.data.clone());
            let delete_data: Vec<String> = data.collect::<BTreeSet<String>>().into_iter().collect();
            let with_foundations = approved.plan.scopes.iter().any(|part| part.scope != approved.plan.target);
            let request =
                remove::Request { target: &target, delete_data: &delete_data, with_foundations, consent, pace, approved: Some(&approved) };
            remove::run(arguments, request).await
        }
    }
}

/// A plan that was approved before.
pub struct Approved {
    /// By which run.
    pub run: String,
    /// The plan.
    pub plan: Plan,
    /// The approval on record.
    pub approval: Option<String>,
}

impl Approved {
    /// What a plan would do that was not approved.
    pub fn lacks<'a>(&self, plan: &'a Plan) -> Vec<&'a Address> {
        let destroys = |change: Change| matches!(change, Change::Delete | Change::ReplaceCreateFirst | Change::ReplaceDeleteFirst);
        let adopted = plan
            .adopted
            .iter()
            .filter(|state| !self.plan.adopted.iter().any(|known| known.address == state.address && known.id == state.id));
        let moved = plan.moves.iter().filter(|moved| !self.plan.moves.contains(moved));
        let record = adopted.map(|state| &state.address).chain(moved.map(|moved| &moved.to));
        let known: BTreeMap<&Address, _> = self.plan.actions.iter().map(|action| (&action.address, action)).collect();
        plan.actions
            .iter()
            .filter(|action| {
                known.get(&action.address).is_none_or(|approved| {
                    // What was to be made and is there in part is finished by a change to the same end.
                    approved.after != action.after || (approved.change != action.change && destroys(action.change))
                })
            })
            .map(|action| &action.address)
            .chain(record)
            .collect()
    }
}

fn target(scope: &Scope) -> Target {
    let mut target = Target::default();
    match scope {
        Scope::Environment { environment, .. } => target.env = Some(environment.clone()),
        Scope::Account(name) => target.account = Some(name.clone()),
        Scope::Network(name) => target.network = Some(name.clone()),
        Scope::Cluster(name) => target.cluster = Some(name.clone()),
    }
    target
}
