//! `AWS::EC2::Subnet` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, SubnetState};
use strata_aws::ec2::Subnet;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

async fn set_public_ip(cloud: &Cloud, id: &str, value: bool) -> Result<(), ProviderError> {
    let value = AttributeBooleanValue::builder().value(value).build();
    let call = cloud.ec2().modify_subnet_attribute().subnet_id(id).map_public_ip_on_launch(value);
    call.send().await.map(|_| ()).map_err(|error| failed("ec2:ModifySubnetAttribute", error))
}

#[async_trait]
impl Handler for Subnet {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.ec2().describe_subnets().set_filters(Some(lookup(target, "subnet-id"))).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("ec2:DescribeSubnets", error)))? else {
            return Ok(None);
        };
        let Some(subnet) = answer.subnets().first() else { return Ok(None) };
        let id = subnet.subnet_id().ok_or_else(|| missing("ec2:DescribeSubnets", "subnetId"))?;
        let properties = Self {
            vpc_id: subnet.vpc_id().unwrap_or_default().into(),
            cidr_block: subnet.cidr_block().unwrap_or_default().to_owned(),
            availability_zone: subnet.availability_zone().unwrap_or_default().to_owned(),
            map_public_ip_on_launch: subnet.map_public_ip_on_launch().unwrap_or_default(),
            tags: read_tags(subnet.tags()),
        };
        let readiness = match subnet.state() {
            Some(SubnetState::Pending) => Readiness::Pending("pending".to_owned()),
            _ => Readiness::Ready,
        };
        Ok(Some(Observed::ready(id, properties).output("SubnetId", id).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .ec2()
            .create_subnet()
            .vpc_id(known(&desired.vpc_id)?)
            .cidr_block(&desired.cidr_block)
            .availability_zone(&desired.availability_zone)
            .tag_specifications(specification(ResourceType::Subnet, &desired.tags)?)
            .send()
            .await
            .map_err(|error| failed("ec2:CreateSubnet", error))?;
        let id = answer.subnet().and_then(|subnet| subnet.subnet_id()).ok_or_else(|| missing("ec2:CreateSubnet", "subnetId"))?;
        // AWS makes subnets that give out no public address; an emulator without a default network makes the first of each zone the default one.
        let public = answer.subnet().and_then(|subnet| subnet.map_public_ip_on_launch()).unwrap_or_default();
        if desired.map_public_ip_on_launch != public {
            set_public_ip(cloud, id, desired.map_public_ip_on_launch).await?;
        }
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        if observed.map_public_ip_on_launch != desired.map_public_ip_on_launch {
            set_public_ip(cloud, target.id()?, desired.map_public_ip_on_launch).await?;
        }
        retag(cloud, target.id()?, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.ec2().delete_subnet().subnet_id(target.id()?).send().await.map_err(|error| failed("ec2:DeleteSubnet", error)))
    }
}
