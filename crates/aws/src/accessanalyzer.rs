//! IAM Access Analyzer resource types.

use crate::registry::TypeEntry;

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[];
