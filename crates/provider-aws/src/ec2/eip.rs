//! `AWS::EC2::EIP` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{DomainType, ResourceType};
use strata_aws::ec2::Eip;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};

#[async_trait]
impl Handler for Eip {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_addresses().set_filters(Some(lookup(target, "allocation-id")));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeAddresses", error)))?;
        let Some(address) = answer.as_ref().and_then(|answer| answer.addresses().first()) else {
            return Ok(None);
        };
        let id = address.allocation_id().ok_or_else(|| missing("ec2:DescribeAddresses", "allocationId"))?;
        let properties = Self {
            domain: address.domain().map_or_else(String::new, |domain| domain.as_str().to_owned()),
            tags: read_tags(address.tags()),
        };
        let public = address.public_ip().ok_or_else(|| missing("ec2:DescribeAddresses", "publicIp"))?;
        Ok(Some(Observed::ready(id, properties).output("AllocationId", id).output("PublicIp", public)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let call = cloud.ec2().allocate_address().domain(DomainType::from(target.properties.domain.as_str()));
        let tags = specification(ResourceType::ElasticIp, &target.properties.tags)?;
        let answer = call.tag_specifications(tags).send().await.map_err(|error| failed("ec2:AllocateAddress", error))?;
        let id = answer.allocation_id().ok_or_else(|| missing("ec2:AllocateAddress", "allocationId"))?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().release_address().allocation_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:ReleaseAddress", error)))
    }
}
