//! `AWS::EKS::Addon` by the EKS API. The physical id is `CLUSTER:ADDON`.

use async_trait::async_trait;
use aws_sdk_eks::types::{AddonStatus, ResolveConflicts};
use strata_aws::eks::Addon;
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags, split};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

fn parts<'a>(target: &'a Target<'_, Addon>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => split(&id.0),
        None => Some((target.properties.cluster_name.as_literal()?, &target.properties.addon_name)),
    }
}

#[async_trait]
impl Handler for Addon {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((cluster, name)) = parts(target) else { return Ok(None) };
        let answer = cloud.eks().describe_addon().cluster_name(cluster).addon_name(name).send().await;
        let answer = found(answer.map_err(|error| failed("eks:DescribeAddon", error)))?;
        let Some(addon) = answer.as_ref().and_then(|answer| answer.addon()) else { return Ok(None) };
        let wanted = target.properties;
        let properties = Self {
            addon_name: name.to_owned(),
            cluster_name: cluster.into(),
            addon_version: asked(wanted.addon_version.as_ref(), addon.addon_version().map(ToOwned::to_owned)),
            configuration_values: asked(wanted.configuration_values.as_ref(), addon.configuration_values().map(ToOwned::to_owned)),
            resolve_conflicts: wanted.resolve_conflicts.clone(),
            service_account_role_arn: addon.service_account_role_arn().map(Text::from),
            tags: read_tags(addon.tags()),
        };
        let issue = || {
            let issue = addon.health().and_then(|health| health.issues().first()).and_then(|issue| issue.message());
            issue.map(ToOwned::to_owned)
        };
        let readiness = match addon.status() {
            Some(AddonStatus::Active) | None => Readiness::Ready,
            Some(AddonStatus::Deleting) => Readiness::Deleting,
            Some(status @ (AddonStatus::CreateFailed | AddonStatus::UpdateFailed | AddonStatus::DeleteFailed)) => {
                Readiness::Failed(issue().unwrap_or_else(|| status.as_str().to_owned()))
            }
            // Degraded too: it is so until the first node runs.
            Some(other) => Readiness::Pending(issue().unwrap_or_else(|| other.as_str().to_ascii_lowercase())),
        };
        let arn = addon.addon_arn().ok_or_else(|| missing("eks:DescribeAddon", "addonArn"))?;
        Ok(Some(Observed::ready(format!("{cluster}:{name}"), properties).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let cluster = known(&desired.cluster_name)?;
        let role = desired.service_account_role_arn.as_ref().map(known).transpose()?;
        let call = cloud
            .eks()
            .create_addon()
            .cluster_name(cluster)
            .addon_name(&desired.addon_name)
            .set_addon_version(desired.addon_version.clone())
            .set_configuration_values(desired.configuration_values.clone())
            .set_resolve_conflicts(desired.resolve_conflicts.as_deref().map(ResolveConflicts::from))
            .set_service_account_role_arn(role.map(ToOwned::to_owned))
            .client_request_token(target.token)
            .set_tags(sdk_tags(&desired.tags)?);
        call.send().await.map_err(|error| failed("eks:CreateAddon", error))?;
        Ok(PhysicalId(format!("{cluster}:{}", desired.addon_name)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        let id = target.id()?;
        let (cluster, name) = split(id).ok_or_else(|| ProviderError::internal("strata", format!("{id} is no id of an add-on")))?;
        if observed.addon_version != desired.addon_version
            || observed.configuration_values != desired.configuration_values
            || observed.service_account_role_arn != desired.service_account_role_arn
        {
            let role = desired.service_account_role_arn.as_ref().map(known).transpose()?;
            let call = cloud
                .eks()
                .update_addon()
                .cluster_name(cluster)
                .addon_name(name)
                .set_addon_version(desired.addon_version.clone())
                .set_configuration_values(desired.configuration_values.clone())
                .set_resolve_conflicts(desired.resolve_conflicts.as_deref().map(ResolveConflicts::from))
                .set_service_account_role_arn(role.map(ToOwned::to_owned));
            call.send().await.map_err(|error| failed("eks:UpdateAddon", error))?;
        }
        if observed.tags != desired.tags {
            let answer = cloud.eks().describe_addon().cluster_name(cluster).addon_name(name).send().await;
            let answer = answer.map_err(|error| failed("eks:DescribeAddon", error))?;
            let arn = answer.addon().and_then(|addon| addon.addon_arn());
            let arn = arn.ok_or_else(|| missing("eks:DescribeAddon", "addonArn"))?;
            retag(cloud, arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((cluster, name)) = parts(target) else { return Ok(()) };
        let answer = cloud.eks().delete_addon().cluster_name(cluster).addon_name(name).send().await;
        gone(answer.map_err(|error| failed("eks:DeleteAddon", error)))
    }
}
