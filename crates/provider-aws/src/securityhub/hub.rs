//! `AWS::SecurityHub::Hub` by the Security Hub API. The ARN is the id.

use async_trait::async_trait;
use strata_aws::securityhub::Hub;
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError};

use super::absent;
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

async fn describe(cloud: &Cloud) -> Result<Option<aws_sdk_securityhub::operation::describe_hub::DescribeHubOutput>, ProviderError> {
    let answer = cloud.securityhub().describe_hub().send().await;
    found(answer.map_err(|error| absent(failed("securityhub:DescribeHub", error))))
}

async fn read_tags(cloud: &Cloud, arn: &str, known: &Tags) -> Result<Tags, ProviderError> {
    let answer = cloud.securityhub().list_tags_for_resource().resource_arn(arn).send().await;
    match answer.map_err(|error| failed("securityhub:ListTagsForResource", error)) {
        Ok(answer) => Ok(tags::read(answer.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())))),
        // moto lacks the operation.
        Err(error) if cloud.settings.emulator && error.kind == ErrorKind::Unsupported => Ok(known.clone()),
        Err(error) => Err(error),
    }
}

async fn configure(cloud: &Cloud, desired: &Hub) -> Result<(), ProviderError> {
    let call = cloud
        .securityhub()
        .update_security_hub_configuration()
        .auto_enable_controls(desired.auto_enable_controls)
        .control_finding_generator(desired.control_finding_generator.as_str().into());
    call.send().await.map(|_| ()).map_err(|error| failed("securityhub:UpdateSecurityHubConfiguration", error))
}

#[async_trait]
impl Handler for Hub {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(seen) = describe(cloud).await? else { return Ok(None) };
        let arn = seen.hub_arn().ok_or_else(|| missing("securityhub:DescribeHub", "HubArn"))?;
        let properties = Self {
            enable_default_standards: target.properties.enable_default_standards,
            control_finding_generator: seen
                .control_finding_generator()
                .map_or("STANDARD_CONTROL", aws_sdk_securityhub::types::ControlFindingGenerator::as_str)
                .to_owned(),
            auto_enable_controls: seen.auto_enable_controls().unwrap_or_default(),
            tags: read_tags(cloud, arn, &target.properties.tags).await?,
        };
        Ok(Some(Observed::ready(arn, properties).output("HubArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        cloud
            .securityhub()
            .enable_security_hub()
            .enable_default_standards(desired.enable_default_standards)
            .control_finding_generator(desired.control_finding_generator.as_str().into())
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()))
            .send()
            .await
            .map_err(|error| failed("securityhub:EnableSecurityHub", error))?;
        let seen = describe(cloud).await?.ok_or_else(|| missing("securityhub:DescribeHub", "HubArn"))?;
        // The enabling call does not take this one.
        if seen.auto_enable_controls() != Some(desired.auto_enable_controls) {
            configure(cloud, desired).await?;
        }
        let arn = seen.hub_arn().ok_or_else(|| missing("securityhub:DescribeHub", "HubArn"))?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        if observed.auto_enable_controls != desired.auto_enable_controls
            || observed.control_finding_generator != desired.control_finding_generator
        {
            configure(cloud, desired).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.securityhub().tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(|error| failed("securityhub:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.securityhub().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("securityhub:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.securityhub().disable_security_hub().send().await;
        gone(answer.map_err(|error| absent(failed("securityhub:DisableSecurityHub", error))))
    }
}
