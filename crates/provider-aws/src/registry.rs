//! The one list of handlers; a test requires one for every type of `strata-aws`.

use std::future::Future;
use std::pin::Pin;

use strata_graph::{Document, PhysicalId};
use strata_provider::{Observation, ProviderError, Request};

use crate::client::Cloud;
use crate::handler::{Handler, Target};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// A handler behind function pointers.
#[derive(Clone, Copy)]
pub struct HandlerEntry {
    /// The type's name.
    pub type_name: &'static str,
    /// See [`Handler::observe`].
    pub observe: for<'a> fn(&'a Cloud, &'a Request<'a>) -> Answer<'a, Option<Observation>>,
    /// See [`Handler::create`].
    pub create: for<'a> fn(&'a Cloud, &'a Request<'a>, &'a str) -> Answer<'a, PhysicalId>,
    /// See [`Handler::update`].
    pub update: for<'a> fn(&'a Cloud, &'a Request<'a>, &'a Document) -> Answer<'a, ()>,
    /// See [`Handler::delete`].
    pub delete: for<'a> fn(&'a Cloud, &'a Request<'a>) -> Answer<'a, ()>,
}

impl std::fmt::Debug for HandlerEntry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "HandlerEntry({})", self.type_name)
    }
}

fn read<R: Handler>(document: &Document) -> Result<R, ProviderError> {
    document.read().map_err(|error| ProviderError::internal("strata", format!("not a document of {}: {error}", R::CONTRACT.type_name)))
}

fn target<'a, R>(request: &'a Request<'a>, properties: &'a R, token: &'a str) -> Target<'a, R> {
    Target { address: request.address, platform: request.platform, id: request.id, properties, token }
}

/// The entry of a handler.
#[must_use]
pub const fn handler<R: Handler>() -> HandlerEntry {
    HandlerEntry {
        type_name: R::CONTRACT.type_name,
        observe: |cloud, request| {
            Box::pin(async move {
                let properties: R = read(request.properties)?;
                let Some(seen) = R::observe(cloud, &target(request, &properties, "")).await? else {
                    return Ok(None);
                };
                let properties = Document::of(&seen.properties)
                    .map_err(|error| ProviderError::internal("strata", format!("{} cannot be written: {error}", R::CONTRACT.type_name)))?;
                Ok(Some(Observation { id: seen.id, properties, outputs: seen.outputs, readiness: seen.readiness, proven: seen.proven }))
            })
        },
        create: |cloud, request, token| {
            Box::pin(async move {
                let properties: R = read(request.properties)?;
                R::create(cloud, &target(request, &properties, token)).await
            })
        },
        update: |cloud, request, observed| {
            Box::pin(async move {
                let properties: R = read(request.properties)?;
                let observed: R = read(observed)?;
                R::update(cloud, &target(request, &properties, ""), &observed).await
            })
        },
        delete: |cloud, request| {
            Box::pin(async move {
                let properties: R = read(request.properties)?;
                R::delete(cloud, &target(request, &properties, "")).await
            })
        },
    }
}

/// Every handler, each service's in its own module's list.
pub fn handlers() -> impl Iterator<Item = HandlerEntry> {
    LISTS.iter().flat_map(|list| list.iter()).copied()
}

const LISTS: &[&[HandlerEntry]] = &[
    crate::accessanalyzer::HANDLERS,
    crate::account::HANDLERS,
    crate::applicationautoscaling::HANDLERS,
    crate::autoscaling::HANDLERS,
    crate::backup::HANDLERS,
    crate::certificatemanager::HANDLERS,
    crate::cloudtrail::HANDLERS,
    crate::cloudwatch::HANDLERS,
    crate::config::HANDLERS,
    crate::dynamodb::HANDLERS,
    crate::ec2::HANDLERS,
    crate::ecr::HANDLERS,
    crate::ecs::HANDLERS,
    crate::efs::HANDLERS,
    crate::eks::HANDLERS,
    crate::elasticache::HANDLERS,
    crate::elasticloadbalancingv2::HANDLERS,
    crate::guardduty::HANDLERS,
    crate::iam::HANDLERS,
    crate::inspector::HANDLERS,
    crate::kinesis::HANDLERS,
    crate::kms::HANDLERS,
    crate::lambda::HANDLERS,
    crate::logs::HANDLERS,
    crate::macie::HANDLERS,
    crate::opensearch::HANDLERS,
    crate::rds::HANDLERS,
    crate::route53::HANDLERS,
    crate::s3::HANDLERS,
    crate::scheduler::HANDLERS,
    crate::secretsmanager::HANDLERS,
    crate::securityhub::HANDLERS,
    crate::servicediscovery::HANDLERS,
    crate::sns::HANDLERS,
    crate::sqs::HANDLERS,
    crate::wafv2::HANDLERS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_type_has_exactly_one_handler() {
        let types: Vec<&str> = strata_aws::entries().map(|entry| entry.contract.type_name).collect();
        let handled: Vec<&str> = handlers().map(|entry| entry.type_name).collect();
        assert_eq!(handled.iter().collect::<BTreeSet<_>>().len(), handled.len(), "a type is handled twice");
        assert_eq!(types.iter().collect::<BTreeSet<_>>(), handled.iter().collect::<BTreeSet<_>>());
    }
}
