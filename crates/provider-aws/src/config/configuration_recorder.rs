//! `AWS::Config::ConfigurationRecorder` by the Config API. The name is the id.

use async_trait::async_trait;
use aws_sdk_config::types as sdk;
use strata_aws::config::{ConfigurationRecorder, RecordingGroup};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// Makes or changes: the API has one call for both.
async fn put(cloud: &Cloud, desired: &ConfigurationRecorder) -> Result<(), ProviderError> {
    let group = sdk::RecordingGroup::builder()
        .all_supported(desired.recording_group.all_supported)
        .include_global_resource_types(desired.recording_group.include_global_resource_types);
    let recorder =
        sdk::ConfigurationRecorder::builder().name(&desired.name).role_arn(known(&desired.role_arn)?).recording_group(group.build());
    let call = cloud.config_service().put_configuration_recorder().configuration_recorder(recorder.build());
    call.send().await.map(|_| ()).map_err(|error| failed("config:PutConfigurationRecorder", error))
}

#[async_trait]
impl Handler for ConfigurationRecorder {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let answer = cloud.config_service().describe_configuration_recorders().configuration_recorder_names(name).send().await;
        let answer = found(answer.map_err(|error| failed("config:DescribeConfigurationRecorders", error)))?;
        let Some(seen) = answer.and_then(|answer| answer.configuration_recorders().first().cloned()) else {
            return Ok(None);
        };
        let group = seen.recording_group();
        let properties = Self {
            name: name.to_owned(),
            role_arn: seen.role_arn().unwrap_or_default().into(),
            recording_group: RecordingGroup {
                all_supported: group.is_some_and(sdk::RecordingGroup::all_supported),
                include_global_resource_types: group.is_some_and(sdk::RecordingGroup::include_global_resource_types),
            },
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
        let call = cloud.config_service().delete_configuration_recorder().configuration_recorder_name(target.id()?);
        gone(call.send().await.map_err(|error| failed("config:DeleteConfigurationRecorder", error)))
    }
}
