//! AWS Account Management resource types.

pub mod alternate_contact;

pub use alternate_contact::AlternateContact;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<AlternateContact>()];
