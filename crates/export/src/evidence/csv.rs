//! The report as a table: one line for each requirement, control and resource, so that a sheet can filter it.

use strata_policy::Status;
use strata_policy::evidence::{Report, Source};

use super::EvidenceError;

const COLUMNS: [&str; 17] = [
    "standard",
    "requirement",
    "title",
    "answered_by",
    "requirement_status",
    "control",
    "severity",
    "resource",
    "id",
    "verdict",
    "source",
    "at",
    "seen",
    "asked_for_by",
    "run",
    "waiver",
    "remains",
];

/// The report as CSV (RFC 4180). A requirement without a verdict has one line, with the last columns empty.
///
/// # Errors
/// [`EvidenceError`] when the table cannot be written.
pub fn csv(report: &Report) -> Result<String, EvidenceError> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: ::csv::Error| EvidenceError::of("CSV")(&error);
    writer.write_record(COLUMNS).map_err(failed)?;
    for requirement in &report.requirements {
        let mut head: Vec<String> = vec![
            report.standard.name.clone(),
            requirement.id.clone(),
            requirement.title.clone(),
            requirement.answered_by.join(" "),
            requirement.status.word().to_owned(),
        ];
        let remains = requirement.remains.join(" ");
        let mut rows = 0;
        for id in &requirement.controls {
            let Some(control) = report.controls.get(id) else { continue };
            for seen in &control.seen {
                let resource = report.resources.get(&seen.resource);
                let mut row = head.clone();
                row.extend([
                    id.0.clone(),
                    control.severity.clone(),
                    seen.resource.to_string(),
                    resource.and_then(|resource| resource.id.as_ref()).map(ToString::to_string).unwrap_or_default(),
                    verdict(seen.status, seen.waiver).to_owned(),
                    match seen.source {
                        Source::Planned => "planned".to_owned(),
                        Source::Observed => "observed".to_owned(),
                    },
                    seen.at.clone(),
                    seen.detail.clone(),
                    resource.and_then(|resource| resource.origins.first()).map(ToString::to_string).unwrap_or_default(),
                    resource.and_then(|resource| resource.made.as_ref()).map(|made| made.run.clone()).unwrap_or_default(),
                    seen.waiver
                        .and_then(|index| report.waivers.get(index))
                        .map(|(waiver, _)| format!("until {}, approved by {}: {}", waiver.expires, waiver.approver, waiver.reason))
                        .unwrap_or_default(),
                    remains.clone(),
                ]);
                writer.write_record(row.iter().map(|cell| plain(cell))).map_err(failed)?;
                rows += 1;
            }
        }
        if rows == 0 {
            head.extend(vec![String::new(); COLUMNS.len() - head.len() - 1]);
            head.push(remains);
            writer.write_record(head.iter().map(|cell| plain(cell))).map_err(failed)?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| EvidenceError::of("CSV")(&error))?;
    String::from_utf8(bytes).map_err(|error| EvidenceError::of("CSV")(&error))
}

/// The word of a verdict; a violation under a waiver that holds is waived.
pub(super) fn verdict(status: Status, waiver: Option<usize>) -> &'static str {
    match (status, waiver) {
        (Status::Met, _) => "met",
        (Status::Violated, None) => "violated",
        (Status::Violated, Some(_)) => "waived",
        (Status::NotDecidable, _) => "not decidable",
    }
}

/// A sheet takes a cell that begins so for a formula: an apostrophe makes it a text.
pub(super) fn plain(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
