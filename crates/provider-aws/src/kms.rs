//! Handlers of AWS Key Management Service types.

pub mod alias;
pub mod key;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::kms::Key>(), handler::<strata_aws::kms::Alias>()];
