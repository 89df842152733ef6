//! The waivers beside the platform file: read, put beside verdicts, and said to people. The clock is here, not where they are judged.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use strata_diag::{Diagnostic, Diagnostics, Span, codes};
use strata_graph::Graph;
use strata_plan::Notice;
use strata_policy::waiver::{self, MistakeKind, Place};
use strata_policy::{Verdict, Waiver, apply_waivers};

use crate::failure::Failure;
use crate::files::Files;

/// The day, in UTC: the same for everybody who works on a platform.
pub fn today() -> Date {
    Offset::UTC.to_datetime(Timestamp::now()).date()
}

/// Every waiver of the folder, or every mistake of its files.
pub fn read(files: &Files) -> Result<Vec<Waiver>, Failure> {
    let mut sources = files.sources.clone();
    let mut diagnostics = Diagnostics::new();
    let mut waivers: Vec<Waiver> = Vec::new();
    for source in files.waivers.texts(&["yaml", "yml"])? {
        sources.add(source.file.clone(), source.text.clone());
        match waiver::read(&source.file, &source.text) {
            Ok(more) => waivers.extend(more),
            Err(mistakes) => {
                for mistake in mistakes {
                    let span = |place: Place| span(&source.file, place);
                    let mut diagnostic = Diagnostic::error(code(mistake.kind), mistake.what).at(mistake.place.map(span)).hint(mistake.hint);
                    if let Some((place, what)) = mistake.related {
                        diagnostic = diagnostic.related(Some(span(place)), what);
                    }
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
    let mut first: BTreeMap<(&str, &str), &Waiver> = BTreeMap::new();
    for waiver in &waivers {
        let key = (waiver.control.0.as_str(), waiver.resource.as_str());
        if let Some(earlier) = first.insert(key, waiver) {
            let what = format!("{} is waived for '{}' at {} and at {}", key.0, key.1, earlier.origin, waiver.origin);
            diagnostics.push(Diagnostic::error(codes::E0614, what).hint("keep one of both"));
        }
    }
    if diagnostics.is_empty() { Ok(waivers) } else { Err(Failure::of_files(diagnostics, &sources)) }
}

fn span(file: &str, place: Place) -> Span {
    Span { file: file.into(), line: place.line, column: place.column, offset: place.offset, length: place.length }
}

fn code(kind: MistakeKind) -> strata_diag::Code {
    match kind {
        MistakeKind::Form => codes::E0610,
        MistakeKind::UnknownControl => codes::E0611,
        MistakeKind::OwnApproval => codes::E0612,
        MistakeKind::NoDay => codes::E0613,
        MistakeKind::Twice => codes::E0614,
    }
}

/// Puts the waivers beside the verdicts, by today's date; a notice for each that speaks of these resources and excuses nothing.
pub fn apply(waivers: &[Waiver], verdicts: &mut [Verdict], graph: &Graph) -> Vec<Notice> {
    let unused = apply_waivers(verdicts, waivers, today());
    // A waiver for another environment is not for nothing.
    let here = |waiver: &&Waiver| graph.iter().any(|resource| waiver.speaks_of(&waiver.control, &resource.address));
    unused
        .into_iter()
        .filter(here)
        .map(|waiver| Notice {
            code: codes::E0615.as_str().to_owned(),
            message: format!(
                "the waiver of {} for '{}' excuses nothing: no resource that it names violates the control",
                waiver.control, waiver.resource
            ),
            origin: Some(waiver.origin.clone()),
        })
        .collect()
}

/// Whether a waiver holds no more today.
pub fn has_expired(waiver: &Waiver) -> bool {
    waiver.has_expired(today())
}

/// `until 2027-03-31, owner dana, approved by sam: dev may be down (waivers/dev.yaml:2)`.
pub fn holds(waiver: &Waiver) -> String {
    format!("until {}, owner {}, approved by {}: {} ({})", waiver.expires, waiver.owner, waiver.approver, waiver.reason, waiver.origin)
}

/// `its waiver expired on 2026-03-31 (owner dana, waivers/dev.yaml:2)`.
pub fn expired(waiver: &Waiver) -> String {
    format!("its waiver expired on {} (owner {}, {})", waiver.expires, waiver.owner, waiver.origin)
}
