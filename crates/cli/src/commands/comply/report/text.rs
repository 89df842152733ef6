//! The report in a few lines, for a terminal.

use strata_policy::evidence::{Basis, Report, RequirementStatus};
use strata_policy::{ControlId, Status};

use crate::output::{self, Paint, count, wrap};

/// Findings that are listed before the rest is only counted.
const LISTED: usize = 10;

/// The summary.
pub fn summary(report: &Report) -> String {
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let basis = match report.basis {
        Basis::Planned => "planned: nothing was looked at".to_owned(),
        Basis::Observed => format!("observed at {}", report.at),
    };
    let mut text = format!("{}\n{} on {}, {basis}\n\n", paint.bold(&report.standard.title), report.subject.scope, report.subject.platform);
    for sentence in &report.statement.sentences {
        text.push_str(&format!("  {}\n", wrap(sentence, width.saturating_sub(2), 2)));
    }
    text.push('\n');
    for status in RequirementStatus::ALL {
        let number = report.summary.get(status.word()).copied().unwrap_or_default();
        if number == 0 {
            continue;
        }
        // Padded before it is painted: colours have no width.
        let word = format!("{:<16}", status.word());
        let word = match status {
            RequirementStatus::Violated => paint.red(&word),
            RequirementStatus::Waived | RequirementStatus::NotDecidable => paint.yellow(&word),
            RequirementStatus::Met => paint.green(&word),
            _ => word,
        };
        text.push_str(&format!("  {number:>5}  {word} {}\n", wrap(status.meaning(), width.saturating_sub(25), 25)));
    }
    text.push_str(&format!("  {:>5}  requirements\n", report.requirements.len()));
    let findings = report.findings.len();
    if findings > 0 {
        text.push('\n');
    }
    for finding in report.findings.iter().take(LISTED) {
        text.push_str(&of_finding(report, &finding.control, finding.seen, width, paint));
    }
    if findings > LISTED {
        text.push_str(&format!("  … and {} more\n", findings - LISTED));
    }
    text.push_str(&format!(
        "\n{} of {} by {}: {} met, {} violated, {} waived, {} not decidable\n",
        count(report.counts.total(), "verdict"),
        count(report.resources.len(), "resource"),
        count(report.controls.len(), "control"),
        report.counts.met,
        report.counts.violated,
        report.counts.waived,
        report.counts.not_decidable
    ));
    text
}

fn of_finding(report: &Report, id: &ControlId, seen: usize, width: usize, paint: Paint) -> String {
    let Some((control, seen)) = report.controls.get(id).and_then(|control| Some((control, control.seen.get(seen)?))) else {
        return String::new();
    };
    let word = match (seen.status, seen.waiver) {
        (Status::Violated, Some(_)) => paint.yellow("waived"),
        (Status::Violated, None) => paint.red("violated"),
        _ => paint.yellow("not decidable"),
    };
    let place = report.resources.get(&seen.resource).and_then(|resource| resource.origins.first());
    let place = place.map(|origin| format!(" ({origin})")).unwrap_or_default();
    let line = format!("{word} {id}: {}{place}: {} [{}]", seen.resource, seen.detail, control.requirements.join(", "));
    format!("  {}\n", wrap(&line, width.saturating_sub(2), 4))
}
