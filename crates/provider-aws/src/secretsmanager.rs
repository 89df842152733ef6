//! Handlers of AWS Secrets Manager types, and the one door for values.

pub mod secret;
pub mod value;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::secretsmanager::Secret>()];
