//! Standards as data: which requirements there are, who answers for each, and which controls serve it.
//!
//! The catalogues are the files in `standards/`, built into the program. Facts (ids, which check serves which requirement) come from public
//! mappings; titles are our own words. Invariants, kept by [`read`] and by tests: ids are unique; every control named exists; a requirement
//! that Strata answers for names at least one control, and no other names any.

mod read;

use std::sync::OnceLock;

use serde::Deserialize;

pub use read::{Mistake, read};

/// Who answers for a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answerer {
    /// The cloud provider, by its own certification.
    Provider,
    /// Strata, before anything is made: a violation blocks the plan.
    StrataProvisioning,
    /// Strata, all the time, on the live cloud: what has to be noticed while it runs.
    StrataContinuous,
    /// The customer's organisation: people, contracts, procedures. No configuration of a cloud can do it.
    Organisation,
}

impl Answerer {
    /// Everybody who may answer, in the order of the files.
    pub const ALL: [Self; 4] = [Self::Provider, Self::StrataProvisioning, Self::StrataContinuous, Self::Organisation];

    /// The word of the files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::StrataProvisioning => "strata-provisioning",
            Self::StrataContinuous => "strata-continuous",
            Self::Organisation => "organisation",
        }
    }
}

/// One requirement of a standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRequirement {
    /// The standard's own id, for example `8.3.6`.
    pub id: String,
    /// What it asks, in our own words.
    pub title: String,
    /// Who answers for it; several where each does a part.
    pub by: Vec<Answerer>,
    /// The controls that serve it.
    pub controls: Vec<String>,
}

impl CatalogueRequirement {
    /// Whether no configuration of a cloud can meet it: nobody but the customer's organisation answers.
    #[must_use]
    pub fn beyond_configuration(&self) -> bool {
        self.by == [Answerer::Organisation]
    }
}

/// The catalogue of one standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// The name in specifications, for example `pci-dss-4.0`.
    pub standard: String,
    /// The full name.
    pub title: String,
    /// Where the ids and the mapping come from.
    pub source: String,
    /// The requirements, in the standard's own order.
    pub requirements: Vec<CatalogueRequirement>,
}

impl Catalogue {
    /// The requirement of an id.
    #[must_use]
    pub fn requirement(&self, id: &str) -> Option<&CatalogueRequirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }
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

/// A file of `standards/`: its standard's name, its text, and what it says once it was read.
type File = (&'static str, &'static str, OnceLock<Option<Catalogue>>);

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// The files of `standards/`. Each is read once, when it is first asked for.
        static FILES: [File; 10] = [$(($name, include_str!(concat!("../../../standards/", $name, ".yaml")), OnceLock::new())),+];
    };
}
files!(
    "cis-aws-5.0",
    "gdpr",
    "hipaa",
    "hitrust-csf",
    "iso-27001-2022",
    "nist-800-171",
    "nist-800-53-r5",
    "pci-dss-3.2.1",
    "pci-dss-4.0",
    "soc2",
);

/// What this version knows of a standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It has a catalogue.
    Built(&'static Catalogue),
    /// No standard has this name.
    Unknown,
}

impl Known {
    /// What a person must be told of the standard: nothing where it is built.
    #[must_use]
    pub fn notice(&self, name: &str) -> Option<String> {
        match self {
            Self::Built(_) => None,
            Self::Unknown => {
                let near = nearest(name).map(|near| format!("did you mean '{near}'? ")).unwrap_or_default();
                Some(format!("no standard is called '{name}'; {near}the names are {}", NAMES.map(|(name, _)| name).join(", ")))
            }
        }
    }
}

/// The standard's name that was meant by a wrong one, where that can be told: at most a third of the letters differ, or the end is missing.
#[must_use]
pub fn nearest(wrong: &str) -> Option<&'static str> {
    let wrong = wrong.to_lowercase();
    let limit = (wrong.chars().count() / 3).max(1);
    let near = NAMES.map(|(name, _)| (strsim::damerau_levenshtein(&wrong, name), name));
    let near = near.into_iter().filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, name)| name);
    near.or_else(|| NAMES.iter().rev().map(|(name, _)| *name).find(|name| wrong.len() >= 3 && name.starts_with(&wrong)))
}

/// What this version knows of the standard of this name.
#[must_use]
pub fn known(name: &str) -> Known {
    catalogue(name).map_or(Known::Unknown, Known::Built)
}

/// The catalogue of the standard of this name, where there is one.
#[must_use]
pub fn catalogue(name: &str) -> Option<&'static Catalogue> {
    let (name, text, once) = FILES.iter().find(|(known, _, _)| *known == name)?;
    // The text is part of the program and a test reads every file: what cannot be read never gets here.
    once.get_or_init(|| read(&file_name(name), text).ok()).as_ref()
}

/// Every catalogue of this version, by name.
pub fn catalogues() -> impl Iterator<Item = &'static Catalogue> {
    FILES.iter().filter_map(|(name, _, _)| catalogue(name))
}

/// Where the file of a standard is in the project.
fn file_name(standard: &str) -> String {
    format!("standards/{standard}.yaml")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_can_be_read_and_says_its_own_name() {
        for (index, (name, text, _)) in FILES.iter().enumerate() {
            let catalogue = read(&file_name(name), text)
                .unwrap_or_else(|mistakes| panic!("{}", mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
            assert_eq!((catalogue.standard.as_str(), catalogue.title.as_str()), NAMES[index]);
            assert_eq!(*name, NAMES[index].0);
            assert!(!catalogue.source.is_empty(), "{name} does not say where its ids come from");
        }
        assert_eq!(catalogues().count(), NAMES.len());
    }

    #[test]
    fn a_slip_in_a_name_is_answered_with_the_name_that_was_meant() {
        assert_eq!(nearest("pci-dss-4"), Some("pci-dss-4.0"));
        assert_eq!(nearest("SOC-2"), Some("soc2"));
        assert_eq!(nearest("iso-27001"), Some("iso-27001-2022"));
        assert_eq!(nearest("pci-dss"), Some("pci-dss-4.0"), "the newest of those that begin so");
        assert_eq!(nearest("sarbanes-oxley"), None);
        assert!(known("nist-800-172").notice("nist-800-172").unwrap().contains("did you mean 'nist-800-171'?"));
        assert_eq!(known("gdpr").notice("gdpr"), None);
    }
}
