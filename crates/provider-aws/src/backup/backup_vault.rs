//! `AWS::Backup::BackupVault` by the Backup API. A vault's id is its name.
//!
//! A vault with recovery points cannot be deleted: unlike a bucket we do not empty it, since its recovery points may be all that
//! is left of something.

use async_trait::async_trait;
use strata_aws::backup::{BackupVault, LockConfiguration};
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use super::{read_tags, retag};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};
use crate::values::at;

/// Whether the vault is there. Backup says 'insufficient privileges' of vaults that are not, so its list decides.
async fn listed(cloud: &Cloud, name: &str) -> Result<bool, ProviderError> {
    let pages = cloud.backup().list_backup_vaults().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(at("backup:ListBackupVaults"))?;
    Ok(all.iter().any(|vault| vault.backup_vault_name() == Some(name)))
}

async fn set_lock(cloud: &Cloud, name: &str, lock: Option<&LockConfiguration>) -> Result<(), ProviderError> {
    let Some(lock) = lock else {
        let call = cloud.backup().delete_backup_vault_lock_configuration().backup_vault_name(name);
        return gone(call.send().await.map_err(at("backup:DeleteBackupVaultLockConfiguration")));
    };
    let call = cloud
        .backup()
        .put_backup_vault_lock_configuration()
        .backup_vault_name(name)
        .min_retention_days(lock.min_retention_days)
        .set_max_retention_days(lock.max_retention_days)
        .set_changeable_for_days(lock.changeable_for_days);
    call.send().await.map(|_| ()).map_err(at("backup:PutBackupVaultLockConfiguration"))
}

#[async_trait]
impl Handler for BackupVault {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.backup_vault_name.as_str(), |id| id.0.as_str());
        let answer = cloud.backup().describe_backup_vault().backup_vault_name(name).send().await;
        let vault = match found(answer.map_err(at("backup:DescribeBackupVault"))) {
            Ok(Some(vault)) => vault,
            Ok(None) => return Ok(None),
            Err(error) if error.kind == ErrorKind::Denied && !listed(cloud, name).await? => return Ok(None),
            Err(error) => return Err(error),
        };
        let arn = vault.backup_vault_arn().ok_or_else(|| missing("backup:DescribeBackupVault", "BackupVaultArn"))?;
        let wanted = target.properties.lock_configuration.as_ref();
        let properties = Self {
            backup_vault_name: name.to_owned(),
            encryption_key_arn: vault.encryption_key_arn().unwrap_or_default().into(),
            lock_configuration: vault.locked().unwrap_or_default().then(|| LockConfiguration {
                changeable_for_days: wanted.and_then(|wanted| wanted.changeable_for_days),
                max_retention_days: vault.max_retention_days().filter(|days| *days > 0),
                min_retention_days: vault.min_retention_days().unwrap_or_default(),
            }),
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(name, properties).output("BackupVaultName", name).output("BackupVaultArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.backup_vault_name;
        let call = cloud
            .backup()
            .create_backup_vault()
            .backup_vault_name(name)
            .encryption_key_arn(known(&desired.encryption_key_arn)?)
            .set_backup_vault_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()))
            .creator_request_id(target.token);
        call.send().await.map_err(at("backup:CreateBackupVault"))?;
        if desired.lock_configuration.is_some() {
            set_lock(cloud, name, desired.lock_configuration.as_ref()).await?;
        }
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.lock_configuration != desired.lock_configuration {
            set_lock(cloud, name, desired.lock_configuration.as_ref()).await?;
        }
        retag(cloud, &cloud.arn("backup", &format!("backup-vault:{name}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        match gone(cloud.backup().delete_backup_vault().backup_vault_name(name).send().await.map_err(at("backup:DeleteBackupVault"))) {
            Err(error) if error.kind == ErrorKind::Denied && !listed(cloud, name).await? => Ok(()),
            answer => answer,
        }
    }
}
