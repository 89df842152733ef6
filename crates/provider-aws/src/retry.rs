//! The one place where a read is tried again.
//!
//! Invariant: nothing that changes the cloud is ever repeated here or by the SDK, whose own retries are off: an answer that was lost may
//! belong to a call that was carried out, and only the engine, which has the intent on record, may look and decide (ADR 0014).

use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use strata_provider::ProviderError;

/// Waiting between tries: doubling with jitter, as the AWS Builders' Library has it ('Timeouts, retries, and backoff with jitter').
fn pauses(emulator: bool) -> impl BackoffBuilder {
    // An emulator fails in passing only under a test's fault: waiting long for it helps nobody.
    let (first, longest) = if emulator { (20, 1_000) } else { (250, 20_000) };
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(first))
        .with_max_delay(Duration::from_millis(longest))
        .with_max_times(7)
        .with_jitter()
}

/// Tries a read again while it is throttled or fails in passing.
///
/// # Errors
/// The last try's.
pub async fn read_again<T, F>(emulator: bool, read: impl FnMut() -> F) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    read.retry(pauses(emulator)).sleep(tokio::time::sleep).when(|error: &ProviderError| error.kind.is_retryable()).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicU32, Ordering};

    use strata_provider::ErrorKind;

    use super::*;

    async fn tries(kind: ErrorKind, failures: u32) -> (Result<(), ErrorKind>, u32) {
        let count = AtomicU32::new(0);
        let result = read_again(true, || async {
            match count.fetch_add(1, Ordering::SeqCst) < failures {
                true => Err(ProviderError::new(kind, "ec2:DescribeVpcs", "a fault")),
                false => Ok(()),
            }
        });
        (result.await.map_err(|error| error.kind), count.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn only_what_passes_is_tried_again_and_not_for_ever() {
        assert_eq!(tries(ErrorKind::Throttled, 3).await, (Ok(()), 4));
        assert_eq!(tries(ErrorKind::Transient, 7).await, (Ok(()), 8));
        assert_eq!(tries(ErrorKind::Transient, 99).await, (Err(ErrorKind::Transient), 8));
        assert_eq!(tries(ErrorKind::Denied, 1).await, (Err(ErrorKind::Denied), 1));
    }
}
