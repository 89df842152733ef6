//! The table of settings: `standards/posture.yaml`, built into the program.
//!
//! Invariant: every setting has exactly one row, and every level fits its row's unit; the tests below read the whole file.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use strata_graph::TypeName;
use strata_spec::Standard;

use super::{Level, Setting};

const TEXT: &str = include_str!("../../../../standards/posture.yaml");

/// What the number of a setting counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Days that something is kept: longer is stricter.
    Days,
    /// Seconds between two looks: shorter is stricter; 0 is never.
    Seconds,
    /// On or off.
    On,
}

/// What one standard asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The standard.
    pub standard: Standard,
    /// The least that satisfies it.
    pub value: Level,
    /// The requirements that ask for it, by the standard's own ids.
    pub by: Vec<String>,
    /// How the requirement is read, where no control says it.
    #[serde(default)]
    pub reading: Option<String>,
    /// The types of resources that it speaks of; empty for all that the setting decides.
    #[serde(default, rename = "for")]
    pub types: Vec<String>,
}

impl Ask {
    /// Whether it speaks of resources of a type.
    #[must_use]
    pub fn speaks_of(&self, type_name: &TypeName) -> bool {
        self.types.is_empty() || self.types.contains(&type_name.0)
    }

    /// The standard and its requirements: `PCI DSS 4.0 6.4.1, 6.4.2`.
    #[must_use]
    pub fn cited(&self) -> String {
        format!("{} {}", self.standard.short_name(), self.by.join(", "))
    }
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Which.
    pub setting: Setting,
    /// What it is, in our own words.
    pub what: String,
    /// What its number counts.
    pub unit: Unit,
    /// Strata's own default, which holds without any standard.
    pub default: Level,
    /// Why that is the default.
    pub why: String,
    /// The controls that judge it: a standard that they serve asks for it.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Checks of prowler that judge it where no control of ours does.
    #[serde(default)]
    pub checks: Vec<String>,
    /// What each standard asks for.
    pub asked: Vec<Ask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    settings: Vec<Row>,
}

fn read() -> Result<Whole, serde_saphyr::Error> {
    serde_saphyr::from_str(TEXT)
}

/// Every setting, in the order of the file.
#[must_use]
pub fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    // The text is part of the program and a test reads it: what cannot be read never gets here.
    TABLE.get_or_init(|| read().map(|whole| whole.settings).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_can_be_read_and_has_each_setting_once() {
        let rows = read().unwrap_or_else(|error| panic!("{error}")).settings;
        let settings: BTreeSet<Setting> = rows.iter().map(|row| row.setting).collect();
        assert_eq!(settings.len(), rows.len(), "a setting stands twice");
        assert_eq!(rows.len(), 26, "a setting of the enumeration has no row");
        for row in &rows {
            assert!(!row.why.is_empty() && !row.what.ends_with('.'), "{:?}", row.setting);
            for level in row.asked.iter().map(|ask| ask.value).chain([row.default]) {
                assert_eq!(matches!(level, Level::On(_)), row.unit == Unit::On, "{:?}: {level:?}", row.setting);
            }
            for ask in &row.asked {
                assert!(!ask.by.is_empty(), "{:?}: {} names no requirement", row.setting, ask.standard);
                // What speaks of some types only must not be the reason of a level that holds for all.
                let beyond = ask.value.strictness(row.unit) > row.default.strictness(row.unit);
                assert!(ask.types.is_empty() || !beyond, "{:?}: {} asks some types for more than the default", row.setting, ask.standard);
                for type_name in &ask.types {
                    assert!(strata_aws::entry(type_name).is_some(), "{:?}: {type_name} is no type", row.setting);
                }
                assert!(ask.value.strictness(row.unit) > 0, "{:?}: {} asks for nothing", row.setting, ask.standard);
            }
        }
    }
}
