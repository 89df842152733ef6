//! `Strata::Config::RecorderStatus` by the Config API: it stands while the recorder runs. The recorder's name is the id.

use async_trait::async_trait;
use strata_aws::config::RecorderStatus;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

async fn set(cloud: &Cloud, name: &str, recording: bool) -> Result<(), ProviderError> {
    if recording {
        let call = cloud.config_service().start_configuration_recorder().configuration_recorder_name(name);
        call.send().await.map(|_| ()).map_err(|error| failed("config:StartConfigurationRecorder", error))
    } else {
        let call = cloud.config_service().stop_configuration_recorder().configuration_recorder_name(name);
        call.send().await.map(|_| ()).map_err(|error| failed("config:StopConfigurationRecorder", error))
    }
}

#[async_trait]
impl Handler for RecorderStatus {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = match target.id {
            Some(id) => Some(id.0.as_str()),
            None => target.properties.recorder_name.as_literal(),
        };
        let Some(name) = name else { return Ok(None) };
        let call = cloud.config_service().describe_configuration_recorder_status().configuration_recorder_names(name);
        let answer = call.send().await.map_err(|error| failed("config:DescribeConfigurationRecorderStatus", error));
        let recording = found(answer)?
            .and_then(|answer| answer.configuration_recorders_status().first().map(|status| status.recording()))
            .unwrap_or_default();
        Ok(recording.then(|| Observed::ready(name, Self { recorder_name: name.into(), recording })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let name = known(&target.properties.recorder_name)?;
        set(cloud, name, target.properties.recording).await?;
        Ok(PhysicalId(name.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.id()?, target.properties.recording).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(set(cloud, target.id()?, false).await)
    }
}
