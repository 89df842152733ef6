//! Findings: violations on the live cloud, followed from the first look that saw one to the look that saw it repaired.
//!
//! Invariants: one violation has one open finding; a finding is closed only by a look that saw its control met or its resource gone for good, never
//! because the control could not be judged; a violation that comes back is a new finding. Nothing here knows a clock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use strata_graph::{Address, Origin};

use crate::control::Severity;
use crate::due::due;
use crate::registry::control;
use crate::verdict::{ControlId, Requirement, Status, Verdict, Waived};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its number in the state; 0 before it is there.
    #[serde(default)]
    pub number: i64,
    /// Which control is violated.
    pub control: ControlId,
    /// By which resource.
    pub address: Address,
    /// How much harm it does.
    pub severity: Severity,
    /// What was seen last.
    pub detail: String,
    /// The requirements that the control serves.
    pub requirements: Vec<Requirement>,
    /// The line that asked for the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Who answers for the resource, as the files say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When a look first saw it.
    #[serde(with = "moment")]
    pub first_seen: Timestamp,
    /// When a look last saw it.
    #[serde(with = "moment")]
    pub last_seen: Timestamp,
    /// The last day for its repair.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "some_day")]
    pub due: Option<Date>,
    /// Why that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_by: Option<String>,
    /// The waiver that speaks of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waived>,
    /// How and when it was repaired; nothing while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired: Option<Repair>,
}

/// How a finding came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// When a look first saw it no more.
    #[serde(with = "moment")]
    pub seen: Timestamp,
    /// How.
    #[serde(flatten)]
    pub how: How,
}

/// Who repaired it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", content = "run")]
pub enum How {
    /// This run of Strata.
    Run(String),
    /// Nobody's run: somebody changed it in the cloud.
    ChangedOutside,
    /// Neither the files nor the cloud have the resource any more, or no standard asks for the control.
    NoLongerJudged,
}

impl std::fmt::Display for How {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run(run) => write!(formatter, "repaired by {run}"),
            Self::ChangedOutside => formatter.write_str("changed outside Strata"),
            Self::NoLongerJudged => formatter.write_str("no longer judged"),
        }
    }
}

impl Finding {
    /// Whether it is past its last day.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        self.repaired.is_none() && self.due.is_some_and(|due| today > due)
    }

    /// Whether it stands and no waiver that holds excuses it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.repaired.is_none() && self.waiver.as_ref().is_none_or(|waived| waived.expired)
    }
}

/// What one look changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// Seen for the first time.
    pub new: Vec<Finding>,
    /// Seen again.
    pub still: Vec<Finding>,
    /// Open, and not judged by this look: neither seen again nor seen repaired.
    pub unsure: Vec<Finding>,
    /// Seen repaired.
    pub repaired: Vec<Finding>,
}

/// Compares the open findings with the verdicts of a look at the live cloud. `owner` says who answers for a resource; `how` finds out who
/// repaired a finding.
pub fn follow(
    open: &[Finding],
    verdicts: &[Verdict],
    now: Timestamp,
    owner: impl Fn(&Address) -> Option<String>,
    how: impl Fn(&Finding) -> How,
) -> Followed {
    let mut followed = Followed::default();
    let known: BTreeMap<(&ControlId, &Address), &Finding> =
        open.iter().filter(|finding| finding.repaired.is_none()).map(|finding| ((&finding.control, &finding.address), finding)).collect();
    let by_key: BTreeMap<(&ControlId, &Address), &Verdict> =
        verdicts.iter().map(|verdict| ((&verdict.control, &verdict.address), verdict)).collect();
    for (key, verdict) in by_key.iter().filter(|(_, verdict)| verdict.status == Status::Violated) {
        let Some(known) = known.get(key) else {
            followed.new.push(first(verdict, now, owner(&verdict.address)));
            continue;
        };
        followed.still.push(Finding {
            detail: verdict.detail.clone(),
            requirements: verdict.requirements.clone(),
            origin: verdict.origin.clone(),
            waiver: verdict.waiver.clone(),
            owner: owner(&verdict.address),
            last_seen: now,
            ..(*known).clone()
        });
    }
    for (key, finding) in known {
        let ended = |how: How| Finding { repaired: Some(Repair { seen: now, how }), ..finding.clone() };
        match by_key.get(&key).map(|verdict| verdict.status) {
            Some(Status::Violated) => {}
            Some(Status::NotDecidable) => followed.unsure.push(finding.clone()),
            Some(Status::Met) => followed.repaired.push(ended(how(finding))),
            // What was missing has no address of its own: the baseline's first resource stood for it until it was made.
            None if is_made_again(finding, verdicts) => followed.repaired.push(ended(how(finding))),
            None => followed.repaired.push(ended(How::NoLongerJudged)),
        }
    }
    followed
}

fn is_made_again(finding: &Finding, verdicts: &[Verdict]) -> bool {
    verdicts.iter().any(|verdict| {
        verdict.control == finding.control && verdict.status == Status::Met && verdict.address.scope() == finding.address.scope()
    })
}

fn first(verdict: &Verdict, now: Timestamp, owner: Option<String>) -> Finding {
    let severity = control(&verdict.control.0).map_or(Severity::High, |control| control.severity);
    let due = due(severity, &verdict.requirements, Offset::UTC.to_datetime(now).date());
    Finding {
        number: 0,
        control: verdict.control.clone(),
        address: verdict.address.clone(),
        severity,
        detail: verdict.detail.clone(),
        requirements: verdict.requirements.clone(),
        origin: verdict.origin.clone(),
        owner,
        first_seen: now,
        last_seen: now,
        due: due.as_ref().map(|due| due.day),
        due_by: due.map(|due| due.why),
        waiver: verdict.waiver.clone(),
        repaired: None,
    }
}

/// Moments as RFC 3339, in UTC.
mod moment {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(moment)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Days as `YYYY-MM-DD`, where there is one.
mod some_day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    // The signature is serde's.
    #[allow(clippy::ref_option)]
    pub(super) fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        day.as_ref().map(ToString::to_string).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse()).transpose().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use strata_graph::Scope;

    fn verdict(control: &str, name: &str, status: Status) -> Verdict {
        Verdict {
            control: ControlId(control.to_owned()),
            address: Address::new(Scope::environment("shop", "dev"), "bucket", name),
            status,
            detail: "seen".to_owned(),
            requirements: vec![Requirement { standard: "pci-dss-4.0".to_owned(), id: "1.2.1".to_owned() }],
            origin: None,
            waiver: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn look(open: &[Finding], verdicts: &[Verdict], now: &str) -> Followed {
        follow(open, verdicts, at(now), |_| Some("dana".to_owned()), |_| How::Run("run-7".to_owned()))
    }

    #[test]
    fn a_finding_is_followed_from_its_first_look_to_its_repair() {
        let violated = [verdict("s3-bucket-tls-only", "a", Status::Violated), verdict("s3-bucket-tls-only", "b", Status::Met)];
        let first = look(&[], &violated, "2026-11-28T10:00:00Z");
        assert_eq!((first.new.len(), first.still.len(), first.repaired.len()), (1, 0, 0));
        let finding = &first.new[0];
        assert_eq!(finding.owner.as_deref(), Some("dana"));
        assert!(finding.due.is_some() && finding.due_by.as_ref().unwrap().starts_with("pci-dss-4.0"));
        let again = look(&first.new, &violated, "2026-11-28T11:00:00Z");
        assert_eq!((again.new.len(), again.still.len(), again.repaired.len()), (0, 1, 0));
        assert_eq!((again.still[0].first_seen, again.still[0].last_seen), (at("2026-11-28T10:00:00Z"), at("2026-11-28T11:00:00Z")));
        let met = [verdict("s3-bucket-tls-only", "a", Status::Met)];
        let ended = look(&again.still, &met, "2026-11-28T12:00:00Z");
        assert_eq!(ended.repaired.len(), 1);
        assert_eq!(ended.repaired[0].repaired, Some(Repair { seen: at("2026-11-28T12:00:00Z"), how: How::Run("run-7".to_owned()) }));
        // What comes back is a new one; what was repaired is not looked at again.
        let back = look(&ended.repaired, &violated, "2026-11-28T13:00:00Z");
        assert_eq!((back.new.len(), back.repaired.len()), (1, 0));
    }

    #[test]
    fn what_cannot_be_judged_closes_nothing() {
        let open = look(&[], &[verdict("s3-bucket-tls-only", "a", Status::Violated)], "2026-11-28T10:00:00Z").new;
        let unsure = look(&open, &[verdict("s3-bucket-tls-only", "a", Status::NotDecidable)], "2026-11-28T11:00:00Z");
        assert_eq!((unsure.unsure.len(), unsure.repaired.len()), (1, 0));
        assert_eq!(unsure.unsure[0].last_seen, at("2026-11-28T10:00:00Z"), "it was not seen again");
        let gone = look(&open, &[], "2026-11-28T11:00:00Z");
        assert_eq!(gone.repaired[0].repaired.as_ref().unwrap().how, How::NoLongerJudged);
        let elsewhere = look(&open, &[verdict("s3-bucket-tls-only", "b", Status::Met)], "2026-11-28T11:00:00Z");
        assert_eq!(elsewhere.repaired[0].repaired.as_ref().unwrap().how, How::Run("run-7".to_owned()));
    }

    #[test]
    fn it_is_overdue_from_the_day_after_its_last() {
        let mut finding = look(&[], &[verdict("s3-bucket-tls-only", "a", Status::Violated)], "2026-11-28T10:00:00Z").new.remove(0);
        let due = finding.due.unwrap();
        assert!(!finding.is_overdue(due) && finding.is_overdue(due.tomorrow().unwrap()));
        finding.repaired = Some(Repair { seen: finding.first_seen, how: How::ChangedOutside });
        assert!(!finding.is_overdue(due.tomorrow().unwrap()) && !finding.counts());
        let json = serde_json::to_value(&finding).unwrap();
        assert_eq!(json["repaired"]["by"], "changed-outside");
        assert_eq!(serde_json::from_value::<Finding>(json).unwrap(), finding);
    }
}
