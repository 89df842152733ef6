//! `AWS::ElasticLoadBalancingV2::TargetGroup` by the Elastic Load Balancing API. The ARN is the id.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use strata_aws::elasticloadbalancingv2::{Attribute, Matcher, TargetGroup};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{changed, ours, read_tags, retag, sdk_tags};
use crate::build::{small, small_some, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};

fn sdk_matcher(desired: &TargetGroup) -> Option<sdk::Matcher> {
    let matcher = desired.matcher.as_ref()?;
    Some(sdk::Matcher::builder().http_code(&matcher.http_code).build())
}

async fn set_attributes(cloud: &Cloud, arn: &str, attributes: Vec<(String, String)>) -> Result<(), ProviderError> {
    if attributes.is_empty() {
        return Ok(());
    }
    let attributes =
        attributes.into_iter().map(|(key, value)| sdk::TargetGroupAttribute::builder().key(key).value(value).build()).collect();
    let call = cloud.elbv2().modify_target_group_attributes().target_group_arn(arn).set_attributes(Some(attributes));
    call.send().await.map(|_| ()).map_err(|error| failed("elasticloadbalancing:ModifyTargetGroupAttributes", error))
}

async fn read_attributes(cloud: &Cloud, arn: &str, known: &[Attribute]) -> Result<Vec<Attribute>, ProviderError> {
    let answer = cloud.elbv2().describe_target_group_attributes().target_group_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("elasticloadbalancing:DescribeTargetGroupAttributes", error))?;
    Ok(ours(answer.attributes().iter().map(|attribute| (attribute.key(), attribute.value())), known))
}

/// The properties, without attributes and tags.
fn read(seen: &sdk::TargetGroup) -> TargetGroup {
    let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
    TargetGroup {
        name: seen.target_group_name().unwrap_or_default().to_owned(),
        port: seen.port().unwrap_or_default().into(),
        protocol: seen.protocol().map(|protocol| protocol.as_str().to_owned()).unwrap_or_default(),
        protocol_version: owned(seen.protocol_version()),
        vpc_id: seen.vpc_id().unwrap_or_default().into(),
        target_type: seen.target_type().map_or("instance", sdk::TargetTypeEnum::as_str).to_owned(),
        health_check_enabled: seen.health_check_enabled(),
        health_check_path: owned(seen.health_check_path()),
        health_check_port: owned(seen.health_check_port()),
        health_check_protocol: seen.health_check_protocol().map(|protocol| protocol.as_str().to_owned()),
        health_check_interval_seconds: seen.health_check_interval_seconds().map(Into::into),
        health_check_timeout_seconds: seen.health_check_timeout_seconds().map(Into::into),
        healthy_threshold_count: seen.healthy_threshold_count().map(Into::into),
        unhealthy_threshold_count: seen.unhealthy_threshold_count().map(Into::into),
        matcher: seen.matcher().and_then(|matcher| matcher.http_code()).map(|code| Matcher { http_code: code.to_owned() }),
        ..TargetGroup::default()
    }
}

#[async_trait]
impl Handler for TargetGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.elbv2().describe_target_groups();
        let call = match target.id {
            Some(id) => call.target_group_arns(&id.0),
            None => call.names(&target.properties.name),
        };
        let answer = call.send().await.map_err(|error| failed("elasticloadbalancing:DescribeTargetGroups", error));
        let Some(answer) = found(answer)? else { return Ok(None) };
        let Some(seen) = answer.target_groups().first() else {
            return Ok(None);
        };
        let arn = seen.target_group_arn().ok_or_else(|| missing("elasticloadbalancing:DescribeTargetGroups", "TargetGroupArn"))?;
        let (tags, attributes) =
            tokio::try_join!(read_tags(cloud, arn), read_attributes(cloud, arn, &target.properties.target_group_attributes))?;
        let properties = Self { target_group_attributes: attributes, tags, ..read(seen) };
        let full_name = arn.rsplit(':').next().unwrap_or_default();
        Ok(Some(Observed::ready(arn, properties).output("TargetGroupArn", arn).output("TargetGroupFullName", full_name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .elbv2()
            .create_target_group()
            .name(&desired.name)
            .port(small(desired.port)?)
            .protocol(desired.protocol.as_str().into())
            .set_protocol_version(desired.protocol_version.clone())
            .vpc_id(known(&desired.vpc_id)?)
            .target_type(desired.target_type.as_str().into())
            .set_health_check_enabled(desired.health_check_enabled)
            .set_health_check_path(desired.health_check_path.clone())
            .set_health_check_port(desired.health_check_port.clone())
            .set_health_check_protocol(desired.health_check_protocol.as_deref().map(Into::into))
            .set_health_check_interval_seconds(small_some(desired.health_check_interval_seconds)?)
            .set_health_check_timeout_seconds(small_some(desired.health_check_timeout_seconds)?)
            .set_healthy_threshold_count(small_some(desired.healthy_threshold_count)?)
            .set_unhealthy_threshold_count(small_some(desired.unhealthy_threshold_count)?)
            .set_matcher(sdk_matcher(desired))
            .set_tags(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("elasticloadbalancing:CreateTargetGroup", error))?;
        let arn = answer
            .target_groups()
            .first()
            .and_then(|group| group.target_group_arn())
            .ok_or_else(|| missing("elasticloadbalancing:CreateTargetGroup", "TargetGroupArn"))?;
        set_attributes(cloud, arn, changed(&[], &desired.target_group_attributes)?).await?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        let checks = |group: &Self| Self { target_group_attributes: Vec::new(), tags: strata_graph::Tags::new(), ..group.clone() };
        if checks(observed) != checks(desired) {
            cloud
                .elbv2()
                .modify_target_group()
                .target_group_arn(arn)
                .set_health_check_enabled(desired.health_check_enabled)
                .set_health_check_path(desired.health_check_path.clone())
                .set_health_check_port(desired.health_check_port.clone())
                .set_health_check_protocol(desired.health_check_protocol.as_deref().map(Into::into))
                .set_health_check_interval_seconds(small_some(desired.health_check_interval_seconds)?)
                .set_health_check_timeout_seconds(small_some(desired.health_check_timeout_seconds)?)
                .set_healthy_threshold_count(small_some(desired.healthy_threshold_count)?)
                .set_unhealthy_threshold_count(small_some(desired.unhealthy_threshold_count)?)
                .set_matcher(sdk_matcher(desired))
                .send()
                .await
                .map_err(|error| failed("elasticloadbalancing:ModifyTargetGroup", error))?;
        }
        let attributes = changed(&observed.target_group_attributes, &desired.target_group_attributes)?;
        set_attributes(cloud, arn, attributes).await?;
        retag(cloud, arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.elbv2().delete_target_group().target_group_arn(target.id()?);
        gone(call.send().await.map_err(|error| failed("elasticloadbalancing:DeleteTargetGroup", error)))
    }
}
