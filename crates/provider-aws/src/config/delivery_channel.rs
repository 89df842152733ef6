//! `AWS::Config::DeliveryChannel` by the Config API. The name is the id.

use async_trait::async_trait;
use aws_sdk_config::types as sdk;
use strata_aws::config::{ConfigSnapshotDeliveryProperties, DeliveryChannel};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::build::{known_some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// Makes or changes: the API has one call for both.
async fn put(cloud: &Cloud, desired: &DeliveryChannel) -> Result<(), ProviderError> {
    let snapshot = desired.config_snapshot_delivery_properties.as_ref().map(|properties| {
        sdk::ConfigSnapshotDeliveryProperties::builder().delivery_frequency(properties.delivery_frequency.as_str().into()).build()
    });
    let channel = sdk::DeliveryChannel::builder()
        .name(&desired.name)
        .s3_bucket_name(known(&desired.s3_bucket_name)?)
        .set_s3_key_prefix(desired.s3_key_prefix.clone())
        .set_s3_kms_key_arn(known_some(desired.s3_kms_key_arn.as_ref())?)
        .set_sns_topic_arn(known_some(desired.sns_topic_arn.as_ref())?)
        .set_config_snapshot_delivery_properties(snapshot);
    let call = cloud.config_service().put_delivery_channel().delivery_channel(channel.build());
    call.send().await.map(|_| ()).map_err(|error| failed("config:PutDeliveryChannel", error))
}

#[async_trait]
impl Handler for DeliveryChannel {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let answer = cloud.config_service().describe_delivery_channels().delivery_channel_names(name).send().await;
        let answer = found(answer.map_err(|error| failed("config:DescribeDeliveryChannels", error)))?;
        let Some(seen) = answer.and_then(|answer| answer.delivery_channels().first().cloned()) else {
            return Ok(None);
        };
        let properties = Self {
            name: name.to_owned(),
            s3_bucket_name: seen.s3_bucket_name().unwrap_or_default().into(),
            s3_key_prefix: seen.s3_key_prefix().filter(|prefix| !prefix.is_empty()).map(ToOwned::to_owned),
            s3_kms_key_arn: text(seen.s3_kms_key_arn()),
            sns_topic_arn: text(seen.sns_topic_arn()),
            config_snapshot_delivery_properties: seen
                .config_snapshot_delivery_properties()
                .and_then(|properties| properties.delivery_frequency())
                .map(|frequency| ConfigSnapshotDeliveryProperties { delivery_frequency: frequency.as_str().to_owned() }),
        };
        Ok(Some(Observed::ready(name, properties).output("Name", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(target.properties.name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.config_service().delete_delivery_channel().delivery_channel_name(target.id()?);
        gone(call.send().await.map_err(|error| failed("config:DeleteDeliveryChannel", error)))
    }
}
