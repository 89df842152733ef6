//! Handlers of AWS Secrets Manager types.

use crate::registry::HandlerEntry;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[];
