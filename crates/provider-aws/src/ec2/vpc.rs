//! `AWS::EC2::VPC` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcAttributeName, VpcState};
use strata_aws::ec2::Vpc;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};

fn flag(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

/// The two DNS attributes; EC2 changes one a call.
async fn set_dns(cloud: &Cloud, id: &str, desired: &Vpc, observed: Option<&Vpc>) -> Result<(), ProviderError> {
    let failed = |error| failed("ec2:ModifyVpcAttribute", error);
    if observed.is_none_or(|seen| seen.enable_dns_support != desired.enable_dns_support) {
        cloud.ec2().modify_vpc_attribute().vpc_id(id).enable_dns_support(flag(desired.enable_dns_support)).send().await.map_err(failed)?;
    }
    if observed.is_none_or(|seen| seen.enable_dns_hostnames != desired.enable_dns_hostnames) {
        cloud
            .ec2()
            .modify_vpc_attribute()
            .vpc_id(id)
            .enable_dns_hostnames(flag(desired.enable_dns_hostnames))
            .send()
            .await
            .map_err(failed)?;
    }
    Ok(())
}

#[async_trait]
impl Handler for Vpc {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.ec2().describe_vpcs().set_filters(Some(lookup(target, "vpc-id"))).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("ec2:DescribeVpcs", error)))? else {
            return Ok(None);
        };
        let Some(vpc) = answer.vpcs().first() else { return Ok(None) };
        let id = vpc.vpc_id().ok_or_else(|| missing("ec2:DescribeVpcs", "vpcId"))?;
        let attribute = |name| cloud.ec2().describe_vpc_attribute().vpc_id(id).attribute(name).send();
        let (support, hostnames) =
            tokio::try_join!(attribute(VpcAttributeName::EnableDnsSupport), attribute(VpcAttributeName::EnableDnsHostnames))
                .map_err(|error| failed("ec2:DescribeVpcAttribute", error))?;
        let filter = super::filter("vpc-id", id);
        let default_group = super::filter("group-name", "default");
        let groups = cloud.ec2().describe_security_groups().filters(filter.clone()).filters(default_group).send();
        let acls = cloud.ec2().describe_network_acls().filters(filter).filters(super::filter("default", "true")).send();
        let groups = groups.await.map_err(|error| failed("ec2:DescribeSecurityGroups", error))?;
        let acls = acls.await.map_err(|error| failed("ec2:DescribeNetworkAcls", error))?;
        let properties = Self {
            cidr_block: vpc.cidr_block().unwrap_or_default().to_owned(),
            enable_dns_support: support.enable_dns_support().and_then(AttributeBooleanValue::value).unwrap_or_default(),
            enable_dns_hostnames: hostnames.enable_dns_hostnames().and_then(AttributeBooleanValue::value).unwrap_or_default(),
            tags: read_tags(vpc.tags()),
        };
        let readiness = match vpc.state() {
            Some(VpcState::Pending) => Readiness::Pending("pending".to_owned()),
            _ => Readiness::Ready,
        };
        let mut observed = Observed::ready(id, properties).output("VpcId", id).readiness(readiness);
        if let Some(group) = groups.security_groups().first().and_then(|group| group.group_id()) {
            observed = observed.output("DefaultSecurityGroup", group);
        }
        if let Some(acl) = acls.network_acls().first().and_then(|acl| acl.network_acl_id()) {
            observed = observed.output("DefaultNetworkAcl", acl);
        }
        Ok(Some(observed))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .ec2()
            .create_vpc()
            .cidr_block(&desired.cidr_block)
            .tag_specifications(specification(ResourceType::Vpc, &desired.tags)?)
            .send()
            .await
            .map_err(|error| failed("ec2:CreateVpc", error))?;
        let id = answer.vpc().and_then(|vpc| vpc.vpc_id()).ok_or_else(|| missing("ec2:CreateVpc", "vpcId"))?;
        set_dns(cloud, id, desired, None).await?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        set_dns(cloud, target.id()?, target.properties, Some(observed)).await?;
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.ec2().delete_vpc().vpc_id(target.id()?).send().await.map_err(|error| failed("ec2:DeleteVpc", error)))
    }
}
