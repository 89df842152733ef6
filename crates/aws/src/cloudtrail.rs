//! AWS CloudTrail resource types.

pub mod trail;

pub use trail::{DataResource, EventSelector, InsightSelector, Trail};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Trail>()];
