//! One module a command.

mod adopt;
mod change;
mod check;
mod comply;
mod drift;
mod explain;
mod export;
mod graph;
mod history;
mod init;
mod plan;
mod remove;
mod resume;
mod runs;
mod secret;
mod state;
mod status;

use clap::CommandFactory;
use serde_json::json;
use strata_diag::codes;

use crate::arguments::{Arguments, Command, ComplyCommand, Format, SandboxCommand, SchemaOf};
use crate::failure::Failure;
use crate::{output, sandbox};

/// Runs the command; the exit code.
pub async fn run(arguments: &Arguments) -> Result<u8, Failure> {
    check_format(arguments)?;
    match &arguments.command {
        Command::Init { template, folder } => init::run(*template, folder),
        Command::Check { resolved, env } => check::run(arguments, *resolved, env.as_deref()),
        Command::Plan { target, out } => plan::run(arguments, target, out.as_deref()).await,
        Command::Up { target, plan, consent, delete_data, pace } => {
            let request = change::Request { target, plan: plan.as_deref(), consent, delete_data, pace };
            change::up(arguments, request).await
        }
        Command::Deploy { env, images, consent, pace } => change::deploy(arguments, env, images, consent, pace).await,
        Command::Down { target, delete_data, with_foundations, consent, pace } => {
            let request = remove::Request { target, delete_data, with_foundations: *with_foundations, consent, pace, approved: None };
            remove::run(arguments, request).await
        }
        Command::Status { target } => status::run(arguments, target).await,
        Command::Drift { target, correct, consent, pace } => drift::run(arguments, target, correct.then_some((consent, pace))).await,
        Command::Comply { command } => comply::run(arguments, command).await,
        Command::Adopt { address, id, target, consent } => adopt::adopt(arguments, address, id, target, consent).await,
        Command::Forget { address, consent } => adopt::forget(arguments, address, consent).await,
        Command::Explain { address, target } => explain::run(arguments, address, target).await,
        Command::Graph { target } => graph::run(arguments, target).await,
        Command::History { limit } => history::run(arguments, *limit).await,
        Command::Runs { run, limit } => match run {
            None => history::run(arguments, *limit).await,
            Some(run) => runs::show(arguments, run).await,
        },
        Command::Resume { run, consent, pace } => resume::run(arguments, run, consent, pace).await,
        Command::Cancel { run, now } => runs::cancel(arguments, run, *now).await,
        Command::Unlock { run, why } => runs::unlock(arguments, run, why).await,
        Command::Secret { command } => secret::run(arguments, command).await,
        Command::Export { what, env, folder, with_imports } => export::run(arguments, *what, env, folder, *with_imports).await,
        Command::Sandbox { command } => run_sandbox(arguments, command),
        Command::State { command } => state::run(arguments, command).await,
        Command::Schema { of } => {
            let schema = match of {
                SchemaOf::Platform => strata_spec::platform_schema(),
                SchemaOf::App => strata_spec::application_schema(),
            };
            output::answer(&format!("{schema:#}\n"));
            Ok(0)
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "strata", &mut text);
            output::answer(&String::from_utf8_lossy(&text));
            Ok(0)
        }
        Command::Version => {
            let version = env!("CARGO_PKG_VERSION");
            if arguments.format == Some(Format::Json) {
                output::answer(&format!("{:#}\n", json!({"version": 1, "strata": version, "plan_format": strata_plan::Plan::VERSION})));
            } else {
                output::answer(&format!("strata {version}\n"));
            }
            Ok(0)
        }
    }
}

fn check_format(arguments: &Arguments) -> Result<(), Failure> {
    let Some(format) = arguments.format else { return Ok(()) };
    let allowed = match &arguments.command {
        Command::Check { .. } => matches!(format, Format::Text | Format::Json | Format::Sarif),
        Command::Comply { command: ComplyCommand::Check { .. } } => {
            matches!(format, Format::Text | Format::Json | Format::Sarif | Format::Markdown)
        }
        Command::Comply { command: ComplyCommand::Report(_) } => {
            matches!(format, Format::Text | Format::Json | Format::Html | Format::Oscal | Format::Csv | Format::Sarif)
        }
        Command::Graph { .. } => matches!(format, Format::Json | Format::Svg | Format::Dot | Format::Mermaid),
        Command::Completions { .. } | Command::Schema { .. } | Command::Init { .. } => format == Format::Text,
        _ => matches!(format, Format::Text | Format::Json),
    };
    if allowed {
        return Ok(());
    }
    Err(Failure::usage(codes::E0909, "this command does not answer in that format", "see its --help; most know text and json"))
}

fn run_sandbox(arguments: &Arguments, command: &SandboxCommand) -> Result<u8, Failure> {
    let (server, text) = match command {
        SandboxCommand::Start => {
            let server = sandbox::ensure()?;
            let text = format!("the sandbox runs at {} (process {})\n", server.url(), server.process);
            (Some(server), text)
        }
        SandboxCommand::Stop => {
            let text = match sandbox::stop()? {
                Some(server) => format!("the sandbox at {} was stopped; what was built in it is gone\n", server.url()),
                None => "no sandbox runs\n".to_owned(),
            };
            (None, text)
        }
        SandboxCommand::Status => match sandbox::running()? {
            Some(server) => {
                let text = format!("the sandbox runs at {} (process {})\n", server.url(), server.process);
                (Some(server), text)
            }
            None => (None, "no sandbox runs; `strata sandbox start` starts one\n".to_owned()),
        },
    };
    if arguments.format == Some(Format::Json) {
        let value = server.map(|server| json!({"url": server.url(), "process": server.process, "port": server.port}));
        output::answer(&format!("{:#}\n", json!({"version": 1, "package": sandbox::PACKAGE, "running": value})));
    } else {
        output::answer(&text);
    }
    Ok(0)
}
