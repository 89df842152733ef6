//! Handlers of Amazon S3 types.

use crate::registry::HandlerEntry;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[];
