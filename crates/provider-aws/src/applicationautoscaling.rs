//! Handlers of Application Auto Scaling types.

pub mod scalable_target;
pub mod scaling_policy;

use strata_provider::{ErrorKind, ProviderError};

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::applicationautoscaling::ScalableTarget>(), handler::<strata_aws::applicationautoscaling::ScalingPolicy>()];

/// AWS says 'not there' by a code of its own, moto by the general one and its message.
fn absent(mut error: ProviderError) -> ProviderError {
    if error.code.as_deref() == Some("ValidationException") && error.message.starts_with("No scal") && error.message.contains(" found for ")
    {
        error.kind = ErrorKind::NotFound;
    }
    error
}
