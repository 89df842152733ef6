//! `strata comply report`: evidence for one standard, of what is planned or of what stands.

mod attachments;
mod history;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_diag::codes;
use strata_export::evidence as forms;
use strata_graph::{Address, Origin, Scope};
use strata_plan::{ScopeState, observed_graph};
use strata_policy::evidence::{Account, Basis, Input, Judged, Report, Source, Subject, build};
use strata_policy::standards::{self, Catalogue, Known};
use strata_policy::{ObservedGraph, judge, judge_observed};
use strata_provider::ErrorKind;
use strata_spec::Spec;

use super::evidence_folder::{self, About};
use super::key;
use crate::arguments::{Arguments, Format, ReportOptions, Target};
use crate::commands::plan::refuse_unseen;
use crate::compile::{Compiled, compile};
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::output;
use crate::session::Session;

/// Runs it.
pub async fn run(arguments: &Arguments, options: &ReportOptions) -> Result<u8, Failure> {
    let format = format(arguments, options)?;
    let catalogue = catalogue(&options.standard)?;
    let session = Session::new(arguments);
    // A key that cannot be used is told before anything is looked at.
    let signing = match &options.out {
        Some(_) => Some(key::read(&key::private_file(&session, options.key.as_deref()))?),
        None => None,
    };
    let attached = match &options.attachments {
        Some(form) => attachments::read(form, catalogue)?,
        None => attachments::Attached::default(),
    };
    let files = files::of(arguments)?;
    let report = report(&session, &files, options, catalogue, &attached).await?;
    let (Some(out), Some(signing)) = (&options.out, signing) else {
        output::answer(&printed(&report, format)?);
        return Ok(0);
    };
    let about = About {
        name: format!("{}-{}", report.standard.name, options.env),
        text: format!("{}, {}, {}, {}", report.standard.name, report.subject.platform, report.subject.scope, basis(report.basis)),
        tool: report.tool.clone(),
    };
    if is_file(out) {
        let hash = evidence_folder::write_file(out, printed(&report, format)?.as_bytes(), &about, &signing)?;
        said(out, 1, &hash);
    } else {
        let mut made: BTreeMap<String, Vec<u8>> =
            of_format(&report, format)?.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        made.extend(attached.files);
        let number = made.len();
        let (link, hash) = evidence_folder::append(out, &made, &about, &signing)?;
        said(&link, number, &hash);
    }
    output::answer(&text::summary(&report));
    Ok(0)
}

fn said(path: &Path, number: usize, hash: &str) {
    eprintln!("{} written to {} and sealed; the manifest's hash is {hash}", output::count(number, "file"), path.display());
}

/// The form that is asked for by name, or by the file's ending; nothing where every form is.
fn format(arguments: &Arguments, options: &ReportOptions) -> Result<Option<Format>, Failure> {
    let Some(out) = &options.out else {
        if arguments.format == Some(Format::Oscal) {
            return Err(Failure::usage(codes::E0909, "OSCAL is six documents and needs a folder", "add one: -o evidence"));
        }
        return Ok(arguments.format);
    };
    let of_ending = ending(out);
    match (of_ending, arguments.format) {
        (_, Some(Format::Text)) => {
            Err(Failure::usage(codes::E0909, "text is for reading here and is not written to a file", "leave out -o or --format"))
        }
        (Some(ending), Some(asked)) if ending != asked => Err(Failure::usage(
            codes::E0909,
            format!("the ending of {} is of another format than --format asks for", out.display()),
            "leave out --format, or name a folder",
        )),
        (ending, asked) => Ok(asked.or(ending)),
    }
}

fn ending(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "html" => Some(Format::Html),
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        "sarif" => Some(Format::Sarif),
        _ => None,
    }
}

fn is_file(path: &Path) -> bool {
    ending(path).is_some() && !path.is_dir()
}

/// The catalogue of a standard's name.
pub fn catalogue(name: &str) -> Result<&'static Catalogue, Failure> {
    match standards::known(name) {
        Known::Built(catalogue) => Ok(catalogue),
        Known::Unknown => {
            let names = standards::NAMES.map(|(name, _)| name).join(", ");
            let near = standards::nearest(name).map(|near| format!("did you mean '{near}'? ")).unwrap_or_default();
            Err(Failure::usage(codes::E0405, format!("no standard is called '{name}'"), format!("{near}the names are {names}")))
        }
    }
}

/// The word of a basis.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Planned => "planned",
        Basis::Observed => "observed",
    }
}

fn printed(report: &Report, format: Option<Format>) -> Result<String, Failure> {
    let made = match format {
        Some(Format::Json) => forms::json(report),
        Some(Format::Html) => forms::html(report),
        Some(Format::Csv) => forms::csv(report),
        Some(Format::Sarif) => forms::sarif(report),
        _ => return Ok(text::summary(report)),
    };
    made.map_err(refused)
}

fn of_format(report: &Report, format: Option<Format>) -> Result<BTreeMap<String, String>, Failure> {
    let one = |name: &str, text: String| BTreeMap::from([(name.to_owned(), text)]);
    Ok(match format {
        None => forms::all(report).map_err(refused)?,
        Some(Format::Oscal) => {
            forms::oscal(report).map_err(refused)?.into_iter().map(|(name, text)| (format!("oscal/{name}"), text)).collect()
        }
        Some(Format::Json) => one("report.json", printed(report, format)?),
        Some(Format::Csv) => one("report.csv", printed(report, format)?),
        Some(Format::Sarif) => one("report.sarif", printed(report, format)?),
        Some(_) => one("report.html", printed(report, Some(Format::Html))?),
    })
}

#[allow(clippy::needless_pass_by_value)] // The shape that map_err takes.
fn refused(error: forms::EvidenceError) -> Failure {
    Failure::new(codes::E0914, error.to_string(), "nothing was written; please report this with both files")
}

/// When the report says that it is made: the clock's time, or the one that builds are made reproducible by
/// (<https://reproducible-builds.org/specs/source-date-epoch/>). A manifest always has the clock's.
fn now() -> String {
    let asked = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|text| text.parse().ok())
        .and_then(|second| jiff::Timestamp::from_second(second).ok());
    let now = asked.unwrap_or_else(jiff::Timestamp::now);
    // Seconds are enough for a report, and OSCAL readers trip over nanoseconds.
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

async fn report(
    session: &Session,
    files: &Files,
    options: &ReportOptions,
    catalogue: &Catalogue,
    attached: &attachments::Attached,
) -> Result<Report, Failure> {
    let spec = files.spec()?;
    let states = session.states().await?;
    let target = Target { env: Some(options.env.clone()), ..Target::default() };
    let compiled = compile(files, &spec, &target, &states, &BTreeMap::new())?;
    let stands = states.get(&compiled.target).is_some_and(|state| state.resources.values().any(|resource| resource.id.is_some()));
    let at = now();
    let seen = if stands && !options.planned { Some(look(session, &compiled, &states).await?) } else { None };
    let standard = [catalogue.standard.clone()];
    let planned = judge(compiled.graph(), &standard);
    let mut judged = Vec::new();
    let mut resources = compiled.graph().clone();
    let (mut ids, mut made, mut runs) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let judged_as = |verdict, source| Judged { verdict, source, at: at.clone() };
    if let Some(Looked { states, observed }) = &seen {
        let known: BTreeSet<&Address> = states.values().flat_map(|state| state.resources.keys()).collect();
        judged.extend(
            judge_observed(observed, &standard, |control| control.when.in_cloud())
                .into_iter()
                .map(|verdict| judged_as(verdict, Source::Observed)),
        );
        // What was never made, and what only a plan can show, stands in the plan alone.
        let plan_alone = |id: &str| strata_policy::control(id).is_some_and(|control| !control.when.in_cloud());
        judged.extend(
            planned
                .into_iter()
                .filter(|verdict| !known.contains(&verdict.address) || plan_alone(&verdict.control.0))
                .map(|verdict| judged_as(verdict, Source::Planned)),
        );
        for resource in observed.graph.iter().chain(&observed.gone) {
            if resources.get(&resource.address).is_none() {
                // It was asked for just above whether the address is free.
                let _ = resources.insert(resource.clone());
            }
        }
        for state in states.values().flat_map(|state| state.resources.values()) {
            if let Some(id) = &state.id {
                ids.insert(state.address.clone(), id.clone());
            }
        }
        (made, runs) = history::of(session, &ids).await?;
    } else {
        judged.extend(planned.into_iter().map(|verdict| judged_as(verdict, Source::Planned)));
    }
    Ok(build(Input {
        catalogue,
        asked_for_by: asked_for_by(&spec, files, options, catalogue)?,
        subject: subject(session, &compiled, seen.is_some()),
        tool: format!("strata {}", env!("CARGO_PKG_VERSION")),
        basis: if seen.is_some() { Basis::Observed } else { Basis::Planned },
        judged,
        resources: &resources,
        ids,
        made,
        runs,
        waivers: compiled.waivers.clone(),
        attachments: attached.rows.clone(),
        at,
    }))
}

/// What a look at the cloud gave.
struct Looked {
    states: BTreeMap<Scope, ScopeState>,
    observed: ObservedGraph,
}

/// Looks at the environment and at all that it stands on, by the calls that `strata drift` looks with.
async fn look(session: &Session, compiled: &Compiled, states: &BTreeMap<Scope, ScopeState>) -> Result<Looked, Failure> {
    let planned: BTreeSet<&Scope> = compiled.desired.iter().map(|desired| &desired.scope).collect();
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        states.iter().filter(|(scope, _)| planned.contains(scope)).map(|(scope, state)| (scope.clone(), state.clone())).collect();
    let (engine, _, _) = session.engine(BTreeMap::new(), 32).await?;
    let refreshed = engine.refresh(&compiled.platform, &mut looked_at).await;
    // Without credentials nothing was seen at all; a single refused call leaves its own resource open and no other.
    if refreshed.unseen.iter().any(|unseen| unseen.error.kind == ErrorKind::Credentials) {
        refuse_unseen(&refreshed)?;
    }
    let why: BTreeMap<Address, String> = refreshed.unseen.iter().map(|unseen| (unseen.address.clone(), unseen.error.to_string())).collect();
    let observed = observed_graph(looked_at.values(), &refreshed.observations, &why, &strata_aws::contracts());
    Ok(Looked { states: looked_at, observed })
}

fn asked_for_by(spec: &Spec, files: &Files, options: &ReportOptions, catalogue: &Catalogue) -> Result<Vec<Origin>, Failure> {
    let resolved = spec.resolve(&options.env).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
    let spans = resolved.compliance.iter().filter(|asked| asked.standard.as_str() == catalogue.standard).flat_map(|asked| &asked.spans);
    Ok(spans.map(|span| Origin::new(span.file.clone(), span.line, "compliance")).collect())
}

fn subject(session: &Session, compiled: &Compiled, observed: bool) -> Subject {
    let accounts: BTreeSet<Account> = compiled
        .desired
        .iter()
        .map(|desired| Account {
            name: desired.placement.account.clone(),
            id: desired.placement.account_id.clone(),
            region: desired.placement.region.clone(),
        })
        .collect();
    let (application, environment) = match &compiled.target {
        Scope::Environment { application, environment } => (Some(application.clone()), Some(environment.clone())),
        _ => (None, None),
    };
    Subject {
        platform: compiled.platform.clone(),
        scope: compiled.target.clone(),
        application,
        environment,
        scopes: compiled.desired.iter().map(|desired| desired.scope.clone()).filter(|scope| *scope != compiled.target).collect(),
        accounts: accounts.into_iter().collect(),
        // What is planned was asked of nobody.
        emulator: observed && session.emulator(),
    }
}
