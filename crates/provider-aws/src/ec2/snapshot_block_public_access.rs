//! `AWS::EC2::SnapshotBlockPublicAccess` by the EC2 API. The physical id is the region's name.

use async_trait::async_trait;
use strata_aws::ec2::SnapshotBlockPublicAccess;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::failed;
use crate::handler::{Handler, Observed, Target};

/// What AWS says where nothing is blocked.
const OFF: &str = "unblocked";

async fn enable(cloud: &Cloud, desired: &SnapshotBlockPublicAccess) -> Result<(), ProviderError> {
    let call = cloud.ec2().enable_snapshot_block_public_access().state(desired.state.as_str().into());
    call.send().await.map(|_| ()).map_err(|error| failed("ec2:EnableSnapshotBlockPublicAccess", error))
}

#[async_trait]
impl Handler for SnapshotBlockPublicAccess {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.ec2().get_snapshot_block_public_access_state().send().await;
        let answer = answer.map_err(|error| failed("ec2:GetSnapshotBlockPublicAccessState", error))?;
        let state = answer.state().map_or(OFF, |state| state.as_str());
        if state == OFF {
            return Ok(None);
        }
        Ok(Some(Observed::ready(&cloud.account.region, Self { state: state.to_owned() })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        enable(cloud, target.properties).await?;
        Ok(PhysicalId(cloud.account.region.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        enable(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().disable_snapshot_block_public_access().send().await;
        answer.map(|_| ()).map_err(|error| failed("ec2:DisableSnapshotBlockPublicAccess", error))
    }
}
