//! `AWS::Logs::LogGroup` by the CloudWatch Logs API. A group's id is its name.

use async_trait::async_trait;
use strata_aws::logs::LogGroup;
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::error::{gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags;
use crate::values::{at, int, some_known, some_text, untold};

async fn set_retention(cloud: &Cloud, name: &str, days: i64) -> Result<(), ProviderError> {
    let call = cloud.logs().put_retention_policy().log_group_name(name).retention_in_days(int(days)?);
    call.send().await.map(|_| ()).map_err(at("logs:PutRetentionPolicy"))
}

async fn set_protection(cloud: &Cloud, name: &str, on: bool) -> Result<(), ProviderError> {
    let call = cloud.logs().put_log_group_deletion_protection().log_group_identifier(name).deletion_protection_enabled(on);
    call.send().await.map(|_| ()).map_err(at("logs:PutLogGroupDeletionProtection"))
}

#[async_trait]
impl Handler for LogGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let name = target.id.map_or(desired.log_group_name.as_str(), |id| id.0.as_str());
        // The prefix of a name may fit many; only the whole name is ours.
        let mut pages = cloud.logs().describe_log_groups().log_group_name_prefix(name).into_paginator().items().send();
        let group = loop {
            match pages.next().await.transpose().map_err(at("logs:DescribeLogGroups"))? {
                None => return Ok(None),
                Some(group) if group.log_group_name() == Some(name) => break group,
                Some(_) => {}
            }
        };
        let arn = group.arn().ok_or_else(|| missing("logs:DescribeLogGroups", "arn"))?.trim_end_matches(":*");
        let labels = cloud.logs().list_tags_for_resource().resource_arn(arn).send().await;
        let properties = Self {
            log_group_name: name.to_owned(),
            retention_in_days: group.retention_in_days().unwrap_or_default().into(),
            kms_key_id: some_text(group.kms_key_id()),
            deletion_protection_enabled: asked(
                desired.deletion_protection_enabled.as_ref(),
                // moto has no deletion protection.
                untold(cloud, group.deletion_protection_enabled(), desired.deletion_protection_enabled).or(Some(false)),
            ),
            tags: tags::read(labels.map_err(at("logs:ListTagsForResource"))?.tags.unwrap_or_default()),
        };
        Ok(Some(Observed::ready(name, properties).output("LogGroupName", name).output("Arn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.log_group_name;
        let call = cloud.logs().create_log_group().log_group_name(name).set_kms_key_id(some_known(desired.kms_key_id.as_ref())?);
        // The call's own flag: no moment without protection.
        let call = call.set_deletion_protection_enabled(desired.deletion_protection_enabled);
        let call = call.set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()));
        call.send().await.map_err(at("logs:CreateLogGroup"))?;
        set_retention(cloud, name, desired.retention_in_days).await?;
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.retention_in_days != desired.retention_in_days {
            set_retention(cloud, name, desired.retention_in_days).await?;
        }
        if observed.deletion_protection_enabled != desired.deletion_protection_enabled {
            set_protection(cloud, name, desired.deletion_protection_enabled.unwrap_or_default()).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        let arn = cloud.arn("logs", &format!("log-group:{name}"));
        if !set.is_empty() {
            let call = cloud.logs().tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(at("logs:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.logs().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("logs:UntagResource"))?;
        }
        if observed.kms_key_id != desired.kms_key_id {
            match some_known(desired.kms_key_id.as_ref())? {
                Some(key) => {
                    let call = cloud.logs().associate_kms_key().log_group_name(name).kms_key_id(key);
                    call.send().await.map_err(at("logs:AssociateKmsKey"))?;
                }
                None => {
                    let call = cloud.logs().disassociate_kms_key().log_group_name(name);
                    call.send().await.map_err(at("logs:DisassociateKmsKey"))?;
                }
            }
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        if target.properties.deletion_protection_enabled == Some(true) {
            match set_protection(cloud, name, false).await {
                Err(error) if !matches!(error.kind, ErrorKind::NotFound | ErrorKind::Unsupported) => return Err(error),
                _ => {}
            }
        }
        gone(cloud.logs().delete_log_group().log_group_name(name).send().await.map_err(at("logs:DeleteLogGroup")))
    }
}
