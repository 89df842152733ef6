//! `strata runs RUN`, `cancel` and `unlock`: what became of a run's steps, and what others may ask of it.

use serde_json::json;
use strata_store::{Asked, RunId, Store};

use crate::arguments::{Arguments, Format};
use crate::failure::Failure;
use crate::output::{self, Paint};
use crate::session::Session;

/// A run's id as people write it: `run-7`, or `7`.
pub fn id(text: &str) -> RunId {
    RunId(if text.starts_with("run-") { text.to_owned() } else { format!("run-{text}") })
}

/// Shows what became of each step.
pub async fn show(arguments: &Arguments, run: &str) -> Result<u8, Failure> {
    let store = Session::new(arguments).store().await?;
    let record = store.find_run(&id(run)).await?;
    let steps = store.steps_of(&record.id).await?;
    if arguments.format == Some(Format::Json) {
        output::answer(&format!("{:#}\n", json!({"version": 1, "run": record, "steps": steps})));
        return Ok(0);
    }
    let paint = Paint(output::colour(&std::io::stdout()));
    let ended = record.ended.as_ref().map(|ended| format!(" to {ended}")).unwrap_or_default();
    let mut text = format!("{} {} {} {}{ended}\n", paint.bold(&record.id.0), record.status.word(), record.target, record.started);
    text.push_str(&format!("  by {} on {} (process {})\n", record.starter.user, record.starter.host, record.starter.process));
    for (what, value) in [("approved", &record.starter.approval), ("note", &record.note)] {
        if let Some(value) = value {
            text.push_str(&format!("  {what}: {value}\n"));
        }
    }
    if record.asked != Asked::Nothing {
        text.push_str("  asked to stop\n");
    }
    if !record.summary.is_empty() {
        text.push_str(&format!("  {}\n", record.summary));
    }
    text.push('\n');
    for step in &steps {
        let operation = format!("{:?}", step.operation).to_lowercase();
        let detail = step.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        text.push_str(&format!("  {:<11} {operation:<6} {}{detail}\n", step.ended, step.address));
    }
    output::answer(&text);
    Ok(0)
}

/// Asks a run to stop.
pub async fn cancel(arguments: &Arguments, run: &str, now: bool) -> Result<u8, Failure> {
    let store = Session::new(arguments).store().await?;
    let run = id(run);
    store.ask(&run, if now { Asked::StopNow } else { Asked::Stop }).await?;
    let when = if now { "at once" } else { "after the calls in flight" };
    eprintln!("{run} was asked to stop {when}; it hears it within two seconds if its process lives. `strata runs {run}` says when it has");
    Ok(0)
}

/// Takes the scopes away from a run.
pub async fn unlock(arguments: &Arguments, run: &str, why: &str) -> Result<u8, Failure> {
    let store = Session::new(arguments).store().await?;
    let run = id(run);
    let starter = Session::starter(None);
    store.release(&run, &format!("taken away by {} on {}: {why}", starter.user, starter.host)).await?;
    eprintln!("{run} no longer holds its scopes; `strata resume {run}` looks up what it had begun and goes on");
    Ok(0)
}
