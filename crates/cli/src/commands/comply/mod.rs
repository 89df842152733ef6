//! `strata comply`: the standards' controls over the plan and over the live cloud.

mod against;
mod answer;
mod check;
mod evaluate;
mod findings;
mod sarif;
mod watch;

use crate::arguments::{Arguments, ComplyCommand};
use crate::failure::Failure;

/// Runs the command; the exit code.
pub async fn run(arguments: &Arguments, command: &ComplyCommand) -> Result<u8, Failure> {
    match command {
        ComplyCommand::Check { target, live, against } => check::run(arguments, target, *live, against.as_deref()).await,
        ComplyCommand::Watch { target, every, once } => watch::run(arguments, target, *every, *once).await,
        ComplyCommand::Findings { target, all } => findings::run(arguments, target, *all).await,
    }
}
