//! `strata comply`: the standards' controls over the plan and over the live cloud.

mod answer;
mod check;
mod evaluate;
mod sarif;

use crate::arguments::{Arguments, ComplyCommand};
use crate::failure::Failure;

/// Runs the command; the exit code.
pub async fn run(arguments: &Arguments, command: &ComplyCommand) -> Result<u8, Failure> {
    match command {
        ComplyCommand::Check { target, live } => check::run(arguments, target, *live).await,
    }
}
