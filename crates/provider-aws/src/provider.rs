//! The provider: finds the placement's clients and the type's handler.
//!
//! Invariant: an answer 'this operation does not exist' is 'not supported by this emulator' only where the settings say that an
//! emulator is spoken to; the real cloud's is a failure. An emulator that breaks down answers as one that lacks the operation does, so
//! such an answer is believed only when it came again and again.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use strata_graph::{Document, PhysicalId};
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG, Tagged};
use strata_provider::{Account, ErrorKind, Observation, Placement, Provider, ProviderError, Request};
use tokio::sync::{Mutex, OnceCell};

use crate::client::{Cloud, Settings};
use crate::error::failed;
use crate::registry::{HandlerEntry, handlers};
use crate::retry::read_again;

/// AWS, over all accounts and regions of a platform.
#[derive(Debug)]
pub struct AwsProvider {
    settings: Settings,
    handlers: BTreeMap<&'static str, HandlerEntry>,
    clouds: Mutex<BTreeMap<Placement, Arc<OnceCell<Arc<Cloud>>>>>,
    /// How often each operation was answered by a web page with status 500, for each address.
    broken_answers: std::sync::Mutex<BTreeMap<(String, String), u32>>,
}

/// So often the same web page with status 500 means that an emulator lacks the operation. Before that it may have broken down in passing:
/// moto's threads share their dictionaries without a lock, and what reads one while another writes it ends in such a page.
const BELIEVED: u32 = 3;

impl AwsProvider {
    /// A provider that has spoken to nobody yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            handlers: handlers().map(|entry| (entry.type_name, entry)).collect(),
            clouds: Mutex::default(),
            broken_answers: std::sync::Mutex::default(),
        }
    }

    /// The clients of a placement, connected on first use; concurrent first uses connect once.
    ///
    /// # Errors
    /// See [`Cloud::connect`].
    pub async fn cloud(&self, placement: &Placement) -> Result<Arc<Cloud>, ProviderError> {
        let cell = Arc::clone(self.clouds.lock().await.entry(placement.clone()).or_default());
        cell.get_or_try_init(|| async { Cloud::connect(&self.settings, placement).await.map(Arc::new) }).await.cloned()
    }

    fn handler(&self, request: &Request<'_>) -> Result<HandlerEntry, ProviderError> {
        self.handlers
            .get(request.type_name.0.as_str())
            .copied()
            .ok_or_else(|| ProviderError::internal("strata", format!("no handler for the type {}", request.type_name)))
    }

    /// What an answer means that may say 'no such operation'; `about` is what was asked about.
    fn judge<T>(&self, about: &str, result: Result<T, ProviderError>) -> Result<T, ProviderError> {
        result.map_err(|mut error| {
            let broken = error.code.as_deref() == Some("http-500");
            if error.kind != ErrorKind::Unsupported {
                return error;
            }
            if !self.settings.emulator {
                error.kind = if broken { ErrorKind::Transient } else { ErrorKind::Invalid };
            } else if broken && !self.is_believed(&error.operation, about) {
                error.kind = ErrorKind::Transient;
            }
            error
        })
    }

    /// Whether this answer, a web page with status 500, came so often that the emulator lacks the operation.
    fn is_believed(&self, operation: &str, about: &str) -> bool {
        let mut answers = self.broken_answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = answers.entry((operation.to_owned(), about.to_owned())).or_default();
        *count = count.saturating_add(1);
        *count >= BELIEVED
    }
}

/// What a throttled call of a creation says: nothing was carried out only where it is the call that makes the thing.
fn in_creation(mut error: ProviderError) -> ProviderError {
    let verb = error.operation.rsplit(':').next().unwrap_or_default();
    let makes = ["Create", "Register", "Request", "Allocate", "Run"].iter().any(|makes| verb.starts_with(makes)) && verb != "CreateTags";
    if error.kind == ErrorKind::Throttled && !makes {
        error.kind = ErrorKind::Transient;
    }
    error
}

#[async_trait]
impl Provider for AwsProvider {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        Ok(self.cloud(placement).await?.account.clone())
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        let cloud = self.cloud(request.placement).await?;
        let handler = self.handler(request)?;
        let about = request.address.to_string();
        read_again(self.settings.emulator, || async { self.judge(&about, (handler.observe)(&cloud, request).await) }).await
    }

    /// By the Resource Groups Tagging API, which lists most services' resources of one region, but not IAM's.
    async fn tagged(&self, placement: &Placement, platform: &str) -> Result<Vec<Tagged>, ProviderError> {
        let cloud = self.cloud(placement).await?;
        let seen = read_again(self.settings.emulator, || async {
            let filter = TagFilter::builder().key(PLATFORM_TAG).values(platform).build();
            let pages = cloud.tagging().get_resources().tag_filters(filter).into_paginator().items().send();
            let all = pages.collect::<Result<Vec<_>, _>>().await;
            self.judge("tags", all.map_err(|error| failed("tag:GetResources", error)))
        });
        let owned = |thing: ResourceTagMapping| {
            let address = thing.tags().iter().find(|tag| tag.key() == ADDRESS_TAG)?.value().to_owned();
            Some(Tagged { arn: thing.resource_arn?, address })
        };
        Ok(seen.await?.into_iter().filter_map(owned).collect())
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        let cloud = self.cloud(request.placement).await?;
        self.judge(&request.address.to_string(), (self.handler(request)?.create)(&cloud, request, token).await).map_err(in_creation)
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        let cloud = self.cloud(request.placement).await?;
        self.judge(&request.address.to_string(), (self.handler(request)?.update)(&cloud, request, observed).await)
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        let cloud = self.cloud(request.placement).await?;
        self.judge(&request.address.to_string(), (self.handler(request)?.delete)(&cloud, request).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Artifacts, Credentials};

    #[test]
    fn an_emulator_that_breaks_down_in_passing_does_not_lack_the_operation() {
        let page = || {
            let error = ProviderError::new(ErrorKind::Unsupported, "ec2:DescribeSecurityGroupRules", "a web page");
            Err::<(), _>(ProviderError { code: Some("http-500".to_owned()), ..error })
        };
        let kinds = |emulator: bool, abouts: [&str; 4]| {
            let (credentials, artifacts) = (Credentials::Emulator, Artifacts::default());
            let provider = AwsProvider::new(Settings { endpoint_url: None, emulator, credentials, artifacts });
            abouts.map(|about| provider.judge(about, page()).map_err(|error| error.kind))
        };
        let (passing, lacking) = (Err(ErrorKind::Transient), Err(ErrorKind::Unsupported));
        assert_eq!(kinds(true, ["a", "a", "a", "a"]), [passing, passing, lacking, lacking]);
        assert_eq!(kinds(true, ["a", "b", "c", "a"]), [passing; 4], "pages about others count for themselves");
        assert_eq!(kinds(false, ["a", "a", "a", "a"]), [passing; 4], "AWS itself lacks nothing");
    }

    #[test]
    fn a_throttle_after_the_first_call_leaves_open_what_was_made() {
        let kind = |operation: &str| in_creation(ProviderError::new(ErrorKind::Throttled, operation, "slow down")).kind;
        assert_eq!(kind("ec2:CreateVpc"), ErrorKind::Throttled);
        assert_eq!(kind("ec2:ModifyVpcAttribute"), ErrorKind::Transient);
        assert_eq!(kind("ec2:CreateTags"), ErrorKind::Transient);
        assert_eq!(kind("s3:PutBucketPolicy"), ErrorKind::Transient);
    }
}
