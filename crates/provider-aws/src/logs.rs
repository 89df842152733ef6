//! Handlers of Amazon CloudWatch Logs types.

pub mod log_group;
pub mod metric_filter;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::logs::LogGroup>(), handler::<strata_aws::logs::MetricFilter>()];
