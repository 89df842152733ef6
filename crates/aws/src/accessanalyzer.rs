//! IAM Access Analyzer resource types.

pub mod analyzer;

pub use analyzer::Analyzer;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Analyzer>()];
