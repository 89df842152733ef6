//! `AWS::KMS::Alias` by the KMS API. The physical id is its name.

use async_trait::async_trait;
use strata_aws::kms::Alias;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

#[async_trait]
impl Handler for Alias {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let name = target.id.map_or(wanted.alias_name.as_str(), |id| id.0.as_str());
        // A key is described by its alias in one call; the list of aliases would be read in pages.
        let answer = cloud.kms().describe_key().key_id(name).send().await;
        let answer = found(answer.map_err(|error| failed("kms:DescribeKey", error)))?;
        let Some(key) = answer.as_ref().and_then(|answer| answer.key_metadata()) else { return Ok(None) };
        let arn = key.arn().ok_or_else(|| missing("kms:DescribeKey", "Arn"))?;
        let properties = Self {
            alias_name: name.to_owned(),
            // The form in which it was asked for, where it names the same key.
            target_key_id: match wanted.target_key_id.as_literal() {
                Some(id) if id == arn => id.into(),
                _ => Text::from(key.key_id()),
            },
        };
        Ok(Some(Observed::ready(name, properties).output("AliasName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud.kms().create_alias().alias_name(&desired.alias_name).target_key_id(known(&desired.target_key_id)?);
        call.send().await.map_err(|error| failed("kms:CreateAlias", error))?;
        Ok(PhysicalId(desired.alias_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let call = cloud.kms().update_alias().alias_name(target.id()?).target_key_id(known(&target.properties.target_key_id)?);
        call.send().await.map(|_| ()).map_err(|error| failed("kms:UpdateAlias", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.kms().delete_alias().alias_name(target.id()?).send().await;
        gone(answer.map_err(|error| failed("kms:DeleteAlias", error)))
    }
}
