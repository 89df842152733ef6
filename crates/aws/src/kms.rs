//! AWS Key Management Service resource types.

pub mod alias;
pub mod key;

pub use alias::Alias;
pub use key::Key;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Key>(), entry_of::<Alias>()];
