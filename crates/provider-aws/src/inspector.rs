//! Handlers of Amazon Inspector types.

pub mod enabler;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::inspector::Enabler>()];
