//! `strata drift`: what the cloud shows otherwise than was applied, field by field, and what carries our tags and is not on record; with
//! `--correct` it is set right where the files say so.
//!
//! Invariant: it changes nothing without `--correct`; and with it only what drifted, in place, in scopes whose word is `correct` or for
//! which a person said so.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strata_diag::codes;
use strata_engine::Strays;
use strata_graph::{Address, Scope};
use strata_plan::{Drift, Plan, RepairInput, ScopeState, all_drift, repair};
use strata_spec::{Drift as Word, Spec};
use strata_store::{RunStatus, Store};

use super::change;
use super::plan::refuse_unseen;
use crate::arguments::{Arguments, Consent, Format, Pace, Target};
use crate::compile::{of_platform, scope};
use crate::directions::{Written, ignored, retried_in};
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::output::{self, Paint, count, plan::side, plan::totals, wrap};
use crate::session::Session;
use crate::{confirm, output::plan as show};

/// What was found.
struct Found {
    looked_at: BTreeMap<Scope, ScopeState>,
    /// Scopes that the files say not to look at.
    off: Vec<Scope>,
    seen: usize,
    drifted: BTreeMap<Address, Drift>,
    strays: Strays,
}

/// Runs it; with consent and pace, what drifted is set right.
pub async fn run(arguments: &Arguments, target: &Target, correct: Option<(&Consent, &Pace)>) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let scope = scope(&spec, target)?;
    let states = session.states().await?;
    let Some(state) = states.get(&scope) else {
        return Err(Failure::new(codes::E0505, format!("{scope} does not stand"), "`strata up` builds it"));
    };
    let words = words(&spec, &files, state.stands_on.iter().chain([&scope]))?;
    let (off, on): (Vec<_>, Vec<_>) = words.iter().partition(|(_, word)| **word == Word::Off);
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        on.into_iter().filter_map(|(scope, _)| states.get(scope).map(|state| (scope.clone(), state.clone()))).collect();
    let mut written = vec![of_platform(&spec)];
    if let Scope::Environment { environment, .. } = &scope {
        let resolved = spec.resolve(environment).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?;
        written.push(Written { own: Some(scope.clone()), what: resolved.directions() });
    }
    let ignored = ignored(&written);
    let (mut engine, store, _) = session.engine(BTreeMap::new(), 32).await?;
    if let Some(deadline) = correct.and_then(|(_, pace)| pace.deadline) {
        engine = engine.with_deadline(deadline);
    }
    let platform = spec.platform().platform.as_str();
    let refreshed = engine.refresh(platform, &mut looked_at).await;
    refuse_unseen(&refreshed)?;
    let contracts = strata_aws::contracts();
    let list: Vec<&ScopeState> = looked_at.values().collect();
    let drifted = all_drift(&list, &contracts, &refreshed.observations, &ignored);
    let strays = engine.strays(platform, &looked_at).await?;
    let off = off.into_iter().map(|(scope, _)| scope.clone()).collect();
    let seen = refreshed.observations.len();
    let found = Found { seen, drifted, strays, off, looked_at };
    let json = arguments.format == Some(Format::Json);
    let Some((consent, pace)) = correct else {
        output::answer(&if json { format!("{:#}\n", as_json(&found, &words)) } else { text(&found, true) });
        return Ok(found.code());
    };
    let placed: Vec<(&ScopeState, strata_plan::Placement)> =
        found.looked_at.values().filter_map(|state| Some((state, state.placement.clone()?))).collect();
    let scopes: Vec<Scope> = placed.iter().map(|(state, _)| state.scope.clone()).collect();
    let retry = retried_in(&scopes.iter().collect::<Vec<_>>(), &states, &pace.retry)?;
    let plan = repair(RepairInput {
        platform,
        target: &scope,
        scopes: &placed,
        contracts: &contracts,
        observations: &refreshed.observations,
        ignored: &ignored,
        retry: &retry,
    })?;
    if !json {
        output::answer(&text(&found, false));
    }
    if plan.is_empty() {
        output::answer(&if json { format!("{:#}\n", as_json(&found, &words)) } else { format!("{}\n", totals(&plan)) });
        return Ok(found.code());
    }
    store.free(&scopes, &Session::starter(None)).await?;
    if !json {
        output::answer(&show::text(&plan, output::width(), Paint(output::colour(&std::io::stdout()))));
    }
    let Some(approval) = consents(&plan, &words, &spec, &scope, consent)? else {
        eprintln!("nothing was changed");
        return Ok(1);
    };
    engine.keep(&refreshed).await?;
    // What was kept has moved the record on, not the serial: the plan holds.
    let report = change::run(&engine, &plan, approval, &change::resume_command(arguments, &session, &plan)).await?;
    let left = found.drifted.keys().filter(|address| !plan.actions.iter().any(|action| action.address == **address)).count();
    if json {
        let mut value = as_json(&found, &words);
        value["run"] = json!({"id": report.run, "plan": plan.digest, "status": report.status, "summary": report.summary});
        output::answer(&format!("{value:#}\n"));
    } else {
        let mut text = format!("\n{} {}: {}\n", report.run, report.status.word(), report.summary);
        if left > 0 {
            text.push_str(&format!("{} cannot be set right in place; `strata up` makes them anew\n", count(left, "resource")));
        }
        output::answer(&text);
    }
    Ok(u8::from(report.status != RunStatus::Done || left > 0 || !found.strays.found.is_empty()))
}

impl Found {
    fn code(&self) -> u8 {
        u8::from(!self.drifted.is_empty() || !self.strays.found.is_empty())
    }
}

/// What the files say of each scope.
fn words<'s>(spec: &Spec, files: &Files, scopes: impl Iterator<Item = &'s Scope>) -> Result<BTreeMap<Scope, Word>, Failure> {
    let mut all = BTreeMap::new();
    for scope in scopes {
        let word = match scope {
            Scope::Account(name) => spec.account_drift(name),
            Scope::Network(name) => spec.network_drift(name),
            Scope::Cluster(name) => spec.cluster_drift(name),
            Scope::Environment { environment, .. } => {
                spec.resolve(environment).map_err(|diagnostics| Failure::of_files(diagnostics, &files.sources))?.drift()
            }
        };
        all.insert(scope.clone(), word);
    }
    Ok(all)
}

/// Whether what drifted may be set right: the files say so of each scope, or a person does. The inner value is the approval to record.
#[allow(clippy::option_option)] // Refused, consented, and consented with an approval on record are three things.
fn consents(
    plan: &Plan,
    words: &BTreeMap<Scope, Word>,
    spec: &Spec,
    target: &Scope,
    consent: &Consent,
) -> Result<Option<Option<String>>, Failure> {
    let mut reporting: Vec<&Scope> = plan.actions.iter().map(|action| action.address.scope()).collect();
    reporting.sort();
    reporting.dedup();
    reporting.retain(|scope| words.get(*scope) != Some(&Word::Correct));
    if reporting.is_empty() {
        return Ok(Some(None));
    }
    let list = reporting.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !consent.yes && !confirm::can_ask() {
        return Err(Failure::new(
            codes::E0714,
            format!("the files say to report drift of {list}, not to correct it, and there is nobody to ask"),
            "write `drift: correct` for it, or add --yes to correct it this once",
        ));
    }
    let question = format!("The files say to report drift of {list}, not to correct it. Correct it this once?");
    if !confirm::go_on(&question, consent.yes)? {
        return Ok(None);
    }
    let Scope::Environment { environment, .. } = target else { return Ok(Some(None)) };
    let asked = super::remove::approvals(spec, target);
    confirm::approval(&asked, environment, consent.approve.as_deref()).map(Some)
}

fn as_json(found: &Found, words: &BTreeMap<Scope, Word>) -> Value {
    let list: Vec<_> = found
        .drifted
        .iter()
        .map(|(address, drift)| match drift {
            Drift::Gone => json!({"address": address, "gone": true, "fields": []}),
            // `before` is what the cloud shows, `after` what was applied.
            Drift::Fields(fields) => json!({"address": address, "gone": false, "fields": fields.iter().map(|field| json!({
                "path": field.path, "applied": field.after, "observed": field.before,
            })).collect::<Vec<_>>()}),
        })
        .collect();
    let scopes: Vec<_> = words.iter().map(|(scope, word)| json!({"scope": scope, "drift": word})).collect();
    json!({"version": 1, "scopes": scopes, "looked_at": found.seen, "drifted": list, "strays": found.strays.found})
}

fn text(found: &Found, advise: bool) -> String {
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let mut text = String::new();
    for scope in &found.off {
        text.push_str(&format!("{}\n", paint.dim(&format!("{scope}: not looked at, since the files say `drift: off`"))));
    }
    for (address, drift) in &found.drifted {
        match drift {
            Drift::Gone => text.push_str(&format!("{}: it is gone\n", paint.red(&address.to_string()))),
            Drift::Fields(fields) => {
                text.push_str(&format!("{}\n", paint.yellow(&address.to_string())));
                for field in fields {
                    let line = format!("{}: applied {}, the cloud shows {}", field.path, side(&field.after), side(&field.before));
                    text.push_str(&format!("  {}\n", wrap(&line, width.saturating_sub(2), 4)));
                }
            }
        }
    }
    for stray in &found.strays.found {
        let what = match &stray.beside {
            Some(known) => format!("a stray: it carries the tags of {}, which stands as {known}", stray.address),
            None => format!("a stray: it carries the tags of {}, of which the state knows nothing", stray.address),
        };
        let line = format!("{}: {what}. Take it in with `strata adopt {} ID`, or remove it by hand", stray.arn, stray.address);
        text.push_str(&format!("{}\n", wrap(&paint.yellow(&line), width, 2)));
    }
    let looked = count(found.seen, "resource");
    text.push_str(&match found.drifted.len() {
        0 => format!("{looked} looked at: no drift\n"),
        number if advise => format!(
            "{looked} looked at: {} drifted; `strata up` repairs them, `strata drift --correct` sets right only these\n",
            count(number, "resource")
        ),
        number => format!("{looked} looked at: {} drifted\n", count(number, "resource")),
    });
    if !found.strays.found.is_empty() {
        text.push_str(&format!("{} found\n", count(found.strays.found.len(), "stray")));
    }
    text
}
