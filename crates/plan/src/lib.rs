//! The plan: an immutable value that says what a run will do and why. Pure: no I/O, no clock.
//!
//! Invariants: the same graph, state and observation give the same bytes and the same digest; every step of a plan is
//! written down with what it waits for, so the engine makes no choice; data that the user did not name is never
//! deleted, nor anything that such data stands on.

pub mod breaker;
pub mod build;
pub mod compare;
mod digest;
pub mod directions;
pub mod model;
pub mod observed;
pub mod removal;
pub mod repair;
pub mod state;
mod steps;

pub use breaker::{FailedTry, Failure, Tried, attempt};
pub use build::{Desired, PlanError, PlanInput, build};
pub use compare::{FieldChange, Side, compare};
pub use directions::{Directions, Ignored, Move, MoveProblem, follow, relocate};
pub use model::{Action, Change, Endpoint, Held, Kept, Notice, Operation, Plan, Purpose, Reason, Record, ScopePlan, Step, StepId, Waiting};
pub use observed::observed_graph;
pub use removal::{RemovalInput, remove};
pub use repair::{Drift, RepairInput, all_drift, drift, repair};
pub use state::{Deposed, Observations, Placement, ResourceState, ResourceStatus, ScopeState};
