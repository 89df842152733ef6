//! The `strata` binary: reads the files, asks the crates below for a plan, shows it, and runs it when told to.
//!
//! Invariants: answers go to standard output, progress and problems to standard error; exit code 0 when it was done, 1 when
//! something was found or could not be done, 2 when it was called wrongly; nothing that changes the cloud starts without a
//! plan that was shown.

mod arguments;
mod artifacts;
mod commands;
mod compile;
mod confirm;
mod directions;
mod failure;
mod files;
mod output;
mod rules;
mod sandbox;
mod session;
mod waivers;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    // The process that evaluates users' rules under limits is this binary too; it is no command for people.
    if rules::is_evaluator() {
        return rules::evaluate();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, everything else is a wrong call.
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is the reader's business.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("STRATA_LOG").unwrap_or_else(|_| "off".into()))
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = match runtime.block_on(commands::run(&arguments)) {
        Ok(code) => code,
        Err(failure) => failure.report(&arguments),
    };
    // A second Ctrl-C stops at once: what still runs in the background is not waited for.
    runtime.shutdown_background();
    ExitCode::from(code)
}
