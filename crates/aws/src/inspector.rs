//! Amazon Inspector resource types.

pub mod enabler;

pub use enabler::Enabler;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Enabler>()];
