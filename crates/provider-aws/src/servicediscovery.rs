//! Handlers of AWS Cloud Map types.

use crate::registry::HandlerEntry;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[];
