//! The filled form of the organisation's evidence, with the documents beside it.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use strata_diag::{Diagnostic, Diagnostics, Sources, Span, codes};
use strata_export::evidence::{form, seal};
use strata_policy::evidence::Attachment;
use strata_policy::standards::Catalogue;

use crate::failure::Failure;

/// What the organisation attached.
#[derive(Debug, Default)]
pub struct Attached {
    /// The lines of the form.
    pub rows: Vec<Attachment>,
    /// The documents, by their path in the evidence.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Reads a form and the documents that it names.
pub fn read(path: &Path, catalogue: &Catalogue) -> Result<Attached, Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(codes::E0625, format!("{shown} cannot be read: {error}"), "an evidence folder holds an empty one: form.csv")
    })?;
    let place = |line: u64| {
        let line = u32::try_from(line).unwrap_or(1).max(1);
        let offset = text.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
        let length = text[offset..].lines().next().map_or(0, str::len);
        Span { file: shown.as_str().into(), line, column: 1, offset, length }
    };
    let hint = "columns: requirement, person, date, document, note. A document is a file beside the form, or a reference such as https:… or paper:…";
    let told = |line: u64, what: String| Diagnostic::error(codes::E0625, what).at(place(line)).hint(hint);
    let refuse = |diagnostics: Diagnostics| Failure::of_files(diagnostics, &Sources::new().with(shown.clone(), text.clone()));
    let rows = form::read(&text, |id| catalogue.requirement(id).is_some())
        .map_err(|errors| refuse(errors.into_iter().map(|error| told(error.line, error.what)).collect()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let (mut attached, mut wrong) = (Attached::default(), Diagnostics::new());
    for row in rows {
        let mut attachment = row.attachment;
        if !is_reference(&attachment.document) {
            match document(folder, &attachment.document) {
                Ok(bytes) => {
                    attachment.sha256 = Some(seal::sha256(&bytes));
                    attached.files.insert(format!("attachments/{}", attachment.document), bytes);
                }
                Err(why) => wrong.push(told(row.line, format!("'{}' {why}", attachment.document))),
            }
        }
        attached.rows.push(attachment);
    }
    if wrong.is_empty() { Ok(attached) } else { Err(refuse(wrong)) }
}

/// `https://…`, `paper: safe 3`, `ticket:SEC-12`: a word of at least two letters and a colon.
fn is_reference(document: &str) -> bool {
    document.split_once(':').is_some_and(|(scheme, _)| scheme.len() >= 2 && scheme.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn document(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(name);
    if !path.components().all(|component| matches!(component, Component::Normal(_))) {
        return Err("leads out of the form's folder".to_owned());
    }
    std::fs::read(folder.join(path)).map_err(|error| format!("cannot be read: {error}"))
}
