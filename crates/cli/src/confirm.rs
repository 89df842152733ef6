//! Questions to the person at the terminal. Without a terminal nothing is asked and nothing is assumed.

use std::io::{BufRead, IsTerminal, Write};

use strata_diag::codes;

use crate::failure::Failure;

/// Asks for one line; an empty answer when the input ends.
pub fn line(question: &str) -> Result<String, Failure> {
    eprint!("{question} ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Whether somebody can answer.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks whether to go on.
pub fn go_on(question: &str, yes: bool) -> Result<bool, Failure> {
    if yes {
        return Ok(true);
    }
    if !can_ask() {
        return Err(Failure::new(
            codes::E0907,
            "there is nobody to ask: standard input is no terminal",
            "add --yes to go on without the question",
        ));
    }
    Ok(matches!(line(&format!("{question} [y/N]"))?.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The approval that an environment asks for: its name, typed. `--yes` does not stand for it.
pub fn approval(asked: &[String], name: &str, given: Option<&str>) -> Result<Option<String>, Failure> {
    if asked.is_empty() {
        return Ok(None);
    }
    let who = asked.join(", ");
    let typed = match given {
        Some(text) => text.to_owned(),
        None if can_ask() => line(&format!("'{name}' asks for approval by {who}. Type its name to approve:"))?,
        None => {
            return Err(Failure::new(
                codes::E0908,
                format!("'{name}' asks for approval by {who}, and there is nobody to ask"),
                format!("add --approve {name}: it is recorded with the run and your user name"),
            ));
        }
    };
    if typed == name {
        Ok(Some(format!("typed '{name}' for: {who}")))
    } else {
        Err(Failure::new(codes::E0908, format!("'{name}' was not approved: its name was not typed"), "nothing was changed"))
    }
}
