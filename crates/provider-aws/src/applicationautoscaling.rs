//! Handlers of Application Auto Scaling types.

pub mod scalable_target;
pub mod scaling_policy;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::applicationautoscaling::ScalableTarget>(), handler::<strata_aws::applicationautoscaling::ScalingPolicy>()];
