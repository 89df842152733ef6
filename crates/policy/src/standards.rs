//! Standards as data: which requirements there are, who answers for each, and which controls serve it.
//!
//! The catalogues are the files in `standards/`, built into the program. Facts (ids, which check serves which requirement) come from public
//! mappings; titles are our own words. Invariants, kept by tests: ids are sorted and unique; every control named exists; a requirement that
//! Strata answers for names at least one control, and no other names any.

use std::sync::OnceLock;

use serde::Deserialize;

/// Who answers for a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answerer {
    /// The cloud provider, by its own certification.
    Provider,
    /// Strata, before anything is made: a violation blocks the plan.
    StrataProvisioning,
    /// Strata, all the time, on the live cloud.
    StrataContinuous,
    /// The customer's organisation: people, contracts, procedures.
    Organisation,
}

/// One requirement of a standard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRequirement {
    /// The standard's own id, for example `8.3.6`.
    pub id: String,
    /// What it asks, in our own words.
    pub title: String,
    /// Who answers for it; several where each does a part.
    pub by: Vec<Answerer>,
    /// The controls that serve it.
    #[serde(default)]
    pub controls: Vec<String>,
}

/// The catalogue of one standard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The name in specifications, for example `pci-dss-4.0`.
    pub standard: String,
    /// The full name.
    pub title: String,
    /// Where the ids and the mapping come from.
    pub source: String,
    /// The requirements, by id.
    pub requirements: Vec<CatalogueRequirement>,
}

/// The names of every standard that the language knows, and their full names.
pub const NAMES: [(&str, &str); 10] = [
    ("cis-aws-5.0", "CIS Amazon Web Services Foundations Benchmark 5.0"),
    ("gdpr", "General Data Protection Regulation"),
    ("hipaa", "Health Insurance Portability and Accountability Act, Security Rule"),
    ("hitrust-csf", "HITRUST Common Security Framework"),
    ("iso-27001-2022", "ISO/IEC 27001:2022"),
    ("nist-800-171", "NIST Special Publication 800-171"),
    ("nist-800-53-r5", "NIST Special Publication 800-53, revision 5"),
    ("pci-dss-3.2.1", "Payment Card Industry Data Security Standard 3.2.1"),
    ("pci-dss-4.0", "Payment Card Industry Data Security Standard 4.0"),
    ("soc2", "SOC 2, Trust Services Criteria"),
];

/// The files of `standards/`. Each is read once, when it is first asked for.
static FILES: [(&str, &str, OnceLock<Option<Catalogue>>); 2] = [
    ("cis-aws-5.0", include_str!("../../../standards/cis-aws-5.0.yaml"), OnceLock::new()),
    ("pci-dss-4.0", include_str!("../../../standards/pci-dss-4.0.yaml"), OnceLock::new()),
];

/// What this version knows of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It has a catalogue.
    Built(&'static Catalogue),
    /// The language has its name, and this version no catalogue of it.
    NotBuilt {
        /// Its full name.
        title: &'static str,
    },
    /// No standard has this name.
    Unknown,
}

impl Known {
    /// What a person must be told of the standard: nothing where it is built.
    #[must_use]
    pub fn notice(&self, name: &str) -> Option<String> {
        match self {
            Self::Built(_) => None,
            Self::NotBuilt { title } => {
                Some(format!("not built yet: no catalogue for {name} ({title}) in this version, so no control is judged for it"))
            }
            Self::Unknown => Some(format!("no standard is called '{name}'; the names are {}", NAMES.map(|(name, _)| name).join(", "))),
        }
    }
}

/// What this version knows of the standard of this name.
#[must_use]
pub fn known(name: &str) -> Known {
    if let Some(catalogue) = catalogue(name) {
        return Known::Built(catalogue);
    }
    match NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, title)) => Known::NotBuilt { title },
        None => Known::Unknown,
    }
}

/// The catalogue of the standard of this name, where this version has one.
#[must_use]
pub fn catalogue(name: &str) -> Option<&'static Catalogue> {
    let (_, text, read) = FILES.iter().find(|(known, _, _)| *known == name)?;
    // The text is part of the program and a test reads every file: what cannot be read never gets here.
    read.get_or_init(|| serde_saphyr::from_str(text).ok()).as_ref()
}

/// Every catalogue of this version, by name.
pub fn catalogues() -> impl Iterator<Item = &'static Catalogue> {
    FILES.iter().filter_map(|(name, _, _)| catalogue(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_can_be_read_and_says_its_own_name() {
        for (name, text, _) in &FILES {
            let read: Catalogue = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.standard, *name);
            assert_eq!(NAMES.iter().find(|(known, _)| known == name).unwrap().1, read.title);
        }
        assert_eq!(catalogues().count(), FILES.len());
    }
}
