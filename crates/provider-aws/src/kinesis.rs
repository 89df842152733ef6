//! Handlers of Amazon Kinesis Data Streams types.

pub mod stream;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::kinesis::Stream>()];
