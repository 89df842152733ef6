//! `AWS::EC2::InternetGateway` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::ResourceType;
use strata_aws::ec2::InternetGateway;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};

#[async_trait]
impl Handler for InternetGateway {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_internet_gateways().set_filters(Some(lookup(target, "internet-gateway-id")));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeInternetGateways", error)))?;
        let Some(gateway) = answer.as_ref().and_then(|answer| answer.internet_gateways().first()) else {
            return Ok(None);
        };
        let id = gateway.internet_gateway_id().ok_or_else(|| missing("ec2:DescribeInternetGateways", "internetGatewayId"))?;
        let properties = Self { tags: read_tags(gateway.tags()) };
        Ok(Some(Observed::ready(id, properties).output("InternetGatewayId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let tags = specification(ResourceType::InternetGateway, &target.properties.tags)?;
        let answer = cloud.ec2().create_internet_gateway().tag_specifications(tags).send().await;
        let answer = answer.map_err(|error| failed("ec2:CreateInternetGateway", error))?;
        let id = answer.internet_gateway().and_then(|gateway| gateway.internet_gateway_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateInternetGateway", "internetGatewayId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_internet_gateway().internet_gateway_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteInternetGateway", error)))
    }
}
