//! AWS Lambda resource types.

pub mod event_source_mapping;
pub mod function;
pub mod permission;

pub use event_source_mapping::{DestinationConfig, EventSourceMapping, OnFailure, ScalingConfig};
pub use function::{Code, DeadLetterConfig, Environment, Function, LoggingConfig, TracingConfig, VpcConfig};
pub use permission::Permission;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Function>(), entry_of::<Permission>(), entry_of::<EventSourceMapping>()];
