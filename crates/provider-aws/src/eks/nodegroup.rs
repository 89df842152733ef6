//! `AWS::EKS::Nodegroup` by the EKS API. The physical id is `CLUSTER:GROUP`.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_eks::types::{
    AmiTypes, CapacityTypes, LaunchTemplateSpecification, Nodegroup as Seen, NodegroupScalingConfig, NodegroupStatus,
    NodegroupUpdateConfig, UpdateLabelsPayload,
};
use strata_aws::eks::{Nodegroup, NodegroupLaunchTemplate, ScalingConfig, UpdateConfig};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{number, read_tags, retag, sdk_tags, split};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

fn scaling(desired: &ScalingConfig) -> Result<NodegroupScalingConfig, ProviderError> {
    let builder = NodegroupScalingConfig::builder().min_size(number(desired.min_size)?).max_size(number(desired.max_size)?);
    Ok(builder.set_desired_size(desired.desired_size.map(number).transpose()?).build())
}

fn template(desired: &NodegroupLaunchTemplate) -> Result<LaunchTemplateSpecification, ProviderError> {
    Ok(LaunchTemplateSpecification::builder().id(known(&desired.id)?).version(known(&desired.version)?).build())
}

fn update_config(desired: &UpdateConfig) -> Result<NodegroupUpdateConfig, ProviderError> {
    Ok(NodegroupUpdateConfig::builder().max_unavailable(number(desired.max_unavailable)?).build())
}

fn parts<'a>(target: &'a Target<'_, Nodegroup>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => split(&id.0),
        None => Some((target.properties.cluster_name.as_literal()?, &target.properties.nodegroup_name)),
    }
}

fn read(cloud: &Cloud, seen: &Seen, wanted: &Nodegroup) -> Nodegroup {
    let mut subnets: Vec<Text> = seen.subnets().iter().map(|id| id.as_str().into()).collect();
    subnets.sort();
    let size = seen.scaling_config();
    let update = match seen.update_config().and_then(|config| config.max_unavailable()) {
        Some(count) => Some(UpdateConfig { max_unavailable: count.into() }),
        // The emulator forgets it.
        None if cloud.settings.emulator => wanted.update_config.clone(),
        None => None,
    };
    let desired_size = size.and_then(|size| size.desired_size()).map(i64::from);
    let labels: HashMap<String, String> = seen.labels().cloned().unwrap_or_default();
    Nodegroup {
        nodegroup_name: seen.nodegroup_name().unwrap_or_default().to_owned(),
        cluster_name: seen.cluster_name().unwrap_or_default().into(),
        node_role: seen.node_role().unwrap_or_default().into(),
        subnets,
        scaling_config: ScalingConfig {
            min_size: size.and_then(|size| size.min_size()).unwrap_or_default().into(),
            max_size: size.and_then(|size| size.max_size()).unwrap_or_default().into(),
            desired_size: asked(wanted.scaling_config.desired_size.as_ref(), desired_size),
        },
        ami_type: asked(wanted.ami_type.as_ref(), seen.ami_type().map(|kind| kind.as_str().to_owned())),
        capacity_type: asked(wanted.capacity_type.as_ref(), seen.capacity_type().map(|kind| kind.as_str().to_owned())),
        // EKS names a type of its own where none was asked for.
        instance_types: if wanted.instance_types.is_empty() { Vec::new() } else { seen.instance_types().to_vec() },
        launch_template: seen.launch_template().map(|template| NodegroupLaunchTemplate {
            id: template.id().unwrap_or_default().into(),
            version: template.version().unwrap_or_default().into(),
        }),
        labels: labels.into_iter().collect(),
        update_config: asked(wanted.update_config.as_ref(), update),
        version: match seen.version() {
            // The emulator has one version for all.
            _ if cloud.settings.emulator => wanted.version.clone(),
            version => asked(wanted.version.as_ref(), version.map(ToOwned::to_owned)),
        },
        tags: read_tags(seen.tags()),
    }
}

#[async_trait]
impl Handler for Nodegroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((cluster, group)) = parts(target) else { return Ok(None) };
        let answer = cloud.eks().describe_nodegroup().cluster_name(cluster).nodegroup_name(group).send().await;
        let answer = found(answer.map_err(|error| failed("eks:DescribeNodegroup", error)))?;
        let Some(seen) = answer.as_ref().and_then(|answer| answer.nodegroup()) else { return Ok(None) };
        let issue = || {
            let issue = seen.health().and_then(|health| health.issues().first()).and_then(|issue| issue.message());
            issue.map(ToOwned::to_owned)
        };
        let readiness = match seen.status() {
            Some(NodegroupStatus::Active) | None => Readiness::Ready,
            Some(NodegroupStatus::Deleting) => Readiness::Deleting,
            Some(status @ (NodegroupStatus::CreateFailed | NodegroupStatus::DeleteFailed | NodegroupStatus::Degraded)) => {
                Readiness::Failed(issue().unwrap_or_else(|| status.as_str().to_owned()))
            }
            Some(other) => Readiness::Pending(other.as_str().to_ascii_lowercase()),
        };
        let arn = seen.nodegroup_arn().ok_or_else(|| missing("eks:DescribeNodegroup", "nodegroupArn"))?;
        let properties = read(cloud, seen, target.properties);
        Ok(Some(Observed::ready(format!("{cluster}:{group}"), properties).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let cluster = known(&desired.cluster_name)?;
        let subnets = desired.subnets.iter().map(|id| known(id).map(ToOwned::to_owned)).collect::<Result<Vec<_>, _>>()?;
        let call = cloud
            .eks()
            .create_nodegroup()
            .cluster_name(cluster)
            .nodegroup_name(&desired.nodegroup_name)
            .node_role(known(&desired.node_role)?)
            .set_subnets(Some(subnets))
            .scaling_config(scaling(&desired.scaling_config)?)
            .set_ami_type(desired.ami_type.as_deref().map(AmiTypes::from))
            .set_capacity_type(desired.capacity_type.as_deref().map(CapacityTypes::from))
            .set_instance_types(Some(desired.instance_types.clone()).filter(|all| !all.is_empty()))
            .set_launch_template(desired.launch_template.as_ref().map(template).transpose()?)
            .set_labels(Some(desired.labels.clone().into_iter().collect()))
            .set_update_config(desired.update_config.as_ref().map(update_config).transpose()?)
            .set_version(desired.version.clone())
            .client_request_token(target.token)
            .set_tags(sdk_tags(&desired.tags)?);
        call.send().await.map_err(|error| failed("eks:CreateNodegroup", error))?;
        Ok(PhysicalId(format!("{cluster}:{}", desired.nodegroup_name)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        let id = target.id()?;
        let (cluster, group) = split(id).ok_or_else(|| ProviderError::internal("strata", format!("{id} is no id of a node group")))?;
        if observed.scaling_config != desired.scaling_config
            || observed.labels != desired.labels
            || observed.update_config != desired.update_config
        {
            let removed: Vec<String> = observed.labels.keys().filter(|key| !desired.labels.contains_key(*key)).cloned().collect();
            let labels = UpdateLabelsPayload::builder()
                .set_add_or_update_labels(Some(desired.labels.clone().into_iter().collect()))
                .set_remove_labels(Some(removed).filter(|all| !all.is_empty()));
            let call = cloud
                .eks()
                .update_nodegroup_config()
                .cluster_name(cluster)
                .nodegroup_name(group)
                .labels(labels.build())
                .scaling_config(scaling(&desired.scaling_config)?)
                .set_update_config(desired.update_config.as_ref().map(update_config).transpose()?);
            call.send().await.map_err(|error| failed("eks:UpdateNodegroupConfig", error))?;
        }
        if observed.version != desired.version || observed.launch_template != desired.launch_template {
            let call = cloud
                .eks()
                .update_nodegroup_version()
                .cluster_name(cluster)
                .nodegroup_name(group)
                .set_version(desired.version.clone())
                .set_launch_template(desired.launch_template.as_ref().map(template).transpose()?);
            call.send().await.map_err(|error| failed("eks:UpdateNodegroupVersion", error))?;
        }
        if observed.tags != desired.tags {
            let answer = cloud.eks().describe_nodegroup().cluster_name(cluster).nodegroup_name(group).send().await;
            let answer = answer.map_err(|error| failed("eks:DescribeNodegroup", error))?;
            let arn = answer.nodegroup().and_then(|group| group.nodegroup_arn());
            let arn = arn.ok_or_else(|| missing("eks:DescribeNodegroup", "nodegroupArn"))?;
            retag(cloud, arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((cluster, group)) = parts(target) else { return Ok(()) };
        let answer = cloud.eks().delete_nodegroup().cluster_name(cluster).nodegroup_name(group).send().await;
        gone(answer.map_err(|error| failed("eks:DeleteNodegroup", error)))
    }
}
