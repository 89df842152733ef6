//! The form on which the organisation says what it has to show: written empty, read filled.
//!
//! Invariant: what is read names requirements of the standard, a person and a document, or it is refused with its line.

use strata_policy::evidence::{Attachment, Report};

use super::EvidenceError;
use super::csv::plain;

const COLUMNS: [&str; 6] = ["requirement", "title", "person", "date", "document", "note"];

/// One filled line of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line in the file, from 1.
    pub line: u64,
    /// What it says.
    pub attachment: Attachment,
}

/// A form that was read.
pub type Form = Vec<Row>;

/// What is wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct FormError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// The line, from 1, on which a record begins. The reader's own count stands one line too early after `\r\n`: it has not read the `\n` yet.
fn line_of(text: &str, position: &::csv::Position) -> u64 {
    let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(text.len());
    let blank = text.as_bytes()[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let breaks = text.as_bytes()[..begin + blank].iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1)
}

/// The empty form: one line for each requirement of which the organisation has a part.
///
/// # Errors
/// [`EvidenceError`] when the table cannot be written.
pub fn empty(report: &Report) -> Result<String, EvidenceError> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: ::csv::Error| EvidenceError::of("CSV")(&error);
    writer.write_record(COLUMNS).map_err(failed)?;
    for requirement in report.requirements.iter().filter(|requirement| requirement.organisation) {
        writer
            .write_record([plain(&requirement.id), plain(&requirement.title), String::new(), String::new(), String::new(), String::new()])
            .map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| EvidenceError::of("CSV")(&error))?;
    String::from_utf8(bytes).map_err(|error| EvidenceError::of("CSV")(&error))
}

/// Reads a form. Lines without a document are not filled yet and are left out; several lines may name one requirement.
///
/// # Errors
/// Every mistake, in the order of the lines.
pub fn read(text: &str, known: impl Fn(&str) -> bool) -> Result<Form, Vec<FormError>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).trim(::csv::Trim::All).from_reader(text.as_bytes());
    let refused = |error: &::csv::Error| FormError { line: error.position().map_or(1, ::csv::Position::line), what: error.to_string() };
    let head = reader.headers().map_err(|error| vec![refused(&error)])?.clone();
    let column = |name: &str| head.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let missing: Vec<&str> =
        COLUMNS.iter().filter(|name| **name != "title" && **name != "note" && column(name).is_none()).copied().collect();
    if !missing.is_empty() {
        return Err(vec![FormError { line: 1, what: format!("the columns {} are missing", missing.join(", ")) }]);
    }
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                wrong.push(refused(&error));
                continue;
            }
        };
        let line = record.position().map_or(0, |position| line_of(text, position));
        let cell = |name: &str| column(name).and_then(|index| record.get(index)).unwrap_or_default().trim_start_matches('\'').to_owned();
        let (requirement, document, person) = (cell("requirement"), cell("document"), cell("person"));
        if document.is_empty() {
            continue;
        }
        if !known(&requirement) {
            wrong.push(FormError { line, what: format!("the standard has no requirement '{requirement}'") });
        }
        if person.is_empty() {
            wrong.push(FormError { line, what: format!("nobody is named for '{document}'") });
        }
        let attachment = Attachment { requirement, person, date: cell("date"), document, note: cell("note"), sha256: None };
        rows.push(Row { line, attachment });
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_filled_form_is_read_and_empty_lines_are_not_filled_yet() {
        let text = "\u{feff}requirement,title,person,date,document,note\r\n12.1.1,A,Kim,2026-11-01,policy.pdf,\"signed, current\"\r\n12.1.2,B,,,,\r\n";
        let rows = read(text, |_| true).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].line, rows[0].attachment.note.as_str()), (2, "signed, current"));
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let told = |text: &str| read(text, |id| id == "1").unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told("requirement,person,date,document\n1,Kim,,a.pdf\n9,,,b.pdf\n"),
            ["line 3: the standard has no requirement '9'", "line 3: nobody is named for 'b.pdf'"]
        );
        assert_eq!(told("a,b\n"), ["line 1: the columns requirement, person, date, document are missing"]);
    }
}
