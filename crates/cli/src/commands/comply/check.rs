//! `strata comply check`: the verdicts, for people, programs and pull requests.

use strata_policy::Verdict;

use super::evaluate::{Mode, evaluate};
use super::{answer, sarif};
use crate::arguments::{Arguments, Format, Target};
use crate::failure::Failure;
use crate::files;
use crate::output::{self, Paint};

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target, live: bool) -> Result<u8, Failure> {
    let files = files::of(arguments)?;
    let mode = if live { Mode::Live } else { Mode::Planned };
    let evaluation = evaluate(arguments, &files, target, mode).await?;
    output::answer(&match arguments.format {
        Some(Format::Json) => format!("{:#}\n", answer::json(&evaluation)),
        Some(Format::Sarif) => format!("{:#}\n", sarif::log(&evaluation)),
        Some(Format::Markdown) => answer::markdown(&evaluation),
        _ => answer::text(&evaluation, output::width(), Paint(output::colour(&std::io::stdout()))),
    });
    Ok(u8::from(evaluation.verdicts.iter().any(Verdict::counts_as_violation) || !evaluation.not_seen.is_empty()))
}
