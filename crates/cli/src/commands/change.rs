//! `strata up` and `strata deploy`: the plan, a question, the run, and what stands afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;
use strata_diag::{Diagnostic, Diagnostics, Span, codes};
use strata_engine::{Cancel, CancelLevel, Ended, Engine, RunReport};
use strata_graph::Scope;
use strata_plan::{Plan, ScopeState};
use strata_policy::Verdict;
use strata_provider::Provider;
use strata_store::{RunStatus, Store};
use tokio::sync::mpsc;

use super::plan::{Prepared, Wanted, prepare};
use super::resume::Approved;
use crate::arguments::{Arguments, Consent, Format, Pace, Target};
use crate::compile::Metadata;
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::output::{self, Paint, progress, summary};
use crate::session::Session;
use crate::{confirm, output::plan::totals, rules, waivers};

/// What `up` was asked for.
pub struct Request<'a> {
    /// Which scope.
    pub target: &'a Target,
    /// A plan file.
    pub plan: Option<&'a Path>,
    /// Consent.
    pub consent: &'a Consent,
    /// Data that may go, with what holds it: because the files no longer ask for it, or because it is made anew.
    pub delete_data: &'a [String],
    /// How to go about it.
    pub pace: &'a Pace,
}

/// Runs `up`.
pub async fn up(arguments: &Arguments, request: Request<'_>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let delete_data: BTreeSet<String> = request.delete_data.iter().cloned().collect();
    let given = request.plan.map(read_plan).transpose()?;
    let mut target = request.target.clone();
    if let Some(plan) = &given {
        target = target_of(plan, &target)?;
    }
    let images = given.as_ref().map(images_of).unwrap_or_default();
    let wanted = Wanted { target: &target, images: &images, delete_data: &delete_data, for_run: true, pace: Some(request.pace) };
    let prepared = prepare(&session, &files, wanted).await?;
    change(arguments, &session, &files, prepared, given, request.consent, None, &delete_data).await
}

/// Goes on with a plan that was approved before, by a plan of today to the same end.
pub async fn resume(arguments: &Arguments, target: &Target, approved: &Approved, consent: &Consent, pace: &Pace) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let images = images_of(&approved.plan);
    // What was named for the plan of then is named for the same end.
    let delete_data: BTreeSet<String> = approved.plan.data_replaced().map(|(data, _)| data.to_owned()).collect();
    let wanted = Wanted { target, images: &images, delete_data: &delete_data, for_run: true, pace: Some(pace) };
    let prepared = prepare(&session, &files, wanted).await?;
    change(arguments, &session, &files, prepared, None, consent, Some(approved), &delete_data).await
}

/// Whether everything that a plan would do was approved before; says on standard error what was not.
pub fn covers(approved: &Approved, plan: &Plan) -> bool {
    let lacks = approved.lacks(plan);
    if lacks.is_empty() {
        eprintln!("all of this was approved with {}", approved.run);
        return true;
    }
    let shown = lacks.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let more = if lacks.len() > 5 { format!(" and {} more", lacks.len() - 5) } else { String::new() };
    eprintln!("not part of the plan that was approved with {}: {shown}{more}", approved.run);
    false
}

/// Runs `deploy`.
pub async fn deploy(arguments: &Arguments, env: &str, images: &[(String, String)], consent: &Consent, pace: &Pace) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let target = Target { env: Some(env.to_owned()), ..Target::default() };
    let images: BTreeMap<String, String> = images.iter().cloned().collect();
    let delete_data = BTreeSet::new();
    let wanted = Wanted { target: &target, images: &images, delete_data: &delete_data, for_run: true, pace: Some(pace) };
    let prepared = prepare(&session, &files, wanted).await?;
    change(arguments, &session, &files, prepared, None, consent, None, &delete_data).await
}

fn read_plan(path: &Path) -> Result<Plan, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(codes::E0902, format!("{} cannot be read: {error}", path.display()), "write one with: strata plan -o FILE")
    })?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        Failure::new(codes::E0703, format!("{} is no plan of this version: {error}", path.display()), "make it again: strata plan -o FILE")
    })?;
    if plan.is_intact() { Ok(plan) } else { Err(strata_store::StoreError::Tampered.into()) }
}

/// The target that a plan file names; another one on the command line is a contradiction.
fn target_of(plan: &Plan, named: &Target) -> Result<Target, Failure> {
    let mut target = Target::default();
    match &plan.target {
        Scope::Environment { environment, .. } => target.env = Some(environment.clone()),
        Scope::Account(name) => target.account = Some(name.clone()),
        Scope::Network(name) => target.network = Some(name.clone()),
        Scope::Cluster(name) => target.cluster = Some(name.clone()),
    }
    let differs = |given: &Option<String>, planned: &Option<String>| given.is_some() && given != planned;
    if differs(&named.env, &target.env)
        || differs(&named.account, &target.account)
        || differs(&named.network, &target.network)
        || differs(&named.cluster, &target.cluster)
    {
        return Err(Failure::usage(codes::E0905, format!("the plan is for {}", plan.target), "leave the option out, or make another plan"));
    }
    Ok(target)
}

fn images_of(plan: &Plan) -> BTreeMap<String, String> {
    let metadata = plan.scopes.iter().find(|part| part.scope == plan.target).map(|part| part.metadata.clone());
    metadata.and_then(|value| serde_json::from_value::<Metadata>(value).ok()).unwrap_or_default().images
}

#[allow(clippy::too_many_arguments)]
async fn change(
    arguments: &Arguments,
    session: &Session,
    files: &Files,
    prepared: Prepared,
    given: Option<Plan>,
    consent: &Consent,
    approved: Option<&Approved>,
    delete_data: &BTreeSet<String>,
) -> Result<u8, Failure> {
    // What was reviewed is what runs: a plan file runs as it is, and the store refuses it when it is stale.
    let plan = given.unwrap_or(prepared.plan);
    let Some((engine, store, provider)) = prepared.engine else {
        return Err(Failure::new(codes::E0501, "the run was prepared without an engine", "please report this"));
    };
    // Who we are is asked once and before anything else, not found out by every step.
    for part in &plan.scopes {
        provider.account(&super::secret::provider_placement(&part.placement)).await?;
    }
    let scopes: Vec<Scope> = plan.scopes.iter().map(|part| part.scope.clone()).collect();
    // Who else is at work is said before anybody reads a plan, and nothing is written beside a run that lives.
    store.free(&scopes, &Session::starter(None)).await?;
    engine.keep(&prepared.refreshed).await?;
    let json = arguments.format == Some(Format::Json);
    if !json {
        output::answer(&output::plan::text(&plan, output::width(), Paint(output::colour(&std::io::stdout()))));
    }
    refuse_violations(&plan, files)?;
    refuse_losses(&plan, files, delete_data)?;
    if plan.is_empty() && plan.keeps_the_record() && !metadata_moves(&plan, &prepared.states) {
        return after(arguments, &*store, &plan, None).await;
    }
    let approved = approved.filter(|approved| covers(approved, &plan));
    let asks = !plan.is_empty() || !plan.moves.is_empty() || !plan.adopted.is_empty();
    if asks && approved.is_none() && !confirm::go_on(&format!("{}. Go on?", totals(&plan)), consent.yes)? {
        eprintln!("nothing was changed");
        return Ok(1);
    }
    let name = match &plan.target {
        Scope::Environment { environment, .. } => environment.clone(),
        other => other.to_string(),
    };
    let approval = match approved {
        Some(approved) => approved.approval.clone(),
        None if !asks => None,
        None => confirm::approval(&plan.approve, &name, consent.approve.as_deref())?,
    };
    let report = run(&engine, &plan, approval, &resume_command(arguments, session, &plan)).await?;
    after(arguments, &*store, &plan, Some(report)).await
}

/// Whether what is kept with the scopes differs, so that it must be written though no resource changes.
fn metadata_moves(plan: &Plan, states: &BTreeMap<Scope, ScopeState>) -> bool {
    plan.scopes
        .iter()
        .any(|part| states.get(&part.scope).is_none_or(|state| state.metadata != part.metadata || state.stands_on != part.stands_on))
}

/// The command that goes on with a plan.
pub fn resume_command(arguments: &Arguments, session: &Session, plan: &Plan) -> String {
    format!("strata {}{}", summary::verb(plan), session.options(arguments))
}

/// A plan that breaks a control does not run.
fn refuse_violations(plan: &Plan, files: &Files) -> Result<(), Failure> {
    let mut diagnostics = Diagnostics::new();
    // A plan file may have waited since it was made.
    let expired_since =
        |verdict: &&Verdict| verdict.is_waived() && verdict.waiver.as_ref().is_some_and(|waived| waivers::has_expired(&waived.waiver));
    for verdict in plan.verdicts.iter().filter(|verdict| verdict.counts_as_violation() || expired_since(verdict)) {
        let requirements = verdict.requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut diagnostic = Diagnostic::error(
            codes::E0601,
            format!(
                "{} would violate the control {} [{requirements}]: {}{}",
                verdict.address,
                verdict.control,
                verdict.detail,
                verdict.waiver.as_ref().map(|waived| format!("; {}", waivers::expired(&waived.waiver))).unwrap_or_default()
            ),
        )
        .hint(match verdict.control.0.strip_prefix(rules::PREFIX) {
            None => format!(
                "docs/controls/{}.md says why and how it is repaired; `strata explain {}` shows the resource",
                verdict.control,
                verdict.address.short()
            ),
            Some(rule) => format!("the rule '{rule}' is your own; `strata explain {}` shows the resource", verdict.address.short()),
        });
        if let Some(origin) = &verdict.origin {
            diagnostic = diagnostic.at(span_of(files, &origin.file, origin.line));
        }
        diagnostics.push(diagnostic);
    }
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure::of_files(diagnostics, &files.sources)) }
}

/// What holds data is made anew only where that data is named.
fn refuse_losses(plan: &Plan, files: &Files, delete_data: &BTreeSet<String>) -> Result<(), Failure> {
    let lost: Vec<_> = plan.data_replaced().filter(|(data, _)| !delete_data.contains(*data)).collect();
    let names: BTreeSet<&str> = lost.iter().map(|(data, _)| *data).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(",");
    let mut diagnostics = Diagnostics::new();
    for (data, action) in &lost {
        let fields: Vec<&str> = action.fields.iter().filter(|field| field.replaces).map(|field| field.path.as_str()).collect();
        let message =
            format!("{} would be made anew for another {}, and the data '{data}' goes with it", action.address, fields.join(" and "));
        let mut diagnostic = Diagnostic::error(codes::E0508, message)
            .hint(format!("take the change back, or name the data that may go: --delete-data {names}"));
        if let Some(origin) = action.origins.first() {
            diagnostic = diagnostic.at(span_of(files, &origin.file, origin.line));
        }
        diagnostics.push(diagnostic);
    }
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure::of_files(diagnostics, &files.sources)) }
}

fn span_of(files: &Files, file: &str, line: u32) -> Option<Span> {
    let text = files.sources.text(file)?;
    let index = usize::try_from(line.saturating_sub(1)).ok()?;
    let offset: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
    let content = text.lines().nth(index)?;
    let indent = content.len() - content.trim_start().len();
    Some(Span {
        file: file.into(),
        line,
        column: u32::try_from(indent + 1).unwrap_or(1),
        offset: offset + indent,
        length: content.trim().len().max(1),
    })
}

/// Runs a plan with progress; Ctrl-C once stops after the calls in flight, twice stops now.
pub async fn run(engine: &Engine, plan: &Plan, approval: Option<String>, resume: &str) -> Result<RunReport, Failure> {
    let cancel = Cancel::default();
    let (sender, receiver) = mpsc::unbounded_channel();
    let shown = tokio::spawn(progress::show(plan.clone(), receiver));
    let on_signal = {
        let (cancel, resume) = (cancel.clone(), resume.to_owned());
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                match cancel.ask() {
                    CancelLevel::Now => {
                        eprintln!("stopping now; calls whose answer is unknown are looked up by the next run\ngo on with: {resume}");
                    }
                    _ => eprintln!("stopping after the calls in flight; Ctrl-C again stops now\ngo on with: {resume}"),
                }
            }
        })
    };
    let result = engine.run(plan, &Session::starter(approval), cancel, sender).await;
    // The sender is gone with the run, so the view ends by itself.
    let _ = shown.await;
    on_signal.abort();
    let report = result?;
    if report.status == RunStatus::Cancelled || report.summary.contains("stopped by its deadline") {
        eprintln!("stopped: {}\ngo on with: {resume}", report.summary);
    }
    Ok(report)
}

/// What stands after a run, and how the run ended.
async fn after(arguments: &Arguments, store: &dyn Store, plan: &Plan, report: Option<RunReport>) -> Result<u8, Failure> {
    let states: BTreeMap<Scope, ScopeState> = store.scopes().await?.into_iter().map(|state| (state.scope.clone(), state)).collect();
    let scopes: Vec<&ScopeState> = plan.scopes.iter().filter_map(|part| states.get(&part.scope)).collect();
    let waiting = waiting(&scopes);
    let endpoints = summary::endpoints(&plan.endpoints, &states);
    let code = u8::from(report.as_ref().is_some_and(|report| report.status != RunStatus::Done));
    if arguments.format == Some(Format::Json) {
        let mut value = summary::json(&scopes, &waiting, &endpoints);
        if let Some(report) = &report {
            let steps: Vec<_> = plan
                .steps
                .iter()
                .zip(&report.steps)
                .filter_map(|(step, ended)| {
                    Some(json!({"address": plan.actions.get(step.action)?.address, "step": step.id, "result": ended}))
                })
                .collect();
            value["run"] =
                json!({"id": report.run, "plan": plan.digest, "status": report.status, "summary": report.summary, "steps": steps});
        }
        output::answer(&format!("{value:#}\n"));
        return Ok(code);
    }
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let mut text = format!("\n{}", summary::table(&scopes, width, paint));
    text.push_str(&summary::conditions(&scopes, &waiting, width, paint));
    if !endpoints.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Endpoints")));
        for (name, url) in &endpoints {
            text.push_str(&format!("  {name:<16} {url}\n"));
        }
    }
    if let Some(report) = &report {
        text.push_str(&format!("\n{} {}: {}\n", report.run, report.status.word(), report.summary));
        let failed: Vec<String> = plan
            .steps
            .iter()
            .zip(&report.steps)
            .filter_map(|(step, ended)| match ended {
                Ended::Failed(error) => Some(format!("  failed: {}: {error}\n", plan.actions.get(step.action)?.address)),
                _ => None,
            })
            .collect();
        text.push_str(&failed.concat());
        for held in &plan.held {
            text.push_str(&format!("  held: {}: {held}\n", held.address));
        }
        if let Some(first) = plan.held.first() {
            text.push_str(&format!("once the cause is repaired: strata {} --retry {}\n", summary::verb(plan), first.address.short()));
        }
        if report.status != RunStatus::Done {
            text.push_str("what was done stays; the same command goes on where this run ended\n");
        }
    }
    output::answer(&text);
    Ok(code)
}

/// Who waits for what, from the state.
pub fn waiting(scopes: &[&ScopeState]) -> Vec<(String, String)> {
    scopes
        .iter()
        .flat_map(|state| state.resources.values())
        .filter_map(|resource| resource.waiting_for.as_ref().map(|what| (resource.address.to_string(), what.clone())))
        .collect()
}
