//! `strata plan`: what `up` would do. Changes nothing; needs a cloud only where something stands already.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use strata_diag::codes;
use strata_engine::{Engine, Refreshed};
use strata_graph::Scope;
use strata_plan::{Notice, Plan, ScopeState};
use strata_provider_aws::AwsProvider;
use strata_store::SqliteStore;

use crate::arguments::{Arguments, Format, Pace, Target};
use crate::compile::{Compiled, compile};
use crate::directions::directions;
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::output::{self, Paint};
use crate::session::Session;

/// Everything a planned change needs afterwards.
pub struct Prepared {
    /// What is known, refreshed.
    pub states: BTreeMap<Scope, ScopeState>,
    /// The plan.
    pub plan: Plan,
    /// The engine, where one was needed or asked for.
    pub engine: Option<(Engine, Arc<SqliteStore>, Arc<AwsProvider>)>,
    /// What the refresh found moved.
    pub refreshed: Refreshed,
}

/// What to prepare.
pub struct Wanted<'a> {
    /// Which scope.
    pub target: &'a Target,
    /// Images to put over those known.
    pub images: &'a BTreeMap<String, String>,
    /// Data that may go.
    pub delete_data: &'a BTreeSet<String>,
    /// Whether an engine is needed even where nothing stands yet.
    pub for_run: bool,
    /// How a run would go about it; nothing where none follows.
    pub pace: Option<&'a Pace>,
}

/// Compiles, looks at what stands, and plans.
pub async fn prepare(session: &Session, files: &Files, wanted: Wanted<'_>) -> Result<Prepared, Failure> {
    let spec = files.spec()?;
    let mut states = session.states().await?;
    let compiled = compile(files, &spec, wanted.target, &states, wanted.images)?;
    let planned: BTreeSet<&Scope> = compiled.desired.iter().map(|desired| &desired.scope).collect();
    let stands =
        states.iter().any(|(scope, state)| planned.contains(scope) && state.resources.values().any(|resource| resource.id.is_some()));
    let mut engine = None;
    let mut refreshed = Refreshed::default();
    let takes_over = compiled.written.iter().any(|file| !file.what.adoptions.is_empty());
    if stands || wanted.for_run || takes_over {
        let mut made = session.engine(compiled.artifacts.clone(), wanted.pace.map_or(32, Pace::parallel)).await?;
        if let Some(deadline) = wanted.pace.and_then(|pace| pace.deadline) {
            made.0 = made.0.with_deadline(deadline);
        }
        let mut looked_at: BTreeMap<Scope, ScopeState> =
            states.iter().filter(|(scope, _)| planned.contains(scope)).map(|(scope, state)| (scope.clone(), state.clone())).collect();
        refreshed = made.0.refresh(&compiled.platform, &mut looked_at).await;
        refuse_unseen(&refreshed)?;
        states.extend(looked_at);
        engine = Some(made);
    }
    let retry = wanted.pace.map(|pace| pace.retry.as_slice()).unwrap_or_default();
    let (directions, mut more) = directions(&compiled, files, &states, retry, engine.as_ref().map(|made| &made.0)).await?;
    more.extend(secrets_without_value(&compiled, &states, engine.as_ref().map(|made| &*made.2)).await?);
    let plan = compiled.plan(files, &states, &refreshed.observations, wanted.delete_data, more, &directions)?;
    Ok(Prepared { states, plan, engine, refreshed })
}

/// What could not be looked at is unknown, and a plan over the unknown would claim what was not seen.
pub fn refuse_unseen(refreshed: &Refreshed) -> Result<(), Failure> {
    let Some(first) = refreshed.unseen.first() else { return Ok(()) };
    let number = refreshed.unseen.len();
    let mut failure: Failure = first.error.clone().into();
    if first.error.kind != strata_provider::ErrorKind::Credentials {
        failure = Failure::new(
            codes::E0803,
            format!("{} could not be looked at, the first is {}: {}", output::count(number, "resource"), first.address, first.error),
            "a plan over what is unknown would be a guess; repair the access and run the command again",
        );
    }
    Err(failure)
}

/// A warning for each declared secret that has no value yet.
async fn secrets_without_value(
    compiled: &Compiled,
    states: &BTreeMap<Scope, ScopeState>,
    provider: Option<&AwsProvider>,
) -> Result<Vec<Notice>, Failure> {
    let mut notices = Vec::new();
    for resource in compiled.graph().of_scope(&compiled.target) {
        let Some(waiting) = resource.waiting_for.as_ref().filter(|_| resource.type_name.0 == crate::commands::secret::TYPE) else {
            continue;
        };
        let state = states.get(&compiled.target).and_then(|scope| scope.resources.get(&resource.address));
        if let (Some(state), Some(provider)) = (state, provider)
            && crate::commands::secret::has_value(provider, compiled, state).await?
        {
            continue;
        }
        notices.push(Notice {
            code: codes::E0503.as_str().to_owned(),
            message: format!("{} has no value yet: it waits for {waiting}", resource.address.short()),
            origin: resource.origins.first().cloned(),
        });
    }
    Ok(notices)
}

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target, out: Option<&Path>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let (images, delete_data) = (BTreeMap::new(), BTreeSet::new());
    let wanted = Wanted { target, images: &images, delete_data: &delete_data, for_run: false, pace: None };
    let prepared = prepare(&session, &files, wanted).await?;
    show(arguments, &prepared.plan);
    if let Some(path) = out {
        let json = serde_json::to_string_pretty(&prepared.plan)
            .map_err(|error| Failure::new(codes::E0501, error.to_string(), "please report this with both files"))?;
        std::fs::write(path, json)
            .map_err(|error| Failure::new(codes::E0902, format!("{} cannot be written: {error}", path.display()), "name another file"))?;
        eprintln!("written to {}; run it with: strata up {}{}", path.display(), path.display(), session.options(arguments));
    }
    Ok(u8::from(prepared.plan.violations().next().is_some()))
}

/// Shows a plan as the arguments ask.
pub fn show(arguments: &Arguments, plan: &Plan) {
    if arguments.format == Some(Format::Json) {
        output::answer(&format!("{:#}\n", serde_json::to_value(plan).unwrap_or_default()));
    } else {
        output::answer(&output::plan::text(plan, output::width(), Paint(output::colour(&std::io::stdout()))));
    }
}
