//! `AWS::Config::ConformancePack` by the Config API. The name is the id.

use async_trait::async_trait;
use aws_sdk_config::types::ConformancePackState as State;
use strata_aws::config::ConformancePack;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

/// Makes or changes: the API has one call for both, and answers before the rules stand.
async fn put(cloud: &Cloud, desired: &ConformancePack) -> Result<(), ProviderError> {
    let call = cloud.config_service().put_conformance_pack().conformance_pack_name(&desired.conformance_pack_name);
    call.template_body(&desired.template_body).send().await.map(|_| ()).map_err(at("config:PutConformancePack"))
}

#[async_trait]
impl Handler for ConformancePack {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.conformance_pack_name.as_str(), |id| id.0.as_str());
        let answer = cloud.config_service().describe_conformance_pack_status().conformance_pack_names(name).send().await;
        let answer = found(answer.map_err(at("config:DescribeConformancePackStatus")))?;
        let seen = answer.and_then(|answer| answer.conformance_pack_status_details().first().cloned());
        let Some(seen) = seen else { return Ok(None) };
        let reason = seen.conformance_pack_status_reason().unwrap_or("no reason given");
        let readiness = match seen.conformance_pack_state() {
            State::CreateComplete => Readiness::Ready,
            State::CreateInProgress => Readiness::Pending("its rules are being made".to_owned()),
            State::DeleteInProgress => Readiness::Deleting,
            State::CreateFailed => Readiness::Failed(format!("its rules could not be made: {reason}")),
            State::DeleteFailed => Readiness::Failed(format!("its rules could not be deleted: {reason}")),
            other => Readiness::Pending(other.as_str().to_owned()),
        };
        let properties = Self { conformance_pack_name: name.to_owned(), template_body: String::new() };
        let observed = Observed::ready(name, properties).output("ConformancePackName", name).output("Arn", seen.conformance_pack_arn());
        Ok(Some(observed.readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(target.properties.conformance_pack_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(
            cloud
                .config_service()
                .delete_conformance_pack()
                .conformance_pack_name(target.id()?)
                .send()
                .await
                .map_err(at("config:DeleteConformancePack")),
        )
    }
}
