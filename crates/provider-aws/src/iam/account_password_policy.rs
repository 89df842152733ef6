//! `Strata::IAM::AccountPasswordPolicy` by the IAM API. An account has one or none.

use async_trait::async_trait;
use strata_aws::iam::AccountPasswordPolicy;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};

/// The physical id, which is what `terraform import` takes.
const ID: &str = "iam-account-password-policy";

async fn set(cloud: &Cloud, desired: &AccountPasswordPolicy) -> Result<(), ProviderError> {
    let number = |number: i64| {
        i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is too large a number for IAM")))
    };
    let call = cloud
        .iam()
        .update_account_password_policy()
        .minimum_password_length(number(desired.minimum_password_length)?)
        .require_symbols(desired.require_symbols)
        .require_numbers(desired.require_numbers)
        .require_uppercase_characters(desired.require_uppercase_characters)
        .require_lowercase_characters(desired.require_lowercase_characters)
        .allow_users_to_change_password(desired.allow_users_to_change_password)
        .set_max_password_age(desired.max_password_age.map(number).transpose()?)
        .set_password_reuse_prevention(desired.password_reuse_prevention.map(number).transpose()?)
        .hard_expiry(desired.hard_expiry);
    call.send().await.map(|_| ()).map_err(|error| failed("iam:UpdateAccountPasswordPolicy", error))
}

#[async_trait]
impl Handler for AccountPasswordPolicy {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.iam().get_account_password_policy().send().await;
        let answer = found(answer.map_err(|error| failed("iam:GetAccountPasswordPolicy", error)))?;
        let Some(policy) = answer.as_ref().and_then(|answer| answer.password_policy()) else { return Ok(None) };
        // AWS leaves a limit that is not set away, or says 0.
        let limit = |number: Option<i32>| number.filter(|number| *number > 0).map(i64::from);
        let properties = Self {
            minimum_password_length: policy.minimum_password_length().unwrap_or(6).into(),
            require_symbols: policy.require_symbols(),
            require_numbers: policy.require_numbers(),
            require_uppercase_characters: policy.require_uppercase_characters(),
            require_lowercase_characters: policy.require_lowercase_characters(),
            allow_users_to_change_password: policy.allow_users_to_change_password(),
            max_password_age: limit(policy.max_password_age()),
            password_reuse_prevention: limit(policy.password_reuse_prevention()),
            hard_expiry: policy.hard_expiry().unwrap_or_default(),
        };
        Ok(Some(Observed::ready(ID, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        set(cloud, target.properties).await?;
        Ok(PhysicalId(ID.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.iam().delete_account_password_policy().send().await;
        gone(answer.map_err(|error| failed("iam:DeleteAccountPasswordPolicy", error)))
    }
}
