//! `AWS::EFS::AccessPoint` by the EFS API. Its own id is the id; without it the ownership tags find it.

use async_trait::async_trait;
use aws_sdk_efs::types as sdk;
use strata_aws::efs::{AccessPoint, CreationInfo, PosixUser, RootDirectory};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{is_owned, read_tags, readiness, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};
use crate::values::{at, unbuilt};

/// The access point as EFS describes it; none where it is gone.
async fn look(cloud: &Cloud, target: &Target<'_, AccessPoint>) -> Result<Option<sdk::AccessPointDescription>, ProviderError> {
    let call = cloud.efs().describe_access_points();
    if let Some(id) = target.id {
        let answer = found(call.access_point_id(&id.0).send().await.map_err(at("elasticfilesystem:DescribeAccessPoints")))?;
        return Ok(answer.and_then(|answer| answer.access_points().first().cloned()));
    }
    let Some(file_system) = target.properties.file_system_id.as_literal() else { return Ok(None) };
    let all = call.file_system_id(file_system).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let all = found(all.map_err(at("elasticfilesystem:DescribeAccessPoints")))?.unwrap_or_default();
    Ok(all.into_iter().find(|one| is_owned(target, one.tags())))
}

/// A number as the API takes it.
fn number(text: &str) -> Result<i64, ProviderError> {
    text.parse().map_err(|_| ProviderError::internal("strata", format!("{text:?} is no number of a user")))
}

fn user(desired: &AccessPoint) -> Result<Option<sdk::PosixUser>, ProviderError> {
    let Some(user) = &desired.posix_user else { return Ok(None) };
    let built = sdk::PosixUser::builder().uid(number(&user.uid)?).gid(number(&user.gid)?).build();
    built.map(Some).map_err(unbuilt("elasticfilesystem:CreateAccessPoint"))
}

fn root(desired: &AccessPoint) -> Result<Option<sdk::RootDirectory>, ProviderError> {
    let Some(root) = &desired.root_directory else { return Ok(None) };
    let info = &root.creation_info;
    let built = sdk::CreationInfo::builder()
        .owner_uid(number(&info.owner_uid)?)
        .owner_gid(number(&info.owner_gid)?)
        .permissions(&info.permissions)
        .build()
        .map_err(unbuilt("elasticfilesystem:CreateAccessPoint"))?;
    Ok(Some(sdk::RootDirectory::builder().path(&root.path).creation_info(built).build()))
}

#[async_trait]
impl Handler for AccessPoint {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(seen) = look(cloud, target).await? else { return Ok(None) };
        let Some(readiness) = readiness(seen.life_cycle_state()) else { return Ok(None) };
        let id = seen.access_point_id().ok_or_else(|| missing("elasticfilesystem:DescribeAccessPoints", "AccessPointId"))?.to_owned();
        // EFS says `/` where nothing was asked for, and no word of who made it.
        let root = seen.root_directory().and_then(|root| {
            let info = root.creation_info()?;
            Some(RootDirectory {
                path: root.path().unwrap_or("/").to_owned(),
                creation_info: CreationInfo {
                    owner_uid: info.owner_uid().to_string(),
                    owner_gid: info.owner_gid().to_string(),
                    permissions: info.permissions().to_owned(),
                },
            })
        });
        let properties = Self {
            file_system_id: seen.file_system_id().unwrap_or_default().into(),
            posix_user: seen.posix_user().map(|user| PosixUser { uid: user.uid().to_string(), gid: user.gid().to_string() }),
            root_directory: root,
            tags: read_tags(seen.tags()),
        };
        let observed = Observed::ready(&id, properties).output("AccessPointId", &id);
        Ok(Some(observed.output("Arn", seen.access_point_arn().unwrap_or_default()).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .efs()
            .create_access_point()
            .client_token(target.token)
            .file_system_id(known(&desired.file_system_id)?)
            .set_posix_user(user(desired)?)
            .set_root_directory(root(desired)?)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        let answer = call.send().await.map_err(at("elasticfilesystem:CreateAccessPoint"))?;
        let id = answer.access_point_id().ok_or_else(|| missing("elasticfilesystem:CreateAccessPoint", "AccessPointId"))?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        retag(cloud, id, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(
            cloud.efs().delete_access_point().access_point_id(target.id()?).send().await.map_err(at("elasticfilesystem:DeleteAccessPoint")),
        )
    }
}
