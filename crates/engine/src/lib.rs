//! Runs a plan, refreshes what is known, finds drift.
//!
//! Invariants: the engine makes no choices, every step stands in the plan; no call that changes anything is sent before its
//! intent is on disk; a resource is called ready only after it was seen ready; a failure stops its own branch and nothing
//! else; a run always ends, and says of every step what became of it.

mod adopt;
pub mod cancel;
mod delete;
pub mod event;
mod job;
pub mod limits;
mod perform;
mod recover;
mod refresh;
mod run;
pub mod strays;
mod verify;

pub use adopt::adopted;
pub use cancel::{Cancel, CancelLevel};
pub use event::Event;
pub use limits::Limits;
pub use refresh::{Moved, Refreshed, Unseen};
pub use run::{Ended, EngineError, RunReport};
pub use strays::{Stray, Strays};

use std::sync::Arc;
use std::time::Duration;

use strata_graph::Contracts;
use strata_plan::Placement;
use strata_provider::Provider;
use strata_store::Store;

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The first pause between two looks at a resource that is not ready; it doubles up to `longest_pause`.
    pub first_pause: Duration,
    /// The longest pause between two looks.
    pub longest_pause: Duration,
    /// How long a resource may take to become ready, or to be gone.
    pub ready: Duration,
    /// How long a deletion is tried again while something still uses the resource.
    pub in_use: Duration,
    /// How long after its call a creation may still show up that a dead run began: until then, not seen is not 'not made'. The call may
    /// have been under way when the process died, and what was made is seen late.
    pub late: Duration,
    /// How long after its creation a resource may stay unseen: before that, nothing seen after a lost answer is not 'not made'.
    pub shows: Duration,
    /// How long a whole run may take: past it nothing more is started, and what is in flight ends.
    pub run: Duration,
    /// How often a call that failed in passing is tried again, on top of the provider's own tries.
    pub tries: u32,
}

impl Patience {
    /// For the real cloud: databases and clusters take up to an hour.
    pub const CLOUD: Self = Self {
        first_pause: Duration::from_millis(500),
        longest_pause: Duration::from_secs(15),
        ready: Duration::from_secs(60 * 60),
        in_use: Duration::from_secs(15 * 60),
        // Amazon EC2 user guide, 'Eventual consistency in the Amazon EC2 API': up to a few minutes in the worst case, seconds as a rule.
        late: Duration::from_secs(120),
        shows: Duration::from_secs(120),
        // A database above a cluster above an account takes about two; more is a run that a person looks at.
        run: Duration::from_secs(6 * 60 * 60),
        tries: 3,
    };
    /// For an emulator: everything is there at once, and what is not never will be.
    pub const EMULATOR: Self = Self {
        first_pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(500),
        ready: Duration::from_secs(20),
        in_use: Duration::from_secs(5),
        late: Duration::from_secs(15),
        shows: Duration::ZERO,
        run: Duration::from_secs(60 * 60),
        tries: 3,
    };
}

/// Runs plans against a provider and a store.
#[derive(Clone)]
pub struct Engine {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) contracts: Arc<Contracts>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) patience: Patience,
}

impl Engine {
    /// An engine.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, store: Arc<dyn Store>, contracts: Contracts, limits: Limits, patience: Patience) -> Self {
        Self { provider, store, contracts: Arc::new(contracts), limits: Arc::new(limits), patience }
    }

    /// The same engine with another deadline for a whole run.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.patience.run = deadline;
        self
    }
}

/// The provider's form of a placement.
pub(crate) fn provider_placement(placement: &Placement) -> strata_provider::Placement {
    strata_provider::Placement {
        account: placement.account.clone(),
        account_id: placement.account_id.clone(),
        role: placement.role.clone(),
        region: placement.region.clone(),
    }
}
