//! What a run tells while it runs.

use strata_graph::Address;
use strata_plan::StepId;
use strata_store::IntentOperation;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A call is about to be sent.
    Started {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// What is done.
        operation: IntentOperation,
    },
    /// The call was carried out and the resource is not ready yet.
    Waiting {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// The cloud's own word.
        detail: String,
    },
    /// The step is done and was seen done.
    Done {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// What was done.
        operation: IntentOperation,
    },
    /// The emulator lacks it.
    Unsupported {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// What is lacking.
        detail: String,
    },
    /// The step failed.
    Failed {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// Why.
        error: String,
    },
    /// The step was not started, since one before it failed.
    Blocked {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// By which resource.
        by: Address,
    },
    /// The step is left alone, since it keeps failing.
    Held {
        /// Which step.
        step: StepId,
        /// Which resource.
        address: Address,
        /// Since when and why.
        detail: String,
    },
    /// A call of an earlier run, of which only the intent was known, was looked up.
    Recovered {
        /// Which resource.
        address: Address,
        /// What was found.
        detail: String,
    },
}
