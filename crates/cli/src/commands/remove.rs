//! `strata down`: removes an environment in reverse order. What holds data stays unless it is named.

use std::collections::{BTreeMap, BTreeSet};

use strata_diag::codes;
use strata_graph::Scope;
use strata_plan::{Placement, RemovalInput, ScopeState, remove};
use strata_store::{RunStatus, Store};

use super::change;
use super::plan::refuse_unseen;
use super::resume::Approved;
use crate::arguments::{Arguments, Consent, Format, Pace, Target};
use crate::compile::scope;
use crate::directions::retried_in;
use crate::failure::Failure;
use crate::output::{self, Paint, plan::totals};
use crate::session::Session;
use crate::{confirm, files};

/// What was asked for.
pub struct Request<'a> {
    /// Which scope.
    pub target: &'a Target,
    /// Data that may go.
    pub delete_data: &'a [String],
    /// Whether the scopes below go too, where nothing stands on them any more.
    pub with_foundations: bool,
    /// Consent.
    pub consent: &'a Consent,
    /// How to go about it.
    pub pace: &'a Pace,
    /// A plan that was approved before: what it holds is not asked again.
    pub approved: Option<&'a Approved>,
}

/// Runs it.
pub async fn run(arguments: &Arguments, request: Request<'_>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let target = scope(&spec, request.target)?;
    let mut states = session.states().await?;
    if states.get(&target).is_none_or(|state| state.resources.is_empty()) && !request.with_foundations {
        eprintln!("{target} does not stand: nothing to remove");
        return Ok(0);
    }
    refuse_stood_on(&target, &states)?;
    let chosen = chosen(&target, &states, request.with_foundations);
    let mut delete_data: BTreeSet<String> = request.delete_data.iter().cloned().collect();
    let known: BTreeSet<String> = chosen
        .iter()
        .filter_map(|scope| states.get(scope))
        .flat_map(|state| state.resources.values())
        .filter_map(|resource| resource.data.clone())
        .collect();
    if let Some(unknown) = delete_data.iter().find(|name| !known.contains(*name)) {
        let list = known.iter().cloned().collect::<Vec<_>>().join(", ");
        let hint = if list.is_empty() { "nothing that stands holds data".to_owned() } else { format!("what holds data here: {list}") };
        return Err(Failure::usage(codes::E0911, format!("nothing that stands in {target} holds data named '{unknown}'"), hint));
    }
    if request.approved.is_none() && delete_data.is_empty() && !known.is_empty() && !request.consent.yes && confirm::can_ask() {
        let names = known.iter().cloned().collect::<Vec<_>>().join(", ");
        let answer = confirm::line(&format!(
            "These hold data and stay: {names}.\nType the names of those to delete (comma-separated), or nothing:"
        ))?;
        for name in answer.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !known.contains(name) {
                return Err(Failure::new(codes::E0911, format!("nothing here holds data named '{name}'"), "nothing was changed"));
            }
            delete_data.insert(name.to_owned());
        }
    }
    let (mut engine, store, _) = session.engine(BTreeMap::new(), request.pace.parallel()).await?;
    if let Some(deadline) = request.pace.deadline {
        engine = engine.with_deadline(deadline);
    }
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        chosen.iter().filter_map(|scope| states.get(scope).map(|state| (scope.clone(), state.clone()))).collect();
    let refreshed = engine.refresh(spec.platform().platform.as_str(), &mut looked_at).await;
    refuse_unseen(&refreshed)?;
    store.free(&chosen, &Session::starter(None)).await?;
    engine.keep(&refreshed).await?;
    states.extend(looked_at);
    let list: Vec<&ScopeState> = chosen.iter().filter_map(|scope| states.get(scope)).collect();
    let retry = retried_in(&chosen.iter().collect::<Vec<_>>(), &states, &request.pace.retry)?;
    let placement = list.iter().find_map(|state| state.placement.clone()).unwrap_or(Placement {
        account: String::new(),
        account_id: String::new(),
        role: None,
        region: String::new(),
    });
    let plan = remove(RemovalInput {
        platform: spec.platform().platform.as_str(),
        target: &target,
        scopes: &list,
        placement: &placement,
        contracts: &strata_aws::contracts(),
        delete_data: &delete_data,
        notices: Vec::new(),
        retry: &retry,
    })?;
    if arguments.format != Some(Format::Json) {
        output::answer(&output::plan::text(&plan, output::width(), Paint(output::colour(&std::io::stdout()))));
    }
    if plan.is_empty() {
        return Ok(0);
    }
    let approved = request.approved.filter(|approved| change::covers(approved, &plan));
    if approved.is_none() && !confirm::go_on(&format!("{}. Go on?", totals(&plan)), request.consent.yes)? {
        eprintln!("nothing was changed");
        return Ok(1);
    }
    let name = match &target {
        Scope::Environment { environment, .. } => environment.clone(),
        other => other.to_string(),
    };
    let approve = approvals(&spec, &target);
    let approval = match approved {
        Some(approved) => approved.approval.clone(),
        None => confirm::approval(&approve, &name, request.consent.approve.as_deref())?,
    };
    let resume = format!("strata down --env {name}{}", session.options(arguments));
    let report = change::run(&engine, &plan, approval, &resume).await?;
    let left: usize = store.scopes().await?.iter().filter(|state| chosen.contains(&state.scope)).map(|state| state.resources.len()).sum();
    if arguments.format == Some(Format::Json) {
        let value = serde_json::json!({
            "version": 1,
            "run": {"id": report.run, "status": report.status, "summary": report.summary},
            "kept": plan.kept,
            "left": left,
        });
        output::answer(&format!("{value:#}\n"));
    } else {
        output::answer(&format!("\n{} {}: {}; {left} left in the scopes named above\n", report.run, report.status.word(), report.summary));
        for (step, ended) in plan.steps.iter().zip(&report.steps) {
            if let (strata_engine::Ended::Failed(error), Some(action)) = (ended, plan.actions.get(step.action)) {
                output::answer(&format!("  failed: {}: {error}\n", action.address));
            }
        }
    }
    Ok(u8::from(report.status != RunStatus::Done))
}

/// Who must approve a change of an environment.
/// Who must approve a change of a scope.
pub fn approvals(spec: &strata_spec::Spec, target: &Scope) -> Vec<String> {
    let Scope::Environment { environment, .. } = target else { return Vec::new() };
    let Ok(resolved) = spec.resolve(environment) else { return Vec::new() };
    resolved
        .environment
        .approve
        .as_ref()
        .map(|approval| vec![format!("{} from {}", approval.count(), approval.group().as_str())])
        .unwrap_or_default()
}

/// The scopes that stand on another.
fn above<'a>(below: &'a Scope, states: &'a BTreeMap<Scope, ScopeState>) -> impl Iterator<Item = &'a Scope> {
    states.values().filter(move |state| state.stands_on.contains(below) && !state.resources.is_empty()).map(|state| &state.scope)
}

fn refuse_stood_on(target: &Scope, states: &BTreeMap<Scope, ScopeState>) -> Result<(), Failure> {
    let standing: Vec<String> = above(target, states).map(ToString::to_string).collect();
    if standing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        codes::E0504,
        format!("{target} cannot be removed while others stand on it: {}", standing.join(", ")),
        "remove those first: strata down --env ENVIRONMENT",
    ))
}

/// The scopes to remove, highest first: the target, and with it each one below on which nothing else stands.
fn chosen(target: &Scope, states: &BTreeMap<Scope, ScopeState>, with_foundations: bool) -> Vec<Scope> {
    let mut chosen = vec![target.clone()];
    if with_foundations {
        let mut below: Vec<Scope> = states.get(target).map(|state| state.stands_on.clone()).unwrap_or_default();
        below.sort_by_key(|scope| std::cmp::Reverse((scope.kind(), scope.clone())));
        for scope in below {
            if above(&scope, states).all(|other| chosen.contains(other)) {
                chosen.push(scope);
            }
        }
    }
    chosen
}
