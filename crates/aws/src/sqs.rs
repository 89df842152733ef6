//! Amazon Simple Queue Service resource types.

pub mod queue;
pub mod queue_policy;

pub use queue::{Queue, RedrivePolicy};
pub use queue_policy::QueuePolicy;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Queue>(), entry_of::<QueuePolicy>()];
