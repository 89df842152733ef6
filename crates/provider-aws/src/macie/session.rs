//! `AWS::Macie::Session` by the Macie API. The account is the id.

use async_trait::async_trait;
use strata_aws::macie::Session;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::off;
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};

/// What the session is; none where Macie is off.
async fn read(cloud: &Cloud) -> Result<Option<Session>, ProviderError> {
    let answer = cloud.macie().get_macie_session().send().await;
    // moto writes times without their zone, which the SDK refuses to read; the rest of its answer is as AWS's.
    if let Err(error) = &answer
        && cloud.settings.emulator
        && let Some(response) = error.raw_response().filter(|response| response.status().is_success())
        && let Some(Ok(seen)) = response.body().bytes().map(serde_json::from_slice::<serde_json::Value>)
    {
        let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
        return Ok(Some(Session { finding_publishing_frequency: text("findingPublishingFrequency"), status: text("status") }));
    }
    let answer = found(answer.map_err(|error| off(failed("macie2:GetMacieSession", error))))?;
    Ok(answer.map(|seen| Session {
        finding_publishing_frequency: seen.finding_publishing_frequency().map_or("", |frequency| frequency.as_str()).to_owned(),
        status: seen.status().map_or("", |status| status.as_str()).to_owned(),
    }))
}

#[async_trait]
impl Handler for Session {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let account = &cloud.account.account_id;
        Ok(read(cloud).await?.map(|properties| Observed::ready(account, properties).output("AwsAccountId", account)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .macie()
            .enable_macie()
            .client_token(target.token)
            .finding_publishing_frequency(desired.finding_publishing_frequency.as_str().into())
            .status(desired.status.as_str().into());
        call.send().await.map_err(|error| failed("macie2:EnableMacie", error))?;
        Ok(PhysicalId(cloud.account.account_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        let call = cloud
            .macie()
            .update_macie_session()
            .finding_publishing_frequency(desired.finding_publishing_frequency.as_str().into())
            .status(desired.status.as_str().into());
        call.send().await.map(|_| ()).map_err(|error| failed("macie2:UpdateMacieSession", error))
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.macie().disable_macie().send().await;
        gone(answer.map_err(|error| off(failed("macie2:DisableMacie", error))))
    }
}
