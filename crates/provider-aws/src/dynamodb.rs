//! Handlers of Amazon DynamoDB types.

pub mod table;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::dynamodb::Table>()];
