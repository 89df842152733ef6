//! Amazon CloudWatch Logs resource types.

pub mod log_group;
pub mod metric_filter;
pub mod resource_policy;

pub use log_group::LogGroup;
pub use metric_filter::{MetricFilter, MetricTransformation};
pub use resource_policy::ResourcePolicy;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<LogGroup>(), entry_of::<MetricFilter>(), entry_of::<ResourcePolicy>()];
