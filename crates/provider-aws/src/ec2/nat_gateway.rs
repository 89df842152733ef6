//! `AWS::EC2::NatGateway` by the EC2 API. A deleted one stays listed for about an hour: it counts as gone.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ConnectivityType, NatGatewayState, ResourceType};
use strata_aws::ec2::NatGateway;
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{lookup, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

#[async_trait]
impl Handler for NatGateway {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_nat_gateways().set_filter(Some(lookup(target, "nat-gateway-id")));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeNatGateways", error)))?;
        let gateway = answer.iter().flat_map(|answer| answer.nat_gateways()).find(|gateway| match gateway.state() {
            Some(NatGatewayState::Deleted) => false,
            // Without an id the one on its way out is a predecessor.
            Some(NatGatewayState::Deleting) => target.id.is_some(),
            _ => true,
        });
        let Some(gateway) = gateway else { return Ok(None) };
        let id = gateway.nat_gateway_id().ok_or_else(|| missing("ec2:DescribeNatGateways", "natGatewayId"))?;
        let address = gateway.nat_gateway_addresses().iter().find_map(|address| address.allocation_id());
        let properties = Self {
            allocation_id: address.map_or_else(|| target.properties.allocation_id.clone(), Text::from),
            subnet_id: gateway.subnet_id().unwrap_or_default().into(),
            connectivity_type: gateway.connectivity_type().map_or("public", ConnectivityType::as_str).to_owned(),
            tags: read_tags(gateway.tags()),
        };
        let readiness = match gateway.state() {
            Some(NatGatewayState::Pending) => Readiness::Pending("pending".to_owned()),
            Some(NatGatewayState::Deleting) => Readiness::Deleting,
            Some(NatGatewayState::Failed) => Readiness::Failed(gateway.failure_message().unwrap_or("failed").to_owned()),
            _ => Readiness::Ready,
        };
        Ok(Some(Observed::ready(id, properties).output("NatGatewayId", id).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_nat_gateway()
            .allocation_id(known(&desired.allocation_id)?)
            .subnet_id(known(&desired.subnet_id)?)
            .connectivity_type(ConnectivityType::from(desired.connectivity_type.as_str()))
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::Natgateway, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateNatGateway", error))?;
        let id = answer.nat_gateway().and_then(|gateway| gateway.nat_gateway_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateNatGateway", "natGatewayId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_nat_gateway().nat_gateway_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteNatGateway", error)))
    }
}
