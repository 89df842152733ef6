//! `AWS::EFS::MountTarget` by the EFS API. Its own id is the id; without it file system and subnet, of which there is one, find it.

use async_trait::async_trait;
use strata_aws::efs::MountTarget;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::readiness;
use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{all_known, at, sorted};

#[async_trait]
impl Handler for MountTarget {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.efs().describe_mount_targets();
        let (file_system, subnet) = (target.properties.file_system_id.as_literal(), target.properties.subnet_id.as_literal());
        let call = match (target.id, file_system, subnet) {
            (Some(id), _, _) => call.mount_target_id(&id.0),
            (None, Some(file_system), Some(_)) => call.file_system_id(file_system),
            _ => return Ok(None),
        };
        let answer = found(call.send().await.map_err(at("elasticfilesystem:DescribeMountTargets")))?;
        let is = |seen: &&aws_sdk_efs::types::MountTargetDescription| target.id.is_some() || Some(seen.subnet_id()) == subnet;
        let Some(seen) = answer.as_ref().and_then(|answer| answer.mount_targets().iter().find(is)) else { return Ok(None) };
        let Some(readiness) = readiness(Some(seen.life_cycle_state())) else { return Ok(None) };
        let id = seen.mount_target_id();
        let groups = cloud.efs().describe_mount_target_security_groups().mount_target_id(id).send().await;
        let Some(groups) = found(groups.map_err(at("elasticfilesystem:DescribeMountTargetSecurityGroups")))? else { return Ok(None) };
        let properties = Self {
            file_system_id: seen.file_system_id().into(),
            subnet_id: seen.subnet_id().into(),
            security_groups: sorted(groups.security_groups().iter().cloned()),
        };
        Ok(Some(Observed::ready(id, properties).output("Id", id).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .efs()
            .create_mount_target()
            .file_system_id(known(&desired.file_system_id)?)
            .subnet_id(known(&desired.subnet_id)?)
            .set_security_groups(Some(all_known(&desired.security_groups)?));
        let answer = call.send().await.map_err(at("elasticfilesystem:CreateMountTarget"))?;
        Ok(PhysicalId(answer.mount_target_id().to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let groups = all_known(&target.properties.security_groups)?;
        let call = cloud.efs().modify_mount_target_security_groups().mount_target_id(target.id()?).set_security_groups(Some(groups));
        call.send().await.map(|_| ()).map_err(at("elasticfilesystem:ModifyMountTargetSecurityGroups"))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(
            cloud.efs().delete_mount_target().mount_target_id(target.id()?).send().await.map_err(at("elasticfilesystem:DeleteMountTarget")),
        )
    }
}
