//! The provider contract: how the engine reaches a cloud, and the fake cloud that the engine is tested on.
//!
//! Invariants every provider keeps: `observe` never changes anything; `create` is called only after the caller has
//! journaled an intent, and what it made can be found again by `observe` without an id (deterministic name, ownership tags or
//! client token); `delete` of what is gone succeeds. A provider never claims what it has not seen.

pub mod error;
pub mod fake;
pub mod provider;

pub use error::{ErrorKind, ProviderError};
pub use fake::FakeCloud;
pub use provider::{Account, Observation, Placement, Provider, Readiness, Request, Sought, Tagged};
