//! Handlers of Amazon Simple Queue Service types.

pub mod queue;
pub mod queue_policy;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::sqs::Queue>(), handler::<strata_aws::sqs::QueuePolicy>()];
