//! `Strata::Macie2::AutomatedDiscovery` by the Macie API: it stands while it is on. The account is the id.

use async_trait::async_trait;
use aws_sdk_macie2::types::AutomatedDiscoveryStatus;
use strata_aws::macie::AutomatedDiscovery;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::off;
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};

async fn set(cloud: &Cloud, status: AutomatedDiscoveryStatus) -> Result<(), ProviderError> {
    let answer = cloud.macie().update_automated_discovery_configuration().status(status).send().await;
    answer.map(|_| ()).map_err(|error| off(failed("macie2:UpdateAutomatedDiscoveryConfiguration", error)))
}

#[async_trait]
impl Handler for AutomatedDiscovery {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.macie().get_automated_discovery_configuration().send().await;
        let answer = found(answer.map_err(|error| off(failed("macie2:GetAutomatedDiscoveryConfiguration", error))))?;
        // Off is nothing: it is what an account has that never asked for it.
        if answer.and_then(|seen| seen.status) != Some(AutomatedDiscoveryStatus::Enabled) {
            return Ok(None);
        }
        let account = &cloud.account.account_id;
        let properties = Self { aws_account_id: account.as_str().into(), status: AutomatedDiscoveryStatus::Enabled.as_str().to_owned() };
        Ok(Some(Observed::ready(account, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        set(cloud, target.properties.status.as_str().into()).await?;
        Ok(PhysicalId(cloud.account.account_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.properties.status.as_str().into()).await
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(set(cloud, AutomatedDiscoveryStatus::Disabled).await)
    }
}
