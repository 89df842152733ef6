//! Handlers of AWS Account Management types.

pub mod alternate_contact;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::account::AlternateContact>()];
