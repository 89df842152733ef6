//! `AWS::KMS::Key` by the KMS API.
//!
//! A key has no name and no filter by tag: without an id every key's tags are read, which is why aliases exist; it happens
//! only after a crash between the creating call and its record.

use async_trait::async_trait;
use aws_sdk_kms::types::{KeyState, Tag};
use strata_aws::iam::PolicyDocument;
use strata_aws::kms::Key;
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter()
        .map(|(key, value)| {
            Tag::builder().tag_key(key).tag_value(value).build().map_err(|error| ProviderError::internal("kms:Tag", error.to_string()))
        })
        .collect()
}

async fn read_tags(cloud: &Cloud, id: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.kms().list_resource_tags().key_id(id).send().await.map_err(|error| failed("kms:ListResourceTags", error))?;
    Ok(tags::read(answer.tags().iter().map(|tag| (tag.tag_key(), tag.tag_value()))))
}

/// Finds a key by its ownership tags.
async fn find(cloud: &Cloud, target: &Target<'_, Key>) -> Result<Option<String>, ProviderError> {
    let keys = cloud.kms().list_keys().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    for key in keys.map_err(|error| failed("kms:ListKeys", error))? {
        let Some(id) = key.key_id() else { continue };
        // AWS's own keys refuse the question; they are none of ours.
        let Ok(all) = read_tags(cloud, id).await else { continue };
        if tags::owns(&all, target) {
            let state = cloud.kms().describe_key().key_id(id).send().await.map_err(|error| failed("kms:DescribeKey", error))?;
            let pending = state.key_metadata().and_then(|metadata| metadata.key_state()) == Some(&KeyState::PendingDeletion);
            if !pending {
                return Ok(Some(id.to_owned()));
            }
        }
    }
    Ok(None)
}

#[async_trait]
impl Handler for Key {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.kms().describe_key().key_id(&id).send().await.map_err(|error| failed("kms:DescribeKey", error));
        let Some(metadata) = found(answer)?.and_then(|answer| answer.key_metadata().cloned()) else {
            return Ok(None);
        };
        let readiness = match metadata.key_state() {
            // What we deleted, or look for without knowing it, is gone. What somebody else began to delete is called back: a new key
            // could read nothing that the old one encrypted.
            Some(KeyState::PendingDeletion) if target.id.is_some() => Readiness::Deleting,
            Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => return Ok(None),
            Some(KeyState::Creating | KeyState::Updating) => Readiness::Pending("creating".to_owned()),
            Some(KeyState::Enabled | KeyState::Disabled) | None => Readiness::Ready,
            Some(other) => Readiness::Failed(other.as_str().to_owned()),
        };
        let (rotation, policy, tags) = tokio::join!(
            cloud.kms().get_key_rotation_status().key_id(&id).send(),
            cloud.kms().get_key_policy().key_id(&id).policy_name("default").send(),
            read_tags(cloud, &id),
        );
        let rotation = rotation.map_err(|error| failed("kms:GetKeyRotationStatus", error))?;
        let policy = policy.map_err(|error| failed("kms:GetKeyPolicy", error))?;
        let properties = Self {
            description: metadata.description().unwrap_or_default().to_owned(),
            enable_key_rotation: rotation.key_rotation_enabled(),
            key_policy: PolicyDocument::parse(policy.policy().unwrap_or("{}"))
                .map_err(|error| ProviderError::internal("kms:GetKeyPolicy", error.to_string()))?,
            pending_window_in_days: target.properties.pending_window_in_days,
            enabled: (!metadata.enabled()).then_some(false),
            deletion_date: metadata.deletion_date().map(ToString::to_string),
            tags: tags?,
        };
        let arn = metadata.arn().ok_or_else(|| missing("kms:DescribeKey", "Arn"))?;
        Ok(Some(Observed::ready(&id, properties).output("KeyId", &id).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let policy = desired.key_policy.to_json().map_err(|error| ProviderError::internal("kms:CreateKey", error.to_string()))?;
        let answer = cloud
            .kms()
            .create_key()
            .description(&desired.description)
            .policy(policy)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("kms:CreateKey", error))?;
        let id = answer.key_metadata().map(|metadata| metadata.key_id().to_owned()).ok_or_else(|| missing("kms:CreateKey", "KeyId"))?;
        if desired.enable_key_rotation {
            cloud.kms().enable_key_rotation().key_id(&id).send().await.map_err(|error| failed("kms:EnableKeyRotation", error))?;
        }
        Ok(PhysicalId(id))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.deletion_date.is_some() {
            cloud.kms().cancel_key_deletion().key_id(id).send().await.map_err(|error| failed("kms:CancelKeyDeletion", error))?;
        }
        if observed.enabled == Some(false) {
            cloud.kms().enable_key().key_id(id).send().await.map_err(|error| failed("kms:EnableKey", error))?;
        }
        if observed.enable_key_rotation != desired.enable_key_rotation {
            if desired.enable_key_rotation {
                cloud.kms().enable_key_rotation().key_id(id).send().await.map_err(|error| failed("kms:EnableKeyRotation", error))?;
            } else {
                cloud.kms().disable_key_rotation().key_id(id).send().await.map_err(|error| failed("kms:DisableKeyRotation", error))?;
            }
        }
        if observed.key_policy != desired.key_policy {
            let policy = desired.key_policy.to_json().map_err(|error| ProviderError::internal("kms:PutKeyPolicy", error.to_string()))?;
            let call = cloud.kms().put_key_policy().key_id(id).policy_name("default").policy(policy);
            call.send().await.map_err(|error| failed("kms:PutKeyPolicy", error))?;
        }
        if observed.description != desired.description {
            let call = cloud.kms().update_key_description().key_id(id).description(&desired.description);
            call.send().await.map_err(|error| failed("kms:UpdateKeyDescription", error))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.kms().tag_resource().key_id(id).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("kms:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.kms().untag_resource().key_id(id).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("kms:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let days = i32::try_from(target.properties.pending_window_in_days).unwrap_or(30);
        let call = cloud.kms().schedule_key_deletion().key_id(target.id()?).pending_window_in_days(days);
        gone(call.send().await.map_err(|error| failed("kms:ScheduleKeyDeletion", error)))
    }
}
