//! How much at once: per service, and per second.
//!
//! AWS throttles per account, region and service with token buckets (EC2: *Request throttling for the Amazon EC2 API*); staying
//! below them is faster than being throttled. The numbers are data.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::sync::Arc;
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
    services: Mutex<BTreeMap<String, Arc<Service>>>,
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

    /// Waits for a slot and a token of the service. The slot is free again when the permit is dropped.
    pub(crate) async fn admit(&self, service: &str) -> Option<OwnedSemaphorePermit> {
        let entry = {
            let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(services.entry(service.to_owned()).or_insert_with(|| {
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
