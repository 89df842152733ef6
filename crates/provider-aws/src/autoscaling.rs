//! Handlers of Amazon EC2 Auto Scaling types.

use crate::registry::HandlerEntry;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[];
