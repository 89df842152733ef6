//! Handlers of Amazon Macie types.

pub mod automated_discovery;
pub mod session;

use strata_provider::{ErrorKind, ProviderError};

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::macie::Session>(), handler::<strata_aws::macie::AutomatedDiscovery>()];

/// Macie that is off answers every question with a refusal whose message says so, not with 'not found'.
fn off(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Denied && error.message.contains("Macie is not enabled") {
        error.kind = ErrorKind::NotFound;
    }
    error
}
