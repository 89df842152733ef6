//! `Strata::Account::AlternateContact` by the Account Management API. The sort of contact is the id.
//!
//! Putting one replaces whatever contact of that sort was there, so making and changing are one call.

use async_trait::async_trait;
use strata_aws::account::AlternateContact;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};

async fn put(cloud: &Cloud, desired: &AlternateContact) -> Result<(), ProviderError> {
    let call = cloud
        .account_management()
        .put_alternate_contact()
        .alternate_contact_type(desired.alternate_contact_type.as_str().into())
        .name(&desired.name)
        .title(&desired.title)
        .email_address(&desired.email_address)
        .phone_number(&desired.phone_number);
    call.send().await.map(|_| ()).map_err(|error| failed("account:PutAlternateContact", error))
}

#[async_trait]
impl Handler for AlternateContact {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let sort = target.id.map_or(target.properties.alternate_contact_type.as_str(), |id| id.0.as_str());
        let answer = cloud.account_management().get_alternate_contact().alternate_contact_type(sort.into()).send().await;
        let answer = found(answer.map_err(|error| failed("account:GetAlternateContact", error)))?;
        let Some(seen) = answer.and_then(|answer| answer.alternate_contact) else { return Ok(None) };
        let properties = Self {
            alternate_contact_type: sort.to_owned(),
            name: seen.name.unwrap_or_default(),
            title: seen.title.unwrap_or_default(),
            email_address: seen.email_address.unwrap_or_default(),
            phone_number: seen.phone_number.unwrap_or_default(),
        };
        Ok(Some(Observed::ready(sort, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(target.properties.alternate_contact_type.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.account_management().delete_alternate_contact().alternate_contact_type(target.id()?.into()).send().await;
        gone(answer.map_err(|error| failed("account:DeleteAlternateContact", error)))
    }
}
