//! `AWS::EC2::SecurityGroup` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType};
use strata_aws::Part;
use strata_aws::ec2::SecurityGroup;
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use super::security_group_rule::{Rule, rules_of};
use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{part, strangers};

/// What the load balancer controller of Kubernetes begins the description of its rules with: it opens the way to its pods by itself.
const OF_CONTROLLER: &str = "elbv2.k8s.aws/";

/// The rules of both directions, but for those of the controller of Kubernetes.
async fn parts(cloud: &Cloud, group: &str) -> Result<(Vec<Part>, Vec<Part>), ProviderError> {
    let (mut ingress, mut egress) = (Vec::new(), Vec::new());
    for seen in rules_of(cloud, group).await?.unwrap_or_default() {
        let Some(id) = seen.security_group_rule_id() else { continue };
        let rule = Rule::seen(&seen);
        if rule.description.starts_with(OF_CONTROLLER) {
            continue;
        }
        if seen.is_egress().unwrap_or_default() {
            egress.push(part(id, &super::security_group_egress::read(rule))?);
        } else {
            ingress.push(part(id, &super::security_group_ingress::read(rule))?);
        }
    }
    Ok((ingress, egress))
}

#[async_trait]
impl Handler for SecurityGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.ec2().describe_security_groups().set_filters(Some(lookup(target, "group-id"))).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("ec2:DescribeSecurityGroups", error)))? else {
            return Ok(None);
        };
        let Some(group) = answer.security_groups().first() else {
            return Ok(None);
        };
        let id = group.group_id().ok_or_else(|| missing("ec2:DescribeSecurityGroups", "groupId"))?;
        let (security_group_ingress, security_group_egress) = parts(cloud, id).await?;
        let properties = Self {
            security_group_ingress,
            security_group_egress,
            group_name: group.group_name().unwrap_or_default().to_owned(),
            group_description: group.description().unwrap_or_default().to_owned(),
            vpc_id: group.vpc_id().unwrap_or_default().into(),
            tags: read_tags(group.tags()),
        };
        Ok(Some(Observed::ready(id, properties).output("GroupId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .ec2()
            .create_security_group()
            .group_name(&desired.group_name)
            .description(&desired.group_description)
            .vpc_id(known(&desired.vpc_id)?)
            .tag_specifications(specification(ResourceType::SecurityGroup, &desired.tags)?)
            .send()
            .await
            .map_err(|error| failed("ec2:CreateSecurityGroup", error))?;
        let id = answer.group_id().ok_or_else(|| missing("ec2:CreateSecurityGroup", "groupId"))?;
        // EC2 opens all egress on every new group; ours reach only what `uses` and `egress` name.
        let everything = IpPermission::builder().ip_protocol("-1").ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
        match cloud
            .ec2()
            .revoke_security_group_egress()
            .group_id(id)
            .ip_permissions(everything)
            .send()
            .await
            .map_err(|error| failed("ec2:RevokeSecurityGroupEgress", error))
        {
            Ok(_) => {}
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        for rule in strangers(&observed.security_group_ingress, &desired.security_group_ingress) {
            let call = cloud.ec2().revoke_security_group_ingress().group_id(id).security_group_rule_ids(rule);
            gone(call.send().await.map_err(|error| failed("ec2:RevokeSecurityGroupIngress", error)))?;
        }
        for rule in strangers(&observed.security_group_egress, &desired.security_group_egress) {
            let call = cloud.ec2().revoke_security_group_egress().group_id(id).security_group_rule_ids(rule);
            gone(call.send().await.map_err(|error| failed("ec2:RevokeSecurityGroupEgress", error)))?;
        }
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_security_group().group_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteSecurityGroup", error)))
    }
}
