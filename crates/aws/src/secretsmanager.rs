//! AWS Secrets Manager resource types.

pub mod secret;

pub use secret::Secret;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Secret>()];
