//! Handlers of AWS Security Hub types.

pub mod hub;
pub mod standard;

use strata_provider::{ErrorKind, ProviderError};

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::securityhub::Hub>(), handler::<strata_aws::securityhub::Standard>()];

/// Every call in a region without a hub is answered with a code that says 'no access' and means 'not enabled'.
fn absent(mut error: ProviderError) -> ProviderError {
    if error.code.as_deref() == Some("InvalidAccessException") {
        error.kind = ErrorKind::NotFound;
    }
    error
}
