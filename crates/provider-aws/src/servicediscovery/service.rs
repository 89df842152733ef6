//! `AWS::ServiceDiscovery::Service` by the Cloud Map API. Its name is unique in its namespace.

use async_trait::async_trait;
use aws_sdk_servicediscovery::types::{
    DnsConfig as SdkDnsConfig, DnsConfigChange, DnsRecord as SdkDnsRecord, FilterCondition, HealthCheckCustomConfig as SdkHealthCheck,
    RecordType, RoutingPolicy, ServiceChange, ServiceFilter, ServiceFilterName,
};
use strata_aws::servicediscovery::{DnsConfig, DnsRecord, HealthCheckCustomConfig, Service};
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};

fn wrong(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::internal("servicediscovery:Service", error.to_string())
}

async fn find(cloud: &Cloud, namespace: &str, name: &str) -> Result<Option<String>, ProviderError> {
    let filter = ServiceFilter::builder().name(ServiceFilterName::NamespaceId).values(namespace).condition(FilterCondition::Eq);
    let call = cloud.servicediscovery().list_services().filters(filter.build().map_err(wrong)?);
    let all = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    let all = found(all.map_err(|error| failed("servicediscovery:ListServices", error)))?.unwrap_or_default();
    let mut services = all.iter().flat_map(|page| page.services());
    Ok(services.find(|service| service.name() == Some(name)).and_then(|service| service.id()).map(ToOwned::to_owned))
}

fn records(desired: &DnsConfig) -> Result<Vec<SdkDnsRecord>, ProviderError> {
    let record = |record: &DnsRecord| {
        SdkDnsRecord::builder().r#type(RecordType::from(record.record_type.as_str())).ttl(record.ttl).build().map_err(wrong)
    };
    desired.dns_records.iter().map(record).collect()
}

#[async_trait]
impl Handler for Service {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let id = match (target.id, wanted.namespace_id.as_literal()) {
            (Some(id), _) => Some(id.0.clone()),
            (None, Some(namespace)) => find(cloud, namespace, &wanted.name).await?,
            (None, None) => None,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.servicediscovery().get_service().id(&id).send().await;
        let answer = found(answer.map_err(|error| failed("servicediscovery:GetService", error)))?;
        let Some(service) = answer.as_ref().and_then(|answer| answer.service()) else { return Ok(None) };
        let arn = service.arn().ok_or_else(|| missing("servicediscovery:GetService", "Arn"))?;
        let dns = service.dns_config();
        let properties = Self {
            name: service.name().unwrap_or_default().to_owned(),
            namespace_id: service.namespace_id().map_or_else(|| wanted.namespace_id.clone(), Text::from),
            description: service.description().filter(|text| !text.is_empty()).map(ToOwned::to_owned),
            dns_config: DnsConfig {
                dns_records: dns
                    .map(|dns| dns.dns_records())
                    .unwrap_or_default()
                    .iter()
                    .map(|record| DnsRecord { ttl: record.ttl(), record_type: record.r#type().as_str().to_owned() })
                    .collect(),
                routing_policy: dns.and_then(|dns| dns.routing_policy()).map_or_else(String::new, |policy| policy.as_str().to_owned()),
            },
            health_check_custom_config: service.health_check_custom_config().map(|_| HealthCheckCustomConfig {
                // AWS takes every number as 1 and may leave it out of its answer.
                failure_threshold: 1,
            }),
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(&id, properties).output("Id", &id).output("Arn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let dns = SdkDnsConfig::builder()
            .routing_policy(RoutingPolicy::from(desired.dns_config.routing_policy.as_str()))
            .set_dns_records(Some(records(&desired.dns_config)?))
            .build()
            .map_err(wrong)?;
        let health = desired.health_check_custom_config.as_ref().map(|_| SdkHealthCheck::builder().build());
        let call = cloud
            .servicediscovery()
            .create_service()
            .name(&desired.name)
            .namespace_id(known(&desired.namespace_id)?)
            .set_description(desired.description.clone())
            .dns_config(dns)
            .set_health_check_custom_config(health)
            .creator_request_id(target.token)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        let answer = call.send().await.map_err(|error| failed("servicediscovery:CreateService", error))?;
        let id = answer.service().and_then(|service| service.id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("servicediscovery:CreateService", "Id"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.description != desired.description || observed.dns_config != desired.dns_config {
            let dns = DnsConfigChange::builder().set_dns_records(Some(records(&desired.dns_config)?)).build().map_err(wrong)?;
            let change = ServiceChange::builder().dns_config(dns).description(desired.description.clone().unwrap_or_default());
            let answer = cloud.servicediscovery().update_service().id(id).service(change.build()).send().await;
            answer.map_err(|error| failed("servicediscovery:UpdateService", error))?;
        }
        let arn = cloud.arn("servicediscovery", &format!("service/{id}"));
        retag(cloud, &arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.servicediscovery().delete_service().id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("servicediscovery:DeleteService", error)))
    }
}
