//! `strata comply check`: the verdicts, for people, programs and pull requests.

use std::path::Path;

use strata_policy::Verdict;

use super::evaluate::{Mode, evaluate};
use super::{against, answer, sarif};
use crate::arguments::{Arguments, Format, Target};
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Paint};

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target, live: bool, against: Option<&Path>) -> Result<u8, Failure> {
    let files = files::of(arguments)?;
    let mode = if live { Mode::Live } else { Mode::Planned };
    // What cannot be compared with is told before anything is looked at.
    let before = against.map(against::read).transpose()?;
    let evaluation = evaluate(arguments, &files, target, mode).await?;
    let difference = before.as_ref().map(|before| against::difference(before, &evaluation));
    output::answer(&match arguments.format {
        Some(Format::Json) => format!("{:#}\n", answer::json(&evaluation, difference.as_ref())),
        Some(Format::Sarif) => format!("{:#}\n", sarif::log(&evaluation)),
        Some(Format::Markdown) => answer::markdown(&evaluation, difference.as_ref()),
        _ => answer::text(&evaluation, difference.as_ref(), output::width(), Paint(output::colour(&std::io::stdout()))),
    });
    Ok(u8::from(evaluation.verdicts.iter().any(Verdict::counts_as_violation) || !evaluation.not_seen.is_empty()))
}
