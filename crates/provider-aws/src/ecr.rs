//! Handlers of Amazon ECR types.

pub mod repository;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::ecr::Repository>()];
