//! The report as data: what renderings print and programs read. Its JSON form carries a version.

use std::collections::BTreeMap;

use serde::Serialize;
use strata_graph::{Address, Layer, Origin, PhysicalId, Scope, TypeName};

use crate::verdict::{ControlId, Status};
use crate::waiver::Waiver;

/// Where a verdict comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// From what the files ask for: nobody has seen it stand.
    Planned,
    /// From what the cloud showed.
    Observed,
}

/// What the whole report rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Planned: nothing stands yet, or nothing was looked at.
    Planned,
    /// What stands was looked at.
    Observed,
}

/// How a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementStatus {
    /// A control that serves it is violated.
    Violated,
    /// A control that serves it is violated, under a waiver that holds.
    Waived,
    /// The data to judge one of its controls is not there.
    NotDecidable,
    /// The plan meets every control; of at least one that was not seen standing.
    Planned,
    /// Every control that serves it was seen met.
    Met,
    /// It has controls, and this environment has nothing of which they speak.
    NothingToJudge,
    /// The cloud provider answers for it, by its own certification.
    Provider,
    /// The customer's organisation answers for it, alone or with the provider: no configuration can show it.
    Organisation,
}

impl RequirementStatus {
    /// Every status, the most urgent first.
    pub const ALL: [Self; 8] = [
        Self::Violated,
        Self::Waived,
        Self::NotDecidable,
        Self::Planned,
        Self::Met,
        Self::NothingToJudge,
        Self::Provider,
        Self::Organisation,
    ];

    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Violated => "violated",
            Self::Waived => "waived",
            Self::NotDecidable => "not decidable",
            Self::Planned => "planned",
            Self::Met => "met",
            Self::NothingToJudge => "nothing to judge",
            Self::Provider => "provider",
            Self::Organisation => "organisation",
        }
    }

    /// What the word means, as a sentence without a full stop.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Violated => "A control that serves it is violated, and no waiver covers that",
            Self::Waived => "A control that serves it is violated, under a waiver that holds on the day of the report",
            Self::NotDecidable => "The data to judge one of its controls is not there; the control says which",
            Self::Planned => "The plan meets every control that serves it; at least one of them was not seen on something that stands",
            Self::Met => "Every control that serves it was seen met",
            Self::NothingToJudge => "Controls serve it, and this environment has nothing of which they speak",
            Self::Provider => "The cloud provider answers for it: its attestation of compliance is the evidence",
            Self::Organisation => "People, contracts and procedures: no configuration of a cloud can meet it",
        }
    }
}

/// Numbers of verdicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Met.
    pub met: usize,
    /// Violated without a waiver.
    pub violated: usize,
    /// Violated under a waiver that holds.
    pub waived: usize,
    /// Not decidable.
    pub not_decidable: usize,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.met + self.violated + self.waived + self.not_decidable
    }
}

/// The standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StandardPart {
    /// The name in specifications.
    pub name: String,
    /// The full name.
    pub title: String,
    /// Where ids and mapping come from.
    pub source: String,
    /// The lines that ask for it; empty where nobody asks.
    pub asked_for_by: Vec<Origin>,
}

/// An account and region in which the environment lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Account {
    /// The name in the platform file.
    pub name: String,
    /// Its twelve digits.
    pub id: String,
    /// The region.
    pub region: String,
}

/// What the report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The platform.
    pub platform: String,
    /// The scope that was asked for.
    pub scope: Scope,
    /// The application; absent for a foundation.
    pub application: Option<String>,
    /// The environment; absent for a foundation.
    pub environment: Option<String>,
    /// The scopes that are judged with it, because it stands on them.
    pub scopes: Vec<Scope>,
    /// Where it lives.
    pub accounts: Vec<Account>,
    /// Whether an emulator answered instead of AWS: such a report proves nothing about AWS.
    pub emulator: bool,
}

/// What a waiver does on the day of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It covers a violation.
    Holds,
    /// Its day is over: what it covered is violated again.
    Expired,
    /// There is no violation that it could cover.
    NotNeeded,
}

/// Who made or last changed a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The run.
    pub run: String,
    /// `create` or `update`.
    pub operation: String,
}

/// A run, for the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The digest of its plan.
    pub plan: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
    /// How it ended.
    pub status: String,
    /// Who started it.
    pub user: String,
    /// What was typed as approval, where the environment asks for it.
    pub approval: Option<String>,
}

/// What was said of one resource by one control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The resource.
    pub resource: Address,
    /// The answer.
    pub status: Status,
    /// Where it comes from.
    pub source: Source,
    /// When: the time of the look, or of the plan.
    pub at: String,
    /// The values that were seen, in words.
    pub detail: String,
    /// The waiver that covers it: an index into the report's waivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<usize>,
}

/// One control and all that it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlEvidence {
    /// What it asks.
    pub title: String,
    /// Why.
    pub why: String,
    /// How a violation is repaired.
    pub repair: String,
    /// How much harm a violation does.
    pub severity: String,
    /// When it is judged.
    pub judged: String,
    /// The requirements of the standard that it serves.
    pub requirements: Vec<String>,
    /// Numbers of its verdicts.
    pub counts: Counts,
    /// Its verdicts, by resource.
    pub seen: Vec<Seen>,
}

/// One resource of which a control spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceEvidence {
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Its layer.
    pub layer: Layer,
    /// Why it exists.
    pub purpose: String,
    /// The lines that asked for it.
    pub origins: Vec<Origin>,
    /// What the cloud calls it; absent where it does not stand.
    pub id: Option<PhysicalId>,
    /// The run that made or last changed it; absent where none is known.
    pub made: Option<Made>,
}

/// A document that the organisation attached to a requirement. Strata reads none of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Attachment {
    /// The requirement's id.
    pub requirement: String,
    /// Who answers for it.
    pub person: String,
    /// The day of the evidence, as it was written.
    pub date: String,
    /// The document: a file beside the form, or a reference to somewhere else.
    pub document: String,
    /// A remark.
    pub note: String,
    /// SHA-256 of the file, where the document is one.
    pub sha256: Option<String>,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementEvidence {
    /// The standard's own id.
    pub id: String,
    /// What it asks, in our own words.
    pub title: String,
    /// Who answers for it.
    pub answered_by: Vec<&'static str>,
    /// How it stands.
    pub status: RequirementStatus,
    /// The controls that serve it.
    pub controls: Vec<ControlId>,
    /// Numbers of their verdicts.
    pub counts: Counts,
    /// How many resources they speak of.
    pub resources: usize,
    /// Whether the organisation has a part in it: its own evidence is needed, whatever the controls say.
    pub organisation: bool,
    /// What is left for others to do, as sentences.
    pub remains: Vec<String>,
    /// What the organisation attached.
    pub attachments: Vec<Attachment>,
}

/// Something to act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The control.
    pub control: ControlId,
    /// What was said: an index into the control's `seen`.
    pub seen: usize,
}

/// What must be said first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Requirements that no configuration of a cloud can meet: nobody answers but the organisation, alone or beside the provider.
    pub beyond_configuration: Vec<String>,
    /// Requirements for which the provider alone answers.
    pub provider: Vec<String>,
    /// Requirements that controls serve and of which the organisation has a part all the same.
    pub shared: Vec<String>,
    /// Requirements that controls serve alone or with the provider.
    pub controls_alone: Vec<String>,
    /// The same and its limits, in sentences.
    pub sentences: Vec<String>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// What made it.
    pub tool: String,
    /// The standard.
    pub standard: StandardPart,
    /// What it is about.
    pub subject: Subject,
    /// When it was made, RFC 3339.
    pub at: String,
    /// What it rests on.
    pub basis: Basis,
    /// What must be said first.
    pub statement: Statement,
    /// How many requirements stand how; every status is there.
    pub summary: BTreeMap<&'static str, usize>,
    /// Numbers of all verdicts.
    pub counts: Counts,
    /// The requirements, in the standard's own order.
    pub requirements: Vec<RequirementEvidence>,
    /// Violations and what could not be decided, the worst first.
    pub findings: Vec<Finding>,
    /// The controls that serve the standard.
    pub controls: BTreeMap<ControlId, ControlEvidence>,
    /// The resources of which they speak.
    pub resources: BTreeMap<Address, ResourceEvidence>,
    /// The waivers of those controls, with what they do.
    pub waivers: Vec<(Waiver, WaiverState)>,
    /// The runs that made what stands, oldest first.
    pub runs: Vec<Run>,
}

impl Report {
    /// The version of the JSON form.
    pub const VERSION: u32 = 1;

    /// Whether something is violated without a waiver.
    #[must_use]
    pub fn violated(&self) -> bool {
        self.counts.violated > 0
    }
}
