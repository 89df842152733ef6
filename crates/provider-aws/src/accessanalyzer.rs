//! Handlers of IAM Access Analyzer types.

pub mod analyzer;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::accessanalyzer::Analyzer>()];
