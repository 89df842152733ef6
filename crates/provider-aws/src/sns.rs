//! Handlers of Amazon Simple Notification Service types.

pub mod subscription;
pub mod topic;
pub mod topic_policy;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::sns::Subscription>(), handler::<strata_aws::sns::Topic>(), handler::<strata_aws::sns::TopicPolicy>()];
