//! Handlers of Amazon EC2 Auto Scaling types.

pub mod auto_scaling_group;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::autoscaling::AutoScalingGroup>()];
