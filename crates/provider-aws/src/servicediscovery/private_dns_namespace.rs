//! `AWS::ServiceDiscovery::PrivateDnsNamespace` by the Cloud Map API.
//!
//! Creating is an operation of some seconds whose end names the namespace: `create` waits for it, since without that there is
//! nothing to record; a crash in between is repaired by finding the namespace by its name.

use async_trait::async_trait;
use aws_sdk_servicediscovery::types::{
    FilterCondition, NamespaceFilter, NamespaceFilterName, NamespaceType, OperationTargetType, PrivateDnsNamespaceChange,
};
use strata_aws::servicediscovery::PrivateDnsNamespace;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{finished, read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};

/// Namespaces of one name are refused in one network only: of those that stand, ours is the one with our tags.
async fn find(cloud: &Cloud, target: &Target<'_, PrivateDnsNamespace>) -> Result<Option<String>, ProviderError> {
    let wrong =
        |error: aws_sdk_servicediscovery::error::BuildError| ProviderError::internal("servicediscovery:ListNamespaces", error.to_string());
    let filter = NamespaceFilter::builder()
        .name(NamespaceFilterName::Type)
        .values(NamespaceType::DnsPrivate.as_str())
        .condition(FilterCondition::Eq)
        .build()
        .map_err(wrong)?;
    let pages = cloud.servicediscovery().list_namespaces().filters(filter).into_paginator().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("servicediscovery:ListNamespaces", error))?;
    let named = all.iter().flat_map(|page| page.namespaces()).filter(|namespace| namespace.name() == Some(&target.properties.name));
    for namespace in named {
        let (Some(id), Some(arn)) = (namespace.id(), namespace.arn()) else { continue };
        if tags::owns(&read_tags(cloud, arn).await?, target) {
            return Ok(Some(id.to_owned()));
        }
    }
    Ok(None)
}

#[async_trait]
impl Handler for PrivateDnsNamespace {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.servicediscovery().get_namespace().id(&id).send().await;
        let answer = found(answer.map_err(|error| failed("servicediscovery:GetNamespace", error)))?;
        let Some(namespace) = answer.as_ref().and_then(|answer| answer.namespace()) else { return Ok(None) };
        let arn = namespace.arn().ok_or_else(|| missing("servicediscovery:GetNamespace", "Arn"))?;
        let zone = namespace.properties().and_then(|properties| properties.dns_properties()).and_then(|dns| dns.hosted_zone_id());
        let properties = Self {
            name: namespace.name().unwrap_or_default().to_owned(),
            vpc: target.properties.vpc.clone(),
            description: namespace.description().unwrap_or_default().to_owned(),
            tags: read_tags(cloud, arn).await?,
        };
        let observed = Observed::ready(&id, properties).output("Id", &id).output("Arn", arn);
        Ok(Some(match zone {
            Some(zone) => observed.output("HostedZoneId", zone),
            None => observed,
        }))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .servicediscovery()
            .create_private_dns_namespace()
            .name(&desired.name)
            .vpc(known(&desired.vpc)?)
            .description(&desired.description)
            .creator_request_id(target.token)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        let answer = call.send().await.map_err(|error| failed("servicediscovery:CreatePrivateDnsNamespace", error))?;
        let lacks = |field| missing("servicediscovery:CreatePrivateDnsNamespace", field);
        let operation = answer.operation_id().ok_or_else(|| lacks("OperationId"))?;
        let targets = finished(cloud, operation).await?;
        targets.get(&OperationTargetType::Namespace).map(|id| PhysicalId(id.clone())).ok_or_else(|| lacks("Targets"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.description != desired.description {
            let change = PrivateDnsNamespaceChange::builder().description(&desired.description).build();
            let answer = cloud.servicediscovery().update_private_dns_namespace().id(id).namespace(change).send().await;
            let answer = answer.map_err(|error| failed("servicediscovery:UpdatePrivateDnsNamespace", error))?;
            if let Some(operation) = answer.operation_id() {
                finished(cloud, operation).await?;
            }
        }
        let arn = cloud.arn("servicediscovery", &format!("namespace/{id}"));
        retag(cloud, &arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.servicediscovery().delete_namespace().id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("servicediscovery:DeleteNamespace", error)))
    }
}
