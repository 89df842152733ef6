//! Handlers of Amazon GuardDuty types.

pub mod detector;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::guardduty::Detector>()];
