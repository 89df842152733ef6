//! Handlers of Amazon EventBridge Scheduler types.

pub mod schedule;
pub mod schedule_group;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::scheduler::ScheduleGroup>(), handler::<strata_aws::scheduler::Schedule>()];
