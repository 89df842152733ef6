//! Handlers of AWS CloudTrail types.

pub mod trail;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::cloudtrail::Trail>()];
