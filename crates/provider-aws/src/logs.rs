//! Handlers of Amazon CloudWatch Logs types.

pub mod log_group;
pub mod metric_filter;
pub mod resource_policy;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::logs::LogGroup>(), handler::<strata_aws::logs::MetricFilter>(), handler::<strata_aws::logs::ResourcePolicy>()];
