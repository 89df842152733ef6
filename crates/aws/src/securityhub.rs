//! AWS Security Hub resource types.

pub mod hub;
pub mod standard;

pub use hub::Hub;
pub use standard::Standard;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Hub>(), entry_of::<Standard>()];
