//! `strata comply watch`: looks at the live cloud on the drift loop and follows each violation from its first look to its repair.
//!
//! Invariant: it changes nothing in the cloud; a look that fails is told and closes no finding.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use strata_graph::{Address, Graph, Scope};
use strata_policy::{Finding, Followed, How, follow};
use strata_spec::Spec;
use strata_store::{RunRecord, Store, StoreError, Write};

use super::evaluate::{Seen, compiled, live, look};
use super::findings::line;
use crate::arguments::{Arguments, Format, Target};
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Paint, count, wrap};
use crate::session::Session;

/// How many runs are looked through for the one that repaired a finding.
const RUNS: u32 = 200;

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target, every: Duration, once: bool) -> Result<u8, Failure> {
    loop {
        let looked = cycle(arguments, target).await;
        if once {
            return looked.map(|open| u8::from(open > 0));
        }
        if let Err(failure) = looked {
            // The next look may succeed: a network comes back, a token is renewed.
            failure.report(arguments);
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = tokio::signal::ctrl_c() => return Ok(0),
        }
    }
}

/// One look; how many findings are open that no waiver excuses.
async fn cycle(arguments: &Arguments, target: &Target) -> Result<usize, Failure> {
    let session = Session::new(arguments);
    // The files are read anew for each look: waivers and standards may have changed.
    let files = files::of(arguments)?;
    let (compiled, states) = compiled(&session, &files, target).await?;
    let seen = look(&session, &compiled, &states).await?;
    let evaluation = live(&files, &compiled, &seen)?;
    let store = session.store().await?;
    let open = of_scopes(&store, &seen).await?;
    let changes = changes(&store, &open).await?;
    let spec = files.spec()?;
    let followed = follow(
        &open,
        &evaluation.verdicts,
        Timestamp::now(),
        |address| owner(&spec, address),
        |finding| repaired_by(&changes, &seen.graph.graph, finding),
    );
    let writes = followed.new.iter().chain(&followed.still).chain(&followed.repaired);
    store.write(writes.map(|finding| Write::Finding(Box::new(finding.clone()))).collect()).await?;
    let numbered = numbered(followed, &of_scopes(&store, &seen).await?);
    output::answer(&if arguments.format == Some(Format::Json) {
        json(&evaluation.scope, &numbered, &evaluation.not_seen)
    } else {
        text(&evaluation.scope, &numbered, &evaluation.not_seen)
    });
    Ok(numbered.new.iter().chain(&numbered.still).chain(&numbered.unsure).filter(|finding| finding.counts()).count())
}

/// The findings of the scopes that were looked at.
async fn of_scopes(store: &dyn Store, seen: &Seen) -> Result<Vec<Finding>, StoreError> {
    let all = store.findings(None).await?;
    Ok(all.into_iter().filter(|finding| seen.states.contains_key(finding.address.scope())).collect())
}

/// Who answers for a resource: the application's owner for its environments, the platform's for what they stand on.
fn owner(spec: &Spec, address: &Address) -> Option<String> {
    let of_application = || spec.application().and_then(|application| application.owner.clone());
    let of_platform = || spec.platform().owner.clone();
    match address.scope() {
        Scope::Environment { .. } => of_application().or_else(of_platform),
        _ => of_platform(),
    }
}

/// What a run changed.
struct Change {
    run: String,
    ended: Timestamp,
    addresses: BTreeSet<Address>,
}

/// What the runs since the oldest open finding changed, newest first.
async fn changes(store: &dyn Store, open: &[Finding]) -> Result<Vec<Change>, StoreError> {
    let Some(since) = open.iter().filter(|finding| finding.repaired.is_none()).map(|finding| finding.last_seen).min() else {
        return Ok(Vec::new());
    };
    let ended = |run: &RunRecord| run.ended.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    let mut changes = Vec::new();
    for run in store.runs(RUNS).await? {
        // A run's end is on record to the second, a look's moment is finer.
        let Some(ended) = ended(&run).filter(|ended| ended.as_second() >= since.as_second()) else { continue };
        let steps = store.steps_of(&run.id).await?;
        let addresses = steps.into_iter().filter(|step| step.ended == "done").map(|step| step.address).collect();
        changes.push(Change { run: run.id.0, ended, addresses });
    }
    Ok(changes)
}

/// The newest run since the finding was last seen that changed its resource, one that its resource names or that names it, or one of the type that
/// its control speaks of in the same scope; else somebody changed it outside.
fn repaired_by(changes: &[Change], graph: &Graph, finding: &Finding) -> How {
    let names = |from: &Address, to: &Address| graph.get(from).is_some_and(|resource| resource.dependencies().contains(to));
    let types = strata_policy::control(&finding.control.0).map_or(&[][..], |control| control.types);
    let concerns = |address: &Address| {
        *address == finding.address
            || names(address, &finding.address)
            || names(&finding.address, address)
            || address.scope() == finding.address.scope()
                && graph.get(address).is_some_and(|resource| types.contains(&resource.type_name.0.as_str()))
    };
    changes
        .iter()
        .filter(|change| change.ended.as_second() >= finding.last_seen.as_second())
        .find(|change| change.addresses.iter().any(concerns))
        .map_or(How::ChangedOutside, |change| How::Run(change.run.clone()))
}

/// The new ones with the numbers that the state gave them.
fn numbered(followed: Followed, on_record: &[Finding]) -> Followed {
    let number = |finding: Finding| {
        let known =
            on_record.iter().find(|known| known.repaired.is_none() && known.control == finding.control && known.address == finding.address);
        Finding { number: known.map_or(0, |known| known.number), ..finding }
    };
    Followed { new: followed.new.into_iter().map(number).collect(), ..followed }
}

fn json(scope: &Scope, followed: &Followed, not_seen: &[Address]) -> String {
    // One line a look, so that a program can read them as they come.
    let value = json!({
        "version": 1, "scope": scope, "new": followed.new, "still": followed.still, "unsure": followed.unsure, "repaired": followed.repaired,
        "not_seen": not_seen,
    });
    format!("{value}\n")
}

fn text(scope: &Scope, followed: &Followed, not_seen: &[Address]) -> String {
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let today = crate::waivers::today();
    let open = followed.new.len() + followed.still.len() + followed.unsure.len();
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let counts = format!("{} open, {} new, {} repaired", open, followed.new.len(), followed.repaired.len());
    let mut out = format!("{now} {scope}: {}\n", if open > 0 { paint.red(&counts) } else { paint.green(&counts) });
    for (word, findings) in
        [("new", &followed.new), ("open", &followed.still), ("not judged", &followed.unsure), ("repaired", &followed.repaired)]
    {
        for finding in findings {
            out.push_str(&format!("  {}\n", wrap(&format!("{word}: {}", line(finding, today)), width.saturating_sub(2), 4)));
        }
    }
    if !not_seen.is_empty() {
        let number = count(not_seen.len(), "resource");
        out.push_str(&format!("  warning[E0803]: {number} could not be looked at; what hangs on them closes no finding\n"));
    }
    out
}
