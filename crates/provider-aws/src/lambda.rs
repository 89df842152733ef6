//! Handlers of AWS Lambda types.

pub mod event_source_mapping;
pub mod function;
pub mod permission;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::lambda::EventSourceMapping>(),
    handler::<strata_aws::lambda::Function>(),
    handler::<strata_aws::lambda::Permission>(),
];
