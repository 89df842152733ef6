//! `AWS::SecretsManager::Secret` by the Secrets Manager API. A secret's id is its ARN; without it the name finds it.
//!
//! **Deleting a secret deletes its values for good, without AWS's recovery window.** A plan deletes a secret only where the user
//! named it, and a name in its recovery window could not be made again by the next `up`.

use async_trait::async_trait;
use aws_sdk_secretsmanager::types::Tag;
use strata_aws::secretsmanager::Secret;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{at, read_policy, some_known, some_text};

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Vec<Tag> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

#[async_trait]
impl Handler for Secret {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let answer = cloud.secretsmanager().describe_secret().secret_id(id).send().await;
        let Some(secret) = found(answer.map_err(at("secretsmanager:DescribeSecret")))? else { return Ok(None) };
        // In its recovery window it cannot be read; for us it is gone, and making it again says so in AWS's own words.
        if secret.deleted_date().is_some() {
            return Ok(None);
        }
        let policy = cloud.secretsmanager().get_resource_policy().secret_id(id).send().await;
        let policy = found(policy.map_err(at("secretsmanager:GetResourcePolicy")))?.and_then(|answer| answer.resource_policy);
        let arn = secret.arn().ok_or_else(|| missing("secretsmanager:DescribeSecret", "ARN"))?;
        let properties = Self {
            name: secret.name().unwrap_or_default().to_owned(),
            description: secret.description().unwrap_or_default().to_owned(),
            kms_key_id: some_text(secret.kms_key_id()),
            resource_policy: policy.map(|policy| read_policy(&policy, "secretsmanager:GetResourcePolicy")).transpose()?,
            tags: tags::read(secret.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))),
        };
        Ok(Some(Observed::ready(arn, properties).output("Id", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .secretsmanager()
            .create_secret()
            .name(&desired.name)
            .description(&desired.description)
            .set_kms_key_id(some_known(desired.kms_key_id.as_ref())?)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        let arn = call.send().await.map_err(at("secretsmanager:CreateSecret"))?.arn;
        arn.map(PhysicalId).ok_or_else(|| missing("secretsmanager:CreateSecret", "ARN"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.description != desired.description || observed.kms_key_id != desired.kms_key_id {
            let key = some_known(desired.kms_key_id.as_ref())?.unwrap_or_else(|| "alias/aws/secretsmanager".to_owned());
            let call = cloud.secretsmanager().update_secret().secret_id(id).description(&desired.description).kms_key_id(key);
            call.send().await.map_err(at("secretsmanager:UpdateSecret"))?;
        }
        if observed.resource_policy.is_some() && desired.resource_policy.is_none() {
            let call = cloud.secretsmanager().delete_resource_policy().secret_id(id);
            gone(call.send().await.map_err(at("secretsmanager:DeleteResourcePolicy")))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.secretsmanager().tag_resource().secret_id(id).set_tags(Some(sdk_tags(set)));
            call.send().await.map_err(at("secretsmanager:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.secretsmanager().untag_resource().secret_id(id).set_tag_keys(Some(remove));
            call.send().await.map_err(at("secretsmanager:UntagResource"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.secretsmanager().delete_secret().secret_id(target.id()?).force_delete_without_recovery(true);
        gone(call.send().await.map_err(at("secretsmanager:DeleteSecret")))
    }
}
