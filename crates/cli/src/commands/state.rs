//! `strata state`: backup, return and verification.

use serde_json::json;
use strata_diag::codes;
use strata_store::Backup;

use crate::arguments::{Arguments, Format, StateCommand};
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Runs it.
pub async fn run(arguments: &Arguments, command: &StateCommand) -> Result<u8, Failure> {
    let store = Session::new(arguments).store().await?;
    match command {
        StateCommand::Export { out } => {
            let backup = strata_store::export(&store).await?;
            let text = serde_json::to_string_pretty(&backup)
                .map_err(|error| Failure::new(codes::E0706, error.to_string(), "please report this"))?;
            match out {
                None => output::answer(&format!("{text}\n")),
                Some(path) => {
                    std::fs::write(path, text).map_err(|error| {
                        Failure::new(codes::E0902, format!("{} cannot be written: {error}", path.display()), "name another file")
                    })?;
                    let number: usize = backup.scopes.iter().map(|scope| scope.resources.len()).sum();
                    eprintln!(
                        "{} with {} written to {}",
                        output::count(backup.scopes.len(), "scope"),
                        output::count(number, "resource"),
                        path.display()
                    );
                }
            }
        }
        StateCommand::Verify => {
            let verified = store.verify().await?;
            if arguments.format == Some(Format::Json) {
                output::answer(&format!("{:#}\n", json!({"version": 1, "path": store.path(), "verified": verified})));
            } else {
                let mut text = format!(
                    "{}: {}, {}, {} on record ({} open)\n",
                    store.path().display(),
                    output::count(verified.scopes, "scope"),
                    output::count(verified.resources, "resource"),
                    output::count(verified.intents, "call"),
                    verified.open_intents
                );
                for problem in &verified.problems {
                    text.push_str(&format!("  wrong: {problem}\n"));
                }
                if verified.problems.is_empty() {
                    text.push_str("everything holds together\n");
                }
                output::answer(&text);
            }
            return Ok(u8::from(!verified.problems.is_empty()));
        }
        StateCommand::Import { file } => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::new(codes::E0902, format!("{} cannot be read: {error}", file.display()), "name a backup file"))?;
            let backup: Backup = serde_json::from_str(&text).map_err(|error| {
                Failure::new(codes::E0705, format!("{} is no backup: {error}", file.display()), "`strata state export` writes one")
            })?;
            strata_store::import(&store, &backup).await?;
            eprintln!("{} brought back into {}", output::count(backup.scopes.len(), "scope"), store.path().display());
        }
    }
    Ok(0)
}
