//! The SDK's errors in the provider's terms. AWS's error codes are data in one table, `codes`.
//!
//! Invariant: the message never holds a request's body, so no secret can pass through an error.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use strata_provider::{ErrorKind, ProviderError};

use crate::codes;

/// What an error code means.
#[must_use]
pub fn classify(code: &str) -> ErrorKind {
    codes::find(code).map_or(ErrorKind::Invalid, |row| row.kind)
}

/// An SDK error as a provider's; `operation` is written `service:Operation`.
pub fn failed<E>(operation: &str, error: SdkError<E, HttpResponse>) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let (code, message) = match &error {
        SdkError::ServiceError(service) => (service.err().code().map(ToOwned::to_owned), service.err().message().map(ToOwned::to_owned)),
        _ => (None, None),
    };
    // An emulator answers what it lacks with a web page or a bare line, and never with an error code of AWS's.
    let bare = error.raw_response().and_then(|response| response.body().bytes()).is_some_and(|body| {
        let start = String::from_utf8_lossy(&body[..body.len().min(32)]).trim_start().to_ascii_lowercase();
        start.starts_with("<!doctype html") || start.starts_with("<html") || start == "not found"
    });
    if let (true, Some(status @ (404 | 500))) = (bare && code.is_none(), status) {
        let message = format!("the answer was a web page with status {status}, not one of the service's");
        return ProviderError {
            kind: ErrorKind::Unsupported,
            operation: operation.to_owned(),
            code: Some(format!("http-{status}")),
            message,
            to_do: None,
        };
    }
    let kind = match (&error, code.as_deref(), status) {
        (SdkError::ServiceError(_), _, Some(501)) => ErrorKind::Unsupported,
        (SdkError::ServiceError(_), Some(code), _)
            if code == "UnknownOperation" || code.contains("NotImplemented") || code.contains("NotYetImplemented") =>
        {
            ErrorKind::Unsupported
        }
        (SdkError::ServiceError(_), Some(code), _) => classify(code),
        (SdkError::ServiceError(_) | SdkError::ResponseError(_), None, Some(404)) => ErrorKind::NotFound,
        (SdkError::ServiceError(_), None, Some(403)) => ErrorKind::Denied,
        (SdkError::ServiceError(_), None, Some(400..=499)) => ErrorKind::Invalid,
        (SdkError::ConstructionFailure(_), _, _) => ErrorKind::Internal,
        (SdkError::DispatchFailure(failure), _, _) if failure.is_user() || failure.is_other() => ErrorKind::Credentials,
        _ => ErrorKind::Transient,
    };
    let message = message.unwrap_or_else(|| {
        let mut text = String::new();
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(current) = source {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&current.to_string());
            source = current.source();
        }
        text
    });
    let to_do = code.as_deref().and_then(codes::find).filter(|row| row.kind == kind).and_then(|row| row.to_do).map(ToOwned::to_owned);
    ProviderError { kind, operation: operation.to_owned(), code, message, to_do }
}

/// Turns 'not found' into `None`.
///
/// # Errors
/// Every other error.
pub fn found<T>(result: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Turns 'not found' into success, for deletions.
///
/// # Errors
/// Every other error.
pub fn gone<T>(result: Result<T, ProviderError>) -> Result<(), ProviderError> {
    found(result).map(|_| ())
}

/// A field that the API's reference promises and the answer lacks.
#[must_use]
pub fn missing(operation: &str, field: &str) -> ProviderError {
    ProviderError::internal(operation, format!("the answer lacks '{field}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_classified() {
        for (code, kind) in [
            ("ThrottlingException", ErrorKind::Throttled),
            ("VpcLimitExceeded", ErrorKind::Quota),
            ("RequestLimitExceeded", ErrorKind::Throttled),
            ("InvalidVpcID.NotFound", ErrorKind::NotFound),
            ("NoSuchBucket", ErrorKind::NotFound),
            ("LastDeliveryChannelDeleteFailed", ErrorKind::Dependency),
            ("DependencyViolation", ErrorKind::Dependency),
            ("BucketAlreadyOwnedByYou", ErrorKind::Conflict),
            ("InvalidParameterValue", ErrorKind::Invalid),
            ("ExpiredTokenException", ErrorKind::Credentials),
            ("InvalidGroup.InUse", ErrorKind::Dependency),
            ("InvalidPermission.Duplicate", ErrorKind::Conflict),
            ("ServiceQuotaExceededException", ErrorKind::Quota),
            ("ProvisionedThroughputExceededException", ErrorKind::Throttled),
            ("DependencyTimeoutException", ErrorKind::Transient),
            ("ResourceNotFoundException", ErrorKind::NotFound),
            ("InsufficientInstanceCapacity", ErrorKind::Quota),
            ("NodeQuotaForCustomerExceeded", ErrorKind::Quota),
        ] {
            assert_eq!(classify(code), kind, "{code}");
        }
    }
}
