//! Until when a finding is to be repaired: the periods of `standards/due.yaml`, built into the program.
//!
//! Invariant: every period says its source; of several standards the shortest period counts.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::control::Severity;
use crate::verdict::Requirement;

const TEXT: &str = include_str!("../../../standards/due.yaml");

/// The periods of one standard, in days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Days {
    critical: u16,
    high: u16,
    medium: u16,
    low: u16,
    source: String,
}

#[derive(Debug, Deserialize)]
struct OfStandard {
    standard: String,
    #[serde(flatten)]
    days: Days,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    periods: Vec<OfStandard>,
    otherwise: Days,
}

/// The day by which a finding is to be repaired, and why that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last day.
    pub day: Date,
    /// `pci-dss-4.0, high: 30 days (PCI DSS 4.0, requirement 6.3.3: …)`.
    pub why: String,
}

impl Days {
    fn of(&self, severity: Severity) -> u16 {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
        }
    }
}

fn read() -> Result<Whole, serde_saphyr::Error> {
    serde_saphyr::from_str(TEXT)
}

fn periods() -> Option<&'static (BTreeMap<String, Days>, Days)> {
    static PERIODS: OnceLock<Option<(BTreeMap<String, Days>, Days)>> = OnceLock::new();
    // The text is part of the program and a test reads it: what cannot be read never gets here.
    PERIODS
        .get_or_init(|| read().ok().map(|whole| (whole.periods.into_iter().map(|row| (row.standard, row.days)).collect(), whole.otherwise)))
        .as_ref()
}

/// When a finding of a severity, first seen on a day, is due by the standards whose requirements its control serves.
#[must_use]
pub fn due(severity: Severity, requirements: &[Requirement], first_seen: Date) -> Option<Due> {
    let (of_standard, otherwise) = periods()?;
    let standards: std::collections::BTreeSet<&str> = requirements.iter().map(|requirement| requirement.standard.as_str()).collect();
    // Of equal periods the one that a standard itself names.
    let all = standards.into_iter().map(|standard| match of_standard.get(standard) {
        Some(days) => (days.of(severity), false, standard, days),
        None => (otherwise.of(severity), true, standard, otherwise),
    });
    let (_, _, standard, days) = all.min_by_key(|(number, stands_in, standard, _)| (*number, *stands_in, *standard))?;
    let number = days.of(severity);
    let day = first_seen.checked_add(i64::from(number).days()).ok()?;
    Some(Due { day, why: format!("{standard}, {severity}: {number} days ({})", days.source) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_period_is_of_a_known_standard_and_says_its_source() {
        let whole = read().unwrap();
        for row in &whole.periods {
            assert!(crate::standards::NAMES.iter().any(|(name, _)| *name == row.standard), "{}", row.standard);
        }
        for days in whole.periods.iter().map(|row| &row.days).chain([&whole.otherwise]) {
            assert!(days.source.len() > 20, "{days:?}");
            let order = [days.critical, days.high, days.medium, days.low];
            assert!(order.is_sorted() && order[0] > 0, "what harms more is due earlier: {days:?}");
        }
    }

    #[test]
    fn the_shortest_period_counts() {
        let requirement = |standard: &str| Requirement { standard: standard.to_owned(), id: "1".to_owned() };
        let day = |text: &str| text.parse::<Date>().unwrap();
        let first = day("2026-11-28");
        let of = |severity, standards: &[&str]| {
            due(severity, &standards.iter().map(|name| requirement(name)).collect::<Vec<_>>(), first).map(|due| due.day)
        };
        assert_eq!(of(Severity::High, &["pci-dss-4.0"]), Some(day("2026-12-28")));
        assert_eq!(of(Severity::Low, &["hipaa", "pci-dss-4.0"]), Some(day("2027-02-26")));
        assert_eq!(of(Severity::Critical, &["hipaa", "pci-dss-4.0"]), Some(day("2026-12-13")));
        assert_eq!(of(Severity::High, &[]), None, "no standard, no date");
        let why = due(Severity::High, &[requirement("cis-aws-5.0"), requirement("pci-dss-4.0")], first).unwrap().why;
        assert!(why.starts_with("pci-dss-4.0, high: 30 days"), "{why}");
    }
}
