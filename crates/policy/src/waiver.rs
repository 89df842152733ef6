//! Waivers: a named, reasoned, approved and dated exception from one control for one resource, or for all that a pattern names.
//!
//! Invariants: a waiver changes no verdict's status, it stands beside it; whoever asks for one does not approve it; one that has expired excuses
//! nothing. Nothing here knows a clock: the day is handed in.

mod read;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strata_graph::{Address, Origin};

use crate::verdict::{ControlId, Status, Verdict, Waived};

pub use read::{Mistake, MistakeKind, Place, read};

/// One waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// From which control.
    pub control: ControlId,
    /// For which resource: an address, or a pattern in which `*` stands for any text.
    pub resource: String,
    /// Why the violation is borne.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it; never the owner.
    pub approver: String,
    /// The last day on which it holds.
    #[serde(with = "day")]
    pub expires: Date,
    /// Where it is written.
    pub origin: Origin,
}

impl Waiver {
    /// Whether it speaks of a verdict: of its control and its resource.
    #[must_use]
    pub fn speaks_of(&self, control: &ControlId, address: &Address) -> bool {
        self.control == *control && matches(&self.resource, &address.to_string())
    }

    /// Whether it holds no more on a day: its last day is a whole day.
    #[must_use]
    pub fn has_expired(&self, today: Date) -> bool {
        today > self.expires
    }
}

/// Puts each waiver beside the violations that it speaks of; of several, the one that holds longest. Returns those that speak of no
/// violation: they are excuses for nothing and better taken away.
pub fn apply_waivers<'w>(verdicts: &mut [Verdict], waivers: &'w [Waiver], today: Date) -> Vec<&'w Waiver> {
    let mut used = vec![false; waivers.len()];
    for verdict in verdicts.iter_mut().filter(|verdict| verdict.status == Status::Violated) {
        let mut best: Option<&Waiver> = None;
        for (index, waiver) in waivers.iter().enumerate() {
            if waiver.speaks_of(&verdict.control, &verdict.address) {
                used[index] = true;
                if best.is_none_or(|best| best.expires < waiver.expires) {
                    best = Some(waiver);
                }
            }
        }
        verdict.waiver = best.map(|waiver| Waived { waiver: waiver.clone(), expired: waiver.has_expired(today) });
    }
    waivers.iter().zip(used).filter(|(_, used)| !used).map(|(waiver, _)| waiver).collect()
}

/// Whether a text is as a pattern says, in which `*` stands for any text and everything else for itself.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Days as `YYYY-MM-DD`.
mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use strata_graph::Scope;

    fn waiver(resource: &str, expires: &str) -> Waiver {
        Waiver {
            control: ControlId("rds-multi-zone".into()),
            resource: resource.into(),
            reason: "dev may be down".into(),
            owner: "dana".into(),
            approver: "sam".into(),
            expires: expires.parse().unwrap(),
            origin: Origin::new("waivers/dev.yaml", 1, "waivers.0"),
        }
    }

    fn violation(status: Status) -> Verdict {
        Verdict {
            control: ControlId("rds-multi-zone".into()),
            address: Address::new(Scope::environment("shop", "dev"), "db_instance", "db"),
            status,
            detail: "one zone".into(),
            requirements: vec![],
            origin: None,
            waiver: None,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_name_whole_addresses() {
        for (pattern, holds) in [
            ("environment/shop/dev/db_instance.db", true),
            ("environment/shop/dev/*", true),
            ("*", true),
            ("*.db", true),
            ("environment/*/dev/db_*.db", true),
            ("environment/shop/dev/db_instance", false),
            ("db_instance.db", false),
            ("environment/shop/prod/*", false),
            ("*.database", false),
        ] {
            assert_eq!(matches(pattern, "environment/shop/dev/db_instance.db"), holds, "{pattern}");
        }
    }

    #[test]
    fn it_holds_to_the_end_of_its_last_day() {
        let waivers = [waiver("environment/shop/dev/*", "2027-03-31")];
        let mut verdicts = [violation(Status::Violated)];
        assert!(apply_waivers(&mut verdicts, &waivers, day("2027-03-31")).is_empty());
        assert!(verdicts[0].is_waived() && !verdicts[0].counts_as_violation());
        assert_eq!(verdicts[0].status, Status::Violated, "a waiver does not make it met");
        apply_waivers(&mut verdicts, &waivers, day("2027-04-01"));
        assert!(verdicts[0].counts_as_violation());
        assert!(verdicts[0].waiver.as_ref().unwrap().expired, "and it is said that there was one");
    }

    #[test]
    fn the_one_that_holds_longest_counts_and_the_unused_is_told() {
        let waivers = [waiver("*", "2026-01-01"), waiver("*.db", "2028-01-01"), waiver("*.other", "2028-01-01")];
        let mut verdicts = [violation(Status::Violated)];
        let unused = apply_waivers(&mut verdicts, &waivers, day("2027-01-01"));
        assert_eq!(unused, [&waivers[2]]);
        assert_eq!(verdicts[0].waiver.as_ref().unwrap().waiver.resource, "*.db");
        let mut open = [violation(Status::NotDecidable)];
        assert_eq!(apply_waivers(&mut open, &waivers, day("2027-01-01")).len(), 3, "only violations are waived");
    }

    #[test]
    fn it_reads_back_as_it_was_written() {
        let mut verdict = violation(Status::Violated);
        apply_waivers(std::slice::from_mut(&mut verdict), &[waiver("*", "2027-03-31")], day("2027-01-01"));
        let json = serde_json::to_value(&verdict).unwrap();
        assert_eq!(json["waiver"]["expires"], "2027-03-31");
        assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), verdict);
    }
}
