//! What a rule says of a resource.

use std::fmt;

use serde::{Deserialize, Serialize};
use strata_graph::{Address, Origin};

use crate::waiver::Waiver;

/// A control's stable id, for example `s3-bucket-encrypted`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ControlId(pub String);

impl fmt::Display for ControlId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A requirement of a standard, for example `pci-dss-4.0` and `3.5.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Requirement {
    /// The standard's name.
    pub standard: String,
    /// The requirement's id in it.
    pub id: String,
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.standard, self.id)
    }
}

/// The three answers of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The resource does what the control asks.
    Met,
    /// It does not.
    Violated,
    /// The data to judge it is not there; the verdict's detail says which.
    NotDecidable,
}

/// One rule's answer about one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which control.
    pub control: ControlId,
    /// About which resource.
    pub address: Address,
    /// The answer.
    pub status: Status,
    /// What was seen, and for a violation what would repair it.
    pub detail: String,
    /// The requirements that this control serves, of the standards asked for.
    pub requirements: Vec<Requirement>,
    /// The line that asked for the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The waiver that speaks of a violation; the violation stays one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waived>,
}

/// A waiver beside a violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// What was written.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// Whether it had expired on the day of the verdict: then the violation counts as if nobody had waived it.
    pub expired: bool,
}

impl Verdict {
    /// Whether it is a violation that nothing excuses: what forbids a run, and what an exit code counts.
    #[must_use]
    pub fn counts_as_violation(&self) -> bool {
        self.status == Status::Violated && !self.is_waived()
    }

    /// Whether it is a violation with a waiver that holds.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        self.status == Status::Violated && self.waiver.as_ref().is_some_and(|waived| !waived.expired)
    }
}
