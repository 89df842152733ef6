//! Handlers of Amazon CloudWatch types.

pub mod alarm;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::cloudwatch::Alarm>()];
