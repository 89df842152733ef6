//! `AWS::ElasticLoadBalancingV2::LoadBalancer` by the Elastic Load Balancing API. The ARN is the id.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use strata_aws::Part;
use strata_aws::elasticloadbalancingv2::{Attribute, LoadBalancer};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{changed, listener, ours, read_tags, retag, sdk_tags};
use crate::build::{known_all, same_set, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{part, strangers};

/// The attribute that refuses deletion while it is on.
const PROTECTION: &str = "deletion_protection.enabled";

async fn set_attributes(cloud: &Cloud, arn: &str, attributes: Vec<(String, String)>) -> Result<(), ProviderError> {
    if attributes.is_empty() {
        return Ok(());
    }
    let attributes =
        attributes.into_iter().map(|(key, value)| sdk::LoadBalancerAttribute::builder().key(key).value(value).build()).collect();
    let call = cloud.elbv2().modify_load_balancer_attributes().load_balancer_arn(arn).set_attributes(Some(attributes));
    call.send().await.map(|_| ()).map_err(|error| failed("elasticloadbalancing:ModifyLoadBalancerAttributes", error))
}

async fn read_attributes(cloud: &Cloud, arn: &str, known: &[Attribute]) -> Result<Vec<Attribute>, ProviderError> {
    let answer = cloud.elbv2().describe_load_balancer_attributes().load_balancer_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("elasticloadbalancing:DescribeLoadBalancerAttributes", error))?;
    Ok(ours(answer.attributes().iter().map(|attribute| (attribute.key(), attribute.value())), known))
}

/// The listeners of a load balancer.
async fn read_listeners(cloud: &Cloud, arn: &str) -> Result<Vec<Part>, ProviderError> {
    let pages = cloud.elbv2().describe_listeners().load_balancer_arn(arn).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("elasticloadbalancing:DescribeListeners", error));
    let all = found(all)?.unwrap_or_default();
    all.iter().filter_map(|seen| seen.listener_arn().map(|arn| part(arn, &listener::read(seen)))).collect()
}

fn readiness(state: Option<&sdk::LoadBalancerState>) -> Readiness {
    match state.and_then(sdk::LoadBalancerState::code) {
        Some(sdk::LoadBalancerStateEnum::Provisioning) => Readiness::Pending("provisioning".to_owned()),
        Some(sdk::LoadBalancerStateEnum::Failed) => {
            let reason = state.and_then(sdk::LoadBalancerState::reason).unwrap_or("no reason given");
            Readiness::Failed(format!("the load balancer could not be made: {reason}"))
        }
        _ => Readiness::Ready,
    }
}

#[async_trait]
impl Handler for LoadBalancer {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.elbv2().describe_load_balancers();
        let call = match target.id {
            Some(id) => call.load_balancer_arns(&id.0),
            None => call.names(&target.properties.name),
        };
        let answer = call.send().await.map_err(|error| failed("elasticloadbalancing:DescribeLoadBalancers", error));
        let Some(answer) = found(answer)? else { return Ok(None) };
        let Some(seen) = answer.load_balancers().first() else {
            return Ok(None);
        };
        let arn = seen.load_balancer_arn().ok_or_else(|| missing("elasticloadbalancing:DescribeLoadBalancers", "LoadBalancerArn"))?;
        let (tags, load_balancer_attributes, listeners) = tokio::try_join!(
            read_tags(cloud, arn),
            read_attributes(cloud, arn, &target.properties.load_balancer_attributes),
            read_listeners(cloud, arn)
        )?;
        let properties = Self {
            name: seen.load_balancer_name().unwrap_or_default().to_owned(),
            scheme: seen.scheme().map(|scheme| scheme.as_str().to_owned()).unwrap_or_default(),
            load_balancer_type: seen.r#type().map_or("application", sdk::LoadBalancerTypeEnum::as_str).to_owned(),
            ip_address_type: seen.ip_address_type().map_or("ipv4", sdk::IpAddressType::as_str).to_owned(),
            subnets: seen.availability_zones().iter().filter_map(|zone| zone.subnet_id()).map(Text::from).collect(),
            security_groups: seen.security_groups().iter().map(|group| Text::from(group.as_str())).collect(),
            load_balancer_attributes,
            listeners,
            tags,
        };
        let full_name = arn.split_once(":loadbalancer/").map_or("", |(_, name)| name);
        Ok(Some(
            Observed::ready(arn, properties)
                .output("LoadBalancerArn", arn)
                .output("DNSName", seen.dns_name().unwrap_or_default())
                .output("CanonicalHostedZoneID", seen.canonical_hosted_zone_id().unwrap_or_default())
                .output("LoadBalancerFullName", full_name)
                .readiness(readiness(seen.state())),
        ))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .elbv2()
            .create_load_balancer()
            .name(&desired.name)
            .scheme(desired.scheme.as_str().into())
            .r#type(desired.load_balancer_type.as_str().into())
            .ip_address_type(desired.ip_address_type.as_str().into())
            .set_subnets(Some(known_all(&desired.subnets)?))
            .set_security_groups(some(known_all(&desired.security_groups)?))
            .set_tags(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("elasticloadbalancing:CreateLoadBalancer", error))?;
        let arn = answer
            .load_balancers()
            .first()
            .and_then(|balancer| balancer.load_balancer_arn())
            .ok_or_else(|| missing("elasticloadbalancing:CreateLoadBalancer", "LoadBalancerArn"))?;
        set_attributes(cloud, arn, changed(&[], &desired.load_balancer_attributes)?).await?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        for listener in strangers(&observed.listeners, &desired.listeners) {
            let answer = cloud.elbv2().delete_listener().listener_arn(listener).send().await;
            gone(answer.map_err(|error| failed("elasticloadbalancing:DeleteListener", error)))?;
        }
        if observed.ip_address_type != desired.ip_address_type {
            let call = cloud.elbv2().set_ip_address_type().load_balancer_arn(arn);
            let call = call.ip_address_type(desired.ip_address_type.as_str().into());
            call.send().await.map_err(|error| failed("elasticloadbalancing:SetIpAddressType", error))?;
        }
        if !same_set(&observed.subnets, &desired.subnets) {
            let call = cloud.elbv2().set_subnets().load_balancer_arn(arn);
            let call = call.set_subnets(Some(known_all(&desired.subnets)?));
            call.send().await.map_err(|error| failed("elasticloadbalancing:SetSubnets", error))?;
        }
        if !same_set(&observed.security_groups, &desired.security_groups) {
            let call = cloud.elbv2().set_security_groups().load_balancer_arn(arn);
            let call = call.set_security_groups(Some(known_all(&desired.security_groups)?));
            call.send().await.map_err(|error| failed("elasticloadbalancing:SetSecurityGroups", error))?;
        }
        let attributes = changed(&observed.load_balancer_attributes, &desired.load_balancer_attributes)?;
        set_attributes(cloud, arn, attributes).await?;
        retag(cloud, arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let arn = target.id()?;
        let protected = |attribute: &Attribute| attribute.key == PROTECTION && attribute.value.as_literal() == Some("true");
        if target.properties.load_balancer_attributes.iter().any(protected) {
            // The plan had its removal approved; protection guards against everything else.
            let off = vec![(PROTECTION.to_owned(), "false".to_owned())];
            if found(set_attributes(cloud, arn, off).await)?.is_none() {
                return Ok(());
            }
        }
        let call = cloud.elbv2().delete_load_balancer().load_balancer_arn(arn);
        gone(call.send().await.map_err(|error| failed("elasticloadbalancing:DeleteLoadBalancer", error)))
    }
}
