//! Amazon DynamoDB resource types.

pub mod table;

pub use table::{
    AttributeDefinition, KeySchemaElement, PointInTimeRecoverySpecification, ResourcePolicy, SseSpecification, StreamSpecification, Table,
    TimeToLiveSpecification,
};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Table>()];
