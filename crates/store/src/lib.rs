//! State, journal, plans and runs, behind one trait.
//!
//! Invariants: a write that was acknowledged is on disk; an intent is written before the call that it is about and its outcome
//! together with the state that follows from it, in one transaction; a run starts only if every scope still has the
//! serial that its plan was made against and nobody else is at work on it. No secret value ever gets here.

pub mod backup;
pub mod error;
mod findings;
pub mod machine;
pub mod model;
mod read;
mod schema;
pub mod sqlite;
mod verify;
mod writer;

pub use backup::{Backup, export, import};
pub use error::StoreError;
pub use machine::{Machine, ThisMachine};
pub use model::{Asked, Intent, IntentOperation, OpenIntent, Outcome, RunId, RunRecord, RunStatus, Starter, StepRecord, Write};
pub use sqlite::SqliteStore;
pub use verify::Verified;

use async_trait::async_trait;
use strata_graph::Scope;
use strata_plan::{Plan, ScopeState};
pub use strata_policy::Finding;

/// Where state lives.
#[async_trait]
pub trait Store: Send + Sync {
    /// What is known of a scope; an empty state of serial 0 where nothing is.
    async fn scope(&self, scope: &Scope) -> Result<ScopeState, StoreError>;

    /// Every scope of which something is known, lowest first.
    async fn scopes(&self) -> Result<Vec<ScopeState>, StoreError>;

    /// Starts a run, in one transaction that refuses a stale plan and a scope at which somebody else is at work.
    async fn begin(&self, plan: &Plan, starter: &Starter) -> Result<RunId, StoreError>;

    /// Whether a run of somebody else is at work on one of the scopes: an error that says who, since when and doing what.
    async fn free(&self, scopes: &[Scope], asker: &Starter) -> Result<(), StoreError>;

    /// Says that the run still lives, and hears what others ask of it. A run that has not said so for [`model::LEASE_SECONDS`] may be
    /// taken over; [`StoreError::Fenced`] tells it that it was.
    async fn heartbeat(&self, run: &RunId) -> Result<Asked, StoreError>;

    /// Asks something of a run that is at work.
    async fn ask(&self, run: &RunId, asked: Asked) -> Result<(), StoreError>;

    /// Takes the scopes away from a run that is at work; `note` says who did and why. Its process, should it live, can write no more.
    async fn release(&self, run: &RunId, note: &str) -> Result<(), StoreError>;

    /// A run.
    async fn find_run(&self, run: &RunId) -> Result<RunRecord, StoreError>;

    /// What became of the steps of a run that ended; of one that did not, what its journal says.
    async fn steps_of(&self, run: &RunId) -> Result<Vec<StepRecord>, StoreError>;

    /// Writes all or nothing; durable once it returns.
    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Ends a run: its status and the next serial of its scopes, so that a plan made while it ran is stale.
    async fn finish(&self, run: &RunId, status: RunStatus, summary: &str) -> Result<(), StoreError>;

    /// Intents without outcome, oldest first.
    async fn open_intents(&self) -> Result<Vec<OpenIntent>, StoreError>;

    /// The findings of a scope, or all; open ones and repaired ones, in the order in which they were first seen.
    async fn findings(&self, scope: Option<&Scope>) -> Result<Vec<Finding>, StoreError>;

    /// The latest runs, newest first.
    async fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError>;

    /// The plan of a run.
    async fn plan_of(&self, run: &RunId) -> Result<Option<Plan>, StoreError>;

    /// Every mutating call of a run in the order of its intents, for replay and audit.
    async fn journal(&self, run: &RunId) -> Result<Vec<(Intent, Option<Outcome>)>, StoreError>;
}
