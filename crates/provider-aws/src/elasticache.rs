//! Handlers of Amazon ElastiCache types.

use crate::registry::HandlerEntry;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[];
