//! How much at once, and per second: per account, region and service, as AWS counts.
//!
//! AWS throttles per account, region and service with token buckets (EC2: *Request throttling for the Amazon EC2 API*); staying
//! below them is faster than being throttled. The numbers are data.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::sync::Arc;
use strata_provider::Placement;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Mutating calls a second and calls at once, by service; others get [`DEFAULT`].
const BY_SERVICE: &[(&str, u32, usize)] = &[
    ("ec2", 10, 10),
    ("iam", 10, 6),
    ("kms", 10, 6),
    ("route53", 4, 2),
    ("lambda", 10, 6),
    ("ecs", 10, 8),
    ("elasticloadbalancing", 8, 6),
    ("logs", 8, 6),
    ("wafv2", 3, 2),
    ("servicediscovery", 4, 4),
];
const DEFAULT: (u32, usize) = (8, 6);

struct Service {
    slots: Arc<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
}

/// The limits of one run over all services.
pub struct Limits {
    paced: bool,
    at_once: usize,
    services: Mutex<BTreeMap<(String, String, String), Arc<Service>>>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Limits").field("paced", &self.paced).field("at_once", &self.at_once).finish_non_exhaustive()
    }
}

impl Limits {
    /// For the real cloud: paced per service; at most `at_once` steps over all.
    #[must_use]
    pub fn cloud(at_once: usize) -> Self {
        Self { paced: true, at_once, services: Mutex::default() }
    }

    /// For an emulator: not paced.
    #[must_use]
    pub fn emulator(at_once: usize) -> Self {
        Self { paced: false, at_once, services: Mutex::default() }
    }

    /// How many steps may be at work at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// Waits for a slot and a token of the service in an account and region. The slot is free again when the permit is dropped.
    pub(crate) async fn admit(&self, placement: &Placement, service: &str) -> Option<OwnedSemaphorePermit> {
        let key = (placement.account_id.clone(), placement.region.clone(), service.to_owned());
        let entry = {
            let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(services.entry(key).or_insert_with(|| {
                let (rate, slots) =
                    BY_SERVICE.iter().find(|(name, _, _)| *name == service).map_or(DEFAULT, |(_, rate, slots)| (*rate, *slots));
                Arc::new(Service {
                    slots: Arc::new(Semaphore::new(if self.paced { slots } else { self.at_once })),
                    rate: NonZeroU32::new(rate).filter(|_| self.paced).map(|rate| RateLimiter::direct(Quota::per_second(rate))),
                })
            }))
        };
        // The semaphore is never closed, so this is always a permit.
        let permit = Arc::clone(&entry.slots).acquire_owned().await.ok();
        if let Some(rate) = &entry.rate {
            rate.until_ready().await;
        }
        permit
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_account_does_not_wait_for_another() {
        let limits = Limits::cloud(99);
        let placement = |account: &str| Placement {
            account: account.to_owned(),
            account_id: account.to_owned(),
            role: None,
            region: "us-east-1".to_owned(),
        };
        let (one, two) = (placement("111111111111"), placement("222222222222"));
        // Two calls at once are the limit of Route 53.
        let _held = (limits.admit(&one, "route53").await, limits.admit(&one, "route53").await);
        let waits = tokio::time::timeout(Duration::from_millis(50), limits.admit(&one, "route53")).await;
        assert!(waits.is_err(), "the third of one account waits");
        assert!(limits.admit(&two, "route53").await.is_some(), "another account's does not");
    }
}
