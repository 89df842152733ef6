//! The plan's own types.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_graph::{Address, Document, Layer, Origin, PhysicalId, Scope, Text, TypeName};
use strata_policy::Verdict;

use crate::breaker::Tried;
use crate::compare::FieldChange;
use crate::directions::Move;
use crate::state::{Placement, ResourceState};

/// What a plan was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Bring the scopes to what the specification says.
    Up,
    /// Remove a scope.
    Down,
    /// Set right what drifted, and nothing else.
    Correct,
}

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Made.
    Create,
    /// Changed in place.
    Update,
    /// Made anew, then the old one removed.
    ReplaceCreateFirst,
    /// Removed, then made anew.
    ReplaceDeleteFirst,
    /// Removed.
    Delete,
    /// It stays; what an earlier replacement left behind is removed.
    DeleteLeftBehind,
}

impl Change {
    /// The symbol in plans.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::ReplaceCreateFirst => "+/-",
            Self::ReplaceDeleteFirst => "-/+",
            Self::Delete | Self::DeleteLeftBehind => "-",
        }
    }

    /// The word in plans.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::ReplaceCreateFirst | Self::ReplaceDeleteFirst => "replace",
            Self::Delete | Self::DeleteLeftBehind => "delete",
        }
    }
}

/// Why, readable by a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "of")]
pub enum Reason {
    /// The specification asks for it and nothing is known of it.
    New,
    /// The state knows it and the cloud no longer has it.
    MissingInCloud,
    /// The specification asks for something else than what was applied.
    SpecificationChanged,
    /// The cloud shows something else than what was applied.
    Drifted,
    /// Something that it refers to is made or made anew.
    DependencyChanged(Address),
    /// It was made and is broken.
    Tainted(String),
    /// Nothing asks for it any more.
    NoLongerWanted,
    /// An older incarnation of a replaced resource is still there.
    LeftBehind,
    /// Its scope is removed.
    ScopeRemoved,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => formatter.write_str("new"),
            Self::MissingInCloud => formatter.write_str("missing in the cloud"),
            Self::SpecificationChanged => formatter.write_str("the specification changed"),
            Self::Drifted => formatter.write_str("changed outside Strata"),
            Self::DependencyChanged(address) => write!(formatter, "{} changes", address.short()),
            Self::Tainted(why) => write!(formatter, "broken: {why}"),
            Self::NoLongerWanted => formatter.write_str("no longer in the specification"),
            Self::LeftBehind => formatter.write_str("left behind by a replacement"),
            Self::ScopeRemoved => formatter.write_str("its scope is removed"),
        }
    }
}

/// What happens to one resource, for people and for judges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The resource.
    pub address: Address,
    /// Its type.
    pub type_name: TypeName,
    /// Its layer.
    pub layer: Layer,
    /// The service whose limits its calls count against.
    pub service: String,
    /// What happens.
    pub change: Change,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Which fields change; empty for create and delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// What it is now, as observed or last applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Document>,
    /// What it shall be, with references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Document>,
    /// What it stands on, for the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Address>,
    /// Which lines asked for it.
    pub origins: Vec<Origin>,
    /// The name under which its data must be named before it is destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What it will wait for from people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
}

/// A step's number in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

/// What the engine does in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "operation")]
pub enum Operation {
    /// Make it; an incarnation that stands becomes deposed.
    Create,
    /// Change it in place.
    Update,
    /// Delete the current incarnation.
    Delete,
    /// Delete an older incarnation.
    DeleteDeposed {
        /// Which. Written under another name, since the step's own number stands beside it.
        #[serde(rename = "physical_id")]
        id: PhysicalId,
        /// What it was.
        properties: Document,
    },
    /// Delete the incarnation that this plan's own create step deposes.
    DeleteReplaced,
}

/// One step, with what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// The index of its action in [`Plan::actions`].
    pub action: usize,
    /// What is done.
    #[serde(flatten)]
    pub operation: Operation,
    /// The steps that must have succeeded before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepId>,
}

/// A scope's part in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopePlan {
    /// Which scope.
    pub scope: Scope,
    /// The serial that the plan was made against.
    pub serial: u64,
    /// Where it lives.
    pub placement: Placement,
    /// What to keep with it after the run.
    #[serde(default)]
    pub metadata: Value,
    /// The scopes that it stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_on: Vec<Scope>,
    /// How many of its resources stay as they are.
    pub unchanged: usize,
    /// Whether the scope is gone once every step succeeded.
    #[serde(default)]
    pub removes_scope: bool,
}

/// A resource that a removal leaves standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which.
    pub address: Address,
    /// The name to give with `--delete-data` for its removal, or whose data stands on it.
    pub data: String,
    /// Whether it holds the data itself (else it is what that data stands on).
    pub holds_data: bool,
}

/// Something to know about the plan that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The stable code.
    pub code: String,
    /// What.
    pub message: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// Where users reach what was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it is.
    pub name: String,
    /// Where, possibly known only after apply.
    pub url: Text,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which resource.
    pub address: Address,
    /// For what.
    pub what: String,
}

/// What the state shall say of a resource that itself stays as it is: where it came from may have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Which resource.
    pub address: Address,
    /// Which lines ask for it now.
    pub origins: Vec<Origin>,
    /// The name under which its data must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What it waits for from people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// What it stands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Address>,
    /// What it is by now without this plan: the cloud shows what is desired, and the state another thing, since a run ended
    /// before the answer or somebody was faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Document>,
}

/// An action of the plan that the run leaves alone, since it keeps failing in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Which resource.
    pub address: Address,
    /// What was tried.
    pub tried: Tried,
    /// How many runs failed.
    pub times: u32,
    /// When the first of them did, RFC 3339.
    pub since: String,
    /// When the last did.
    pub last: String,
    /// The way they failed.
    pub cause: String,
    /// The last one's message.
    pub detail: String,
}

impl fmt::Display for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, times, since, cause, .. } = self;
        write!(formatter, "not tried: the last {times} runs failed to {tried} it in the same way, the first at {since}: {cause}")
    }
}

/// The whole plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format.
    pub version: u32,
    /// SHA-256 over everything else, hexadecimal; its first twelve digits are the plan's id.
    pub digest: String,
    /// The platform.
    pub platform: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The scope that was asked for.
    pub target: Scope,
    /// Every scope that it touches or was checked against, lowest first.
    pub scopes: Vec<ScopePlan>,
    /// What happens, in the order of layers and addresses.
    pub actions: Vec<Action>,
    /// How, in the order of numbers.
    pub steps: Vec<Step>,
    /// What the state shall say of resources that stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// What goes on record under another address, before anything is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// What stands and is taken over as it was seen: it goes on record before anything is called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adopted: Vec<ResourceState>,
    /// Actions that are not carried out, since they keep failing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// What a removal leaves standing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the rules say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
    /// What else to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Where users reach what is built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// Who must approve: groups and how many people, from the environment's `approve:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approve: Vec<String>,
}

impl Plan {
    /// The current format.
    pub const VERSION: u32 = 1;

    /// The short id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.digest[..self.digest.len().min(12)]
    }

    /// Whether a run would do nothing in the cloud.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Whether a run would leave the record as it is, but for what it does in the cloud.
    #[must_use]
    pub fn keeps_the_record(&self) -> bool {
        self.records.is_empty() && self.moves.is_empty() && self.adopted.is_empty()
    }

    /// Why an action on this address is not carried out, where it is not.
    #[must_use]
    pub fn held(&self, address: &Address) -> Option<&Held> {
        self.held.iter().find(|held| held.address == *address)
    }

    /// How many actions of a kind there are.
    #[must_use]
    pub fn count(&self, word: &str) -> usize {
        self.actions.iter().filter(|action| action.change.word() == word).count()
    }

    /// The digest of the plan as it stands, with the digest field left out.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn compute_digest(&self) -> Result<String, serde_json::Error> {
        crate::digest::digest(self)
    }

    /// The replacements that take data with them: those that the files ask for. What is broken is replaced without a field that asks for it.
    pub fn data_replaced(&self) -> impl Iterator<Item = (&str, &Action)> {
        let replaces = |action: &&Action| matches!(action.change, Change::ReplaceCreateFirst | Change::ReplaceDeleteFirst);
        let asked = |action: &&Action| action.fields.iter().any(|field| field.replaces);
        self.actions.iter().filter(replaces).filter(asked).filter_map(|action| Some((action.data.as_deref()?, action)))
    }

    /// Whether the digest fits the content: a plan file that somebody changed does not run.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.compute_digest().is_ok_and(|digest| digest == self.digest)
    }

    /// The verdicts that forbid the run: violations without a waiver that holds.
    pub fn violations(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.counts_as_violation())
    }
}
