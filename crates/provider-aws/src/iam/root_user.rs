//! `Strata::IAM::RootUser` by the IAM API, which only tells of it. The account's number is the physical id.

use async_trait::async_trait;
use aws_sdk_iam::types::SummaryKeyType;
use strata_aws::iam::RootUser;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::missing;
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

#[async_trait]
impl Handler for RootUser {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.iam().get_account_summary().send().await.map_err(at("iam:GetAccountSummary"))?;
        let all = answer.summary_map().ok_or_else(|| missing("iam:GetAccountSummary", "SummaryMap"))?;
        // An emulator answers with numbers that stand in its source and say nothing about anybody: that is not evidence.
        let number = |key: &SummaryKeyType| all.get(key).copied().filter(|_| !cloud.settings.emulator);
        let properties = Self {
            access_keys: number(&SummaryKeyType::AccountAccessKeysPresent).map(i64::from),
            second_factor: number(&SummaryKeyType::AccountMfaEnabled).map(|enabled| enabled != 0),
        };
        Ok(Some(Observed::ready(&cloud.account.account_id, properties)))
    }

    async fn create(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        // Every account has one. From here on it is looked at.
        Ok(PhysicalId(cloud.account.account_id.clone()))
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Nothing is asked of it, so nothing can differ.
        Ok(())
    }

    async fn delete(_cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        // It is as it was before: AWS has no call that removes it.
        Ok(())
    }
}
