//! The report in NIST's Open Security Controls Assessment Language, version 1.1.3, as six documents that refer to one another: the catalogue
//! of requirements, the profile that selects them, what Strata is able to do (component definition), the environment (system security plan), what
//! was asked (assessment plan) and what was found (assessment results).
//!
//! Invariants: every identifier is a version 5 UUID of what it names, so the same report gives the same documents; every reference has its
//! end in the same folder; a requirement is 'satisfied' only where controls alone serve it and all were seen met.

mod catalog;
mod component;
mod plan;
mod results;
mod system;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strata_policy::evidence::Report;
use uuid::Uuid;

use super::EvidenceError;

/// The version of OSCAL that the documents follow.
pub const VERSION: &str = "1.1.3";

/// Names of properties that are ours.
const NAMESPACE: &str = "https://strata.example/ns/oscal";

pub(super) const CATALOG: &str = "catalog.json";
pub(super) const PROFILE: &str = "profile.json";
pub(super) const COMPONENT: &str = "component-definition.json";
pub(super) const SYSTEM: &str = "system-security-plan.json";
pub(super) const PLAN: &str = "assessment-plan.json";
pub(super) const RESULTS: &str = "assessment-results.json";

/// The six documents by their files' names.
///
/// # Errors
/// [`EvidenceError`] when one has no JSON form.
pub fn oscal(report: &Report) -> Result<BTreeMap<String, String>, EvidenceError> {
    let context = Context::new(report);
    let documents = [
        (CATALOG, catalog::catalog(&context)),
        (PROFILE, catalog::profile(&context)),
        (COMPONENT, component::definition(&context)),
        (SYSTEM, system::security_plan(&context)),
        (PLAN, plan::assessment_plan(&context)),
        (RESULTS, results::assessment_results(&context)),
    ];
    documents
        .into_iter()
        .map(|(name, document)| {
            let text = serde_json::to_string_pretty(&document).map_err(|error| EvidenceError::of("OSCAL")(&error))?;
            Ok((name.to_owned(), text + "\n"))
        })
        .collect()
}

/// What every document needs.
pub(super) struct Context<'a> {
    pub(super) report: &'a Report,
    /// What identifiers are made under: the platform, the scope and the standard.
    subject: String,
}

impl<'a> Context<'a> {
    fn new(report: &'a Report) -> Self {
        let subject = format!("{}/{}/{}", report.subject.platform, report.subject.scope, report.standard.name);
        Self { report, subject }
    }

    /// The UUID of a part that is the same in every report about the subject.
    pub(super) fn id(&self, what: &str) -> String {
        uuid_of(&format!("{}/{what}", self.subject))
    }

    /// The UUID of what belongs to this report alone.
    pub(super) fn id_now(&self, what: &str) -> String {
        uuid_of(&format!("{}/{}/{what}", self.subject, self.report.at))
    }

    /// The UUID of what belongs to the standard, whoever reports.
    pub(super) fn id_of_standard(&self, what: &str) -> String {
        uuid_of(&format!("standard/{}/{}/{what}", self.report.standard.name, self.report.tool))
    }

    pub(super) fn metadata(&self, title: &str) -> Value {
        json!({
            "title": title,
            "last-modified": self.report.at,
            "version": self.report.tool,
            "oscal-version": VERSION,
        })
    }

    /// Metadata with the two parties: the organisation that runs the environment, and the provider.
    pub(super) fn metadata_with_parties(&self, title: &str) -> Value {
        let mut metadata = self.metadata(title);
        metadata["roles"] = json!([
            {"id": "system-owner", "title": "The organisation that runs the environment"},
            {"id": "provider", "title": "The cloud provider"},
        ]);
        metadata["parties"] = json!([
            {"uuid": self.organisation(), "type": "organization", "name": self.report.subject.platform},
            {"uuid": self.provider(), "type": "organization", "name": "Amazon Web Services"},
        ]);
        metadata["responsible-parties"] = json!([
            {"role-id": "system-owner", "party-uuids": [self.organisation()]},
            {"role-id": "provider", "party-uuids": [self.provider()]},
        ]);
        metadata
    }

    pub(super) fn organisation(&self) -> String {
        uuid_of(&format!("party/{}", self.report.subject.platform))
    }

    pub(super) fn provider(&self) -> String {
        uuid_of("party/amazon-web-services")
    }

    /// The title of what is reported on.
    pub(super) fn system_name(&self) -> String {
        format!("{} on {}", self.report.subject.scope, self.report.subject.platform)
    }
}

/// A property of ours.
pub(super) fn property(name: &str, value: &str) -> Value {
    // OSCAL strings have no space at either end and are never empty.
    let value = value.trim();
    json!({"name": name, "ns": NAMESPACE, "value": if value.is_empty() { "none" } else { value }})
}

/// A text as OSCAL takes it: no space at either end, never empty.
pub(super) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "none".to_owned() } else { text }
}

/// A version 5 UUID (RFC 9562) of a name in our namespace.
fn uuid_of(name: &str) -> String {
    // Version 5 is SHA-1 by its definition: it names, and guards nothing.
    let algorithm = &ring::digest::SHA1_FOR_LEGACY_USE_ONLY;
    let mut context = ring::digest::Context::new(algorithm);
    context.update(Uuid::NAMESPACE_URL.as_bytes());
    context.update(NAMESPACE.as_bytes());
    context.update(b"/");
    context.update(name.as_bytes());
    let digest = context.finish();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    uuid::Builder::from_sha1_bytes(bytes).into_uuid().hyphenated().to_string()
}

/// A requirement's id as an OSCAL token: `164.312(a)(1)` is `r164.312.a.1`, and NIST's `AC-2(1)` is NIST's own `ac-2.1`.
pub(super) fn token(standard: &str, id: &str) -> String {
    let mut text = String::new();
    for character in id.chars() {
        match character {
            '(' => text.push('.'),
            ')' => {}
            plain if plain.is_ascii_alphanumeric() || matches!(plain, '.' | '-' | '_') => text.push(plain),
            _ => text.push('_'),
        }
    }
    if standard == "nist-800-53-r5" {
        return text.to_lowercase();
    }
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) { text } else { format!("r{text}") }
}

#[cfg(test)]
mod tests;
