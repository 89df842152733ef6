//! Verdicts of one scope and what it stands on: as planned, or as the cloud shows it.
//!
//! Invariant: the live evaluation sends the calls of one refresh and no others, and changes nothing in the cloud.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_diag::codes;
use strata_graph::{Address, Scope};
use strata_plan::{ScopeState, observed_graph};
use strata_policy::{ObservedGraph, Status, Verdict, judge_observed};
use strata_provider::ErrorKind;

use crate::arguments::{Arguments, Target};
use crate::commands::plan::refuse_unseen;
use crate::compile::{Compiled, compile};
use crate::failure::Failure;
use crate::files::Files;
use crate::session::Session;
use crate::{rules, waivers};

/// What was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// What the files say.
    Planned,
    /// What the cloud shows.
    Live,
}

/// The verdicts and what they are about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The version of this form.
    pub version: u32,
    /// Which scope, with all that it stands on.
    pub scope: Scope,
    /// What was judged.
    pub mode: Mode,
    /// By which standards.
    pub standards: Vec<String>,
    /// Of how many resources.
    pub resources: usize,
    /// The verdicts, by control and address.
    pub verdicts: Vec<Verdict>,
    /// What the files ask for and was never made: not part of a live evaluation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_made: Vec<Address>,
    /// What could not be looked at since the call failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_seen: Vec<Address>,
}

impl Evaluation {
    /// The current form.
    pub const VERSION: u32 = 1;

    /// How many verdicts have a status.
    pub fn count(&self, status: Status) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.status == status).count()
    }

    /// How many violations a waiver excuses.
    pub fn waived(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.is_waived()).count()
    }
}

/// What was seen of a scope and of all that it stands on.
pub struct Seen {
    /// The states that were looked at.
    pub states: BTreeMap<Scope, ScopeState>,
    /// The graph.
    pub graph: ObservedGraph,
    /// What could not be looked at since the call failed.
    pub not_seen: Vec<Address>,
}

/// The evaluation of what the files say. Needs no account.
pub fn planned(compiled: &Compiled) -> Evaluation {
    Evaluation {
        version: Evaluation::VERSION,
        scope: compiled.target.clone(),
        mode: Mode::Planned,
        standards: compiled.standards.clone(),
        resources: compiled.graph().len(),
        verdicts: compiled.verdicts.clone(),
        not_made: Vec::new(),
        not_seen: Vec::new(),
    }
}

/// The evaluation of what the cloud shows.
pub fn live(files: &Files, compiled: &Compiled, seen: &Seen) -> Result<Evaluation, Failure> {
    let mut verdicts = judge_observed(&seen.graph, &compiled.standards, |control| control.when.in_cloud());
    verdicts.extend(rules::judge_observed(files, &seen.graph)?);
    // What excuses nothing is said by the plan.
    waivers::apply(&compiled.waivers, &mut verdicts, &seen.graph.graph);
    let known = |address: &Address| seen.states.get(address.scope()).is_some_and(|scope| scope.resources.contains_key(address));
    Ok(Evaluation {
        version: Evaluation::VERSION,
        scope: compiled.target.clone(),
        mode: Mode::Live,
        standards: compiled.standards.clone(),
        resources: seen.graph.graph.len(),
        verdicts,
        not_made: compiled.graph().iter().map(|resource| resource.address.clone()).filter(|address| !known(address)).collect(),
        not_seen: seen.not_seen.clone(),
    })
}

/// Compiles the files for a target, with the states that are known.
pub async fn compiled(session: &Session, files: &Files, target: &Target) -> Result<(Compiled, BTreeMap<Scope, ScopeState>), Failure> {
    let spec = files.spec()?;
    let states = session.states().await?;
    let compiled = compile(files, &spec, target, &states, &BTreeMap::new())?;
    Ok((compiled, states))
}

/// Looks at a scope and at all that it stands on, by the calls that `strata drift` looks with.
pub async fn look(session: &Session, compiled: &Compiled, states: &BTreeMap<Scope, ScopeState>) -> Result<Seen, Failure> {
    let scope = &compiled.target;
    let Some(state) = states.get(scope) else {
        return Err(Failure::new(
            codes::E0505,
            format!("{scope} does not stand"),
            "`strata up` builds it; leave --live out to judge the plan",
        ));
    };
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        state.stands_on.iter().chain([scope]).filter_map(|scope| states.get(scope).map(|state| (scope.clone(), state.clone()))).collect();
    let (engine, _, _) = session.engine(BTreeMap::new(), 32).await?;
    let refreshed = engine.refresh(&compiled.platform, &mut looked_at).await;
    // Without credentials nothing was seen at all; a single refused call leaves its own resource open and no other.
    if refreshed.unseen.iter().any(|unseen| unseen.error.kind == ErrorKind::Credentials) {
        refuse_unseen(&refreshed)?;
    }
    let why: BTreeMap<Address, String> = refreshed.unseen.iter().map(|unseen| (unseen.address.clone(), unseen.error.to_string())).collect();
    let graph = observed_graph(looked_at.values(), &refreshed.observations, &why, &strata_aws::contracts());
    let not_seen = refreshed.unseen.iter().map(|unseen| unseen.address.clone()).collect();
    Ok(Seen { states: looked_at, graph, not_seen })
}

/// Reads the files and evaluates.
pub async fn evaluate(arguments: &Arguments, files: &Files, target: &Target, mode: Mode) -> Result<Evaluation, Failure> {
    let session = Session::new(arguments);
    let (compiled, states) = compiled(&session, files, target).await?;
    match mode {
        Mode::Planned => Ok(planned(&compiled)),
        Mode::Live => live(files, &compiled, &look(&session, &compiled, &states).await?),
    }
}
