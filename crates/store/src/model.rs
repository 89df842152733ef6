//! Runs, intents and outcomes.

use std::fmt;

use serde::{Deserialize, Serialize};
use strata_graph::{Address, Document, PhysicalId, Scope, TypeName};
use strata_plan::{FailedTry, Placement, ResourceState};
use strata_policy::Finding;

/// How long a run that shows no life keeps its scopes, in seconds.
pub const LEASE_SECONDS: i64 = 90;

/// A run's id: `run-` and a number that grows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who starts a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    /// The user.
    pub user: String,
    /// The host.
    pub host: String,
    /// The process.
    pub process: u32,
    /// The confirmation that was typed, where the environment asks for approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    /// At work.
    Running,
    /// Everything was done and seen.
    Done,
    /// Some steps failed or could not be decided; others were done.
    PartiallyDone,
    /// Nothing was done.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// Its process ended without a word.
    Interrupted,
}

impl RunStatus {
    /// The word in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::PartiallyDone => "partially-done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The status of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::PartiallyDone, Self::Failed, Self::Cancelled, Self::Interrupted]
            .into_iter()
            .find(|status| status.word() == word)
    }
}

/// What others ask of a run that is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// To go on.
    Nothing,
    /// To stop after the calls in flight.
    Stop,
    /// To stop at once.
    StopNow,
}

impl Asked {
    /// The word in the state.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Stop => "stop",
            Self::StopNow => "stop-now",
        }
    }

    /// The request of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Nothing, Self::Stop, Self::StopNow].into_iter().find(|asked| asked.word() == word)
    }
}

/// What became of one step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which resource.
    pub address: Address,
    /// `create`, `update` or `delete`.
    pub operation: IntentOperation,
    /// `done`, `failed`, `blocked`, `unsupported`, `stopped`; `unknown` where a run died before it could say.
    pub ended: String,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A run as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// The plan's digest.
    pub plan: String,
    /// What was asked for.
    pub target: Scope,
    /// Who started it.
    pub starter: Starter,
    /// How it stands.
    pub status: RunStatus,
    /// One line on how it went.
    pub summary: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
    /// What others ask of it.
    pub asked: Asked,
    /// Who took it from its holder, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a call was about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentOperation {
    /// Make.
    Create,
    /// Change.
    Update,
    /// Remove.
    Delete,
}

/// Written before a call that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Which run.
    pub run: RunId,
    /// The token, unique for this intent; given to the cloud where its API takes one.
    pub token: String,
    /// About which resource.
    pub address: Address,
    /// Its type.
    pub type_name: TypeName,
    /// Where it lives.
    pub placement: Placement,
    /// What.
    pub operation: IntentOperation,
    /// What the cloud calls it, where that is known.
    pub id: Option<PhysicalId>,
    /// The properties, without references (and so without anything secret).
    pub properties: Document,
}

/// An intent without an outcome: its run ended before the answer came, or still waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    /// What was intended.
    pub intent: Intent,
    /// How long ago it was written, by this machine's clock, to the second. The call was sent a moment later.
    pub age: std::time::Duration,
}

/// What came of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// It was carried out.
    Done {
        /// What the cloud calls the resource.
        id: Option<PhysicalId>,
    },
    /// It was refused, or is known not to have been carried out.
    Failed {
        /// Why.
        error: String,
    },
}

/// One change of the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// The run that writes: all writes beside it are refused unless this run still holds its scopes. A run's number only grows, so it
    /// is the fencing number of its lease: whoever was thought dead and comes back can neither call nor write any more.
    Fence(RunId),
    /// What became of a run's steps.
    Steps {
        /// Which run.
        run: RunId,
        /// Its steps, in the order of the plan.
        steps: Vec<StepRecord>,
    },
    /// Before a call.
    Intent(Box<Intent>),
    /// After it.
    Outcome {
        /// The intent's token.
        token: String,
        /// What came of it.
        outcome: Outcome,
    },
    /// A resource as it now stands.
    Put(Box<ResourceState>),
    /// A resource as a look outside of a run showed it. Nothing happens where it was written since it was read: whoever wrote it knows
    /// more.
    Refresh {
        /// As it was read.
        was: Box<ResourceState>,
        /// As it was seen.
        now: Box<ResourceState>,
    },
    /// A finding as a look left it: a new one where its number is 0. Of a violation that another look has already filed nothing is added.
    Finding(Box<Finding>),
    /// A resource that is gone.
    Remove(Address),
    /// A run failed on a resource: counted by [`strata_plan::Failure::after`], with the time of the write.
    Failed(Box<FailedTry>),
    /// What was tried of a resource succeeded: its failures are forgotten.
    Succeeded(Address),
    /// The state of a scope changed outside of a run: plans made before are stale.
    Moved(Scope),
}
