//! `strata comply`: the standards' controls over the plan and over the live cloud.

mod against;
mod answer;
mod check;
mod evaluate;
mod evidence_folder;
mod findings;
mod key;
mod report;
mod sarif;
mod test;
mod verify;
mod watch;

use crate::arguments::{Arguments, ComplyCommand};
use crate::failure::Failure;

/// Runs the command; the exit code.
pub async fn run(arguments: &Arguments, command: &ComplyCommand) -> Result<u8, Failure> {
    match command {
        ComplyCommand::Check { target, live, against } => check::run(arguments, target, *live, against.as_deref()).await,
        ComplyCommand::Watch { target, every, once } => watch::run(arguments, target, *every, *once).await,
        ComplyCommand::Test => test::run(arguments),
        ComplyCommand::Findings { target, all } => findings::run(arguments, target, *all).await,
        ComplyCommand::Report(options) => report::run(arguments, options).await,
        ComplyCommand::Verify { path, key, head } => verify::run(arguments, path, key, head.as_deref()),
        ComplyCommand::Key { key } => key::run(arguments, key.as_deref()),
    }
}
