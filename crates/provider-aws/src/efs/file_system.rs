//! `AWS::EFS::FileSystem` by the EFS API. The file system's id is the id; without it the ownership tags find it.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_efs::types as sdk;
use strata_aws::efs::{BackupPolicy, FileSystem, LifecyclePolicy};
use strata_aws::iam::PolicyDocument;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{is_owned, read_tags, readiness, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{at, policy_json, read_policy, some_known, some_text};

/// How often, and after how long each time, a file system that is being made is looked at again.
const TRIES: usize = 60;
const PAUSE: Duration = Duration::from_secs(1);
const ENABLED: &str = "ENABLED";

/// The file system as EFS describes it; none where it is gone.
async fn look(cloud: &Cloud, target: &Target<'_, FileSystem>) -> Result<Option<sdk::FileSystemDescription>, ProviderError> {
    let call = cloud.efs().describe_file_systems();
    if let Some(id) = target.id {
        let answer = found(call.file_system_id(&id.0).send().await.map_err(at("elasticfilesystem:DescribeFileSystems")))?;
        return Ok(answer.and_then(|answer| answer.file_systems().first().cloned()));
    }
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    Ok(all.map_err(at("elasticfilesystem:DescribeFileSystems"))?.into_iter().find(|one| is_owned(target, one.tags())))
}

/// Waits until it is there: EFS refuses a policy for one that is being made, which takes seconds. Whatever this does not see, the next look does.
async fn available(cloud: &Cloud, id: &str) -> Result<(), ProviderError> {
    for _ in 0..TRIES {
        let answer =
            cloud.efs().describe_file_systems().file_system_id(id).send().await.map_err(at("elasticfilesystem:DescribeFileSystems"))?;
        let state = answer.file_systems().first().map(|seen| seen.life_cycle_state().clone());
        if !matches!(state, Some(sdk::LifeCycleState::Creating)) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn lifecycle(cloud: &Cloud, id: &str) -> Result<Vec<LifecyclePolicy>, ProviderError> {
    let answer = cloud.efs().describe_lifecycle_configuration().file_system_id(id).send().await;
    let answer = found(answer.map_err(at("elasticfilesystem:DescribeLifecycleConfiguration")))?;
    let mut all: Vec<LifecyclePolicy> = answer
        .iter()
        .flat_map(|answer| answer.lifecycle_policies())
        .map(|policy| LifecyclePolicy {
            transition_to_ia: policy.transition_to_ia().map(|rule| rule.as_str().to_owned()),
            transition_to_primary_storage_class: policy.transition_to_primary_storage_class().map(|rule| rule.as_str().to_owned()),
        })
        .collect();
    all.sort();
    Ok(all)
}

async fn backup(cloud: &Cloud, id: &str) -> Result<BackupPolicy, ProviderError> {
    let answer =
        found(cloud.efs().describe_backup_policy().file_system_id(id).send().await.map_err(at("elasticfilesystem:DescribeBackupPolicy")))?;
    let status = answer.and_then(|answer| answer.backup_policy().map(|policy| policy.status().clone()));
    // EFS is on its way from one to the other for a moment: what it is on its way to is what holds.
    let on = matches!(status, Some(sdk::Status::Enabled | sdk::Status::Enabling));
    Ok(BackupPolicy { status: if on { ENABLED } else { "DISABLED" }.to_owned() })
}

async fn policy(cloud: &Cloud, id: &str) -> Result<Option<PolicyDocument>, ProviderError> {
    let answer = cloud.efs().describe_file_system_policy().file_system_id(id).send().await;
    let answer = found(answer.map_err(at("elasticfilesystem:DescribeFileSystemPolicy")))?;
    let text = answer.as_ref().and_then(|answer| answer.policy());
    text.map(|text| read_policy(text, "elasticfilesystem:DescribeFileSystemPolicy")).transpose()
}

async fn put_lifecycle(cloud: &Cloud, id: &str, desired: &FileSystem) -> Result<(), ProviderError> {
    let policies = desired.lifecycle_policies.iter().map(|policy| {
        sdk::LifecyclePolicy::builder()
            .set_transition_to_ia(policy.transition_to_ia.as_deref().map(Into::into))
            .set_transition_to_primary_storage_class(policy.transition_to_primary_storage_class.as_deref().map(Into::into))
            .build()
    });
    let call = cloud.efs().put_lifecycle_configuration().file_system_id(id).set_lifecycle_policies(Some(policies.collect()));
    call.send().await.map(|_| ()).map_err(at("elasticfilesystem:PutLifecycleConfiguration"))
}

async fn put_backup(cloud: &Cloud, id: &str, desired: &FileSystem) -> Result<(), ProviderError> {
    let policy = sdk::BackupPolicy::builder().status(desired.backup_policy.status.as_str().into()).build();
    let policy = policy.map_err(crate::values::unbuilt("elasticfilesystem:PutBackupPolicy"))?;
    let call = cloud.efs().put_backup_policy().file_system_id(id).backup_policy(policy);
    call.send().await.map(|_| ()).map_err(at("elasticfilesystem:PutBackupPolicy"))
}

async fn put_policy(cloud: &Cloud, id: &str, desired: &FileSystem) -> Result<(), ProviderError> {
    let Some(policy) = &desired.file_system_policy else {
        let answer = cloud.efs().delete_file_system_policy().file_system_id(id).send().await;
        return gone(answer.map_err(at("elasticfilesystem:DeleteFileSystemPolicy")));
    };
    let text = policy_json(policy, "elasticfilesystem:PutFileSystemPolicy")?;
    let call = cloud.efs().put_file_system_policy().file_system_id(id).policy(text);
    call.send().await.map(|_| ()).map_err(at("elasticfilesystem:PutFileSystemPolicy"))
}

#[async_trait]
impl Handler for FileSystem {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(seen) = look(cloud, target).await? else { return Ok(None) };
        let Some(readiness) = readiness(Some(seen.life_cycle_state())) else { return Ok(None) };
        let id = seen.file_system_id();
        let (lifecycle, backup, policy) = tokio::try_join!(lifecycle(cloud, id), backup(cloud, id), policy(cloud, id))?;
        let properties = Self {
            encrypted: seen.encrypted().unwrap_or_default(),
            kms_key_id: some_text(seen.kms_key_id()),
            performance_mode: seen.performance_mode().as_str().to_owned(),
            throughput_mode: seen.throughput_mode().map_or("bursting", sdk::ThroughputMode::as_str).to_owned(),
            backup_policy: backup,
            lifecycle_policies: lifecycle,
            file_system_policy: policy,
            tags: read_tags(seen.tags()),
        };
        let observed = Observed::ready(id, properties).output("FileSystemId", id).output("Arn", seen.file_system_arn().unwrap_or_default());
        Ok(Some(observed.readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .efs()
            .create_file_system()
            .creation_token(target.token)
            .encrypted(desired.encrypted)
            .set_kms_key_id(some_known(desired.kms_key_id.as_ref())?)
            .performance_mode(desired.performance_mode.as_str().into())
            .throughput_mode(desired.throughput_mode.as_str().into())
            .backup(desired.backup_policy.status == ENABLED)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        let answer = call.send().await.map_err(at("elasticfilesystem:CreateFileSystem"))?;
        let id = answer.file_system_id().to_owned();
        available(cloud, &id).await?;
        if !desired.lifecycle_policies.is_empty() {
            put_lifecycle(cloud, &id, desired).await?;
        }
        if desired.file_system_policy.is_some() {
            put_policy(cloud, &id, desired).await?;
        }
        Ok(PhysicalId(id))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.throughput_mode != desired.throughput_mode {
            let call = cloud.efs().update_file_system().file_system_id(id).throughput_mode(desired.throughput_mode.as_str().into());
            call.send().await.map_err(at("elasticfilesystem:UpdateFileSystem"))?;
        }
        let (mut seen, mut wanted) = (observed.lifecycle_policies.clone(), desired.lifecycle_policies.clone());
        seen.sort();
        wanted.sort();
        if seen != wanted {
            put_lifecycle(cloud, id, desired).await?;
        }
        if observed.backup_policy != desired.backup_policy {
            put_backup(cloud, id, desired).await?;
        }
        if observed.file_system_policy != desired.file_system_policy {
            put_policy(cloud, id, desired).await?;
        }
        retag(cloud, id, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.efs().delete_file_system().file_system_id(target.id()?).send().await.map_err(at("elasticfilesystem:DeleteFileSystem")))
    }
}
