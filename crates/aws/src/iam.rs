//! AWS Identity and Access Management resource types and policy documents.

pub mod policy_document;

pub use policy_document::{Effect, PolicyDocument, Principal, Statement};

use crate::registry::TypeEntry;

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[];
