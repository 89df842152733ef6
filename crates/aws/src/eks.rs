//! Amazon EKS resource types.

use crate::registry::TypeEntry;

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[];
