//! Evidence in the forms that others read: HTML for people and paper, JSON and CSV for programs and tables, SARIF for code hosts, OSCAL for
//! assessment tools; and the seal that makes a change to any of them show.
//!
//! Invariants: every form says the same, because each is made of the same [`Report`]; the same report gives the same bytes.

mod csv;
pub mod form;
mod html;
pub mod oscal;
mod sarif;
pub mod seal;

use std::collections::BTreeMap;

use strata_policy::evidence::Report;

pub use self::csv::csv;
pub use self::form::{Form, FormError, Row};
pub use self::html::html;
pub use self::oscal::oscal;
pub use self::sarif::sarif;

/// What keeps a report from being written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A value that the form cannot hold.
    #[error("the report cannot be written as {form}: {why}")]
    Form {
        /// Which form.
        form: &'static str,
        /// Why.
        why: String,
    },
}

impl EvidenceError {
    pub(crate) fn of(form: &'static str) -> impl Fn(&dyn std::fmt::Display) -> Self {
        move |why| Self::Form { form, why: why.to_string() }
    }
}

/// The report as JSON, with its version first among what a program reads.
///
/// # Errors
/// [`EvidenceError`] when a value has no JSON form.
pub fn json(report: &Report) -> Result<String, EvidenceError> {
    let text = serde_json::to_string_pretty(report).map_err(|error| EvidenceError::of("JSON")(&error))?;
    Ok(text + "\n")
}

/// Every form of the report by its file's name.
///
/// # Errors
/// [`EvidenceError`] when one of them cannot be written.
pub fn all(report: &Report) -> Result<BTreeMap<String, String>, EvidenceError> {
    let mut files = BTreeMap::from([
        ("report.html".to_owned(), html(report)?),
        ("report.json".to_owned(), json(report)?),
        ("report.csv".to_owned(), csv(report)?),
        ("report.sarif".to_owned(), sarif(report)?),
        ("form.csv".to_owned(), form::empty(report)?),
    ]);
    files.extend(oscal(report)?.into_iter().map(|(name, text)| (format!("oscal/{name}"), text)));
    Ok(files)
}
