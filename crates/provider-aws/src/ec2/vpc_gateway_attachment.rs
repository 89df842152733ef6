//! `AWS::EC2::VPCGatewayAttachment` by the EC2 API. The physical id is `GATEWAY:NETWORK`.

use async_trait::async_trait;
use strata_aws::ec2::VpcGatewayAttachment;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::filter;
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The gateway and the network, from the id or else from what is asked for.
fn parts<'a>(target: &'a Target<'_, VpcGatewayAttachment>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => id.0.split_once(':'),
        None => Some((target.properties.internet_gateway_id.as_literal()?, target.properties.vpc_id.as_literal()?)),
    }
}

#[async_trait]
impl Handler for VpcGatewayAttachment {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((gateway, vpc)) = parts(target) else { return Ok(None) };
        let call = cloud.ec2().describe_internet_gateways().filters(filter("internet-gateway-id", gateway));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeInternetGateways", error)))?;
        let attachment = answer
            .iter()
            .flat_map(|answer| answer.internet_gateways())
            .flat_map(|gateway| gateway.attachments())
            .find(|attachment| attachment.vpc_id() == Some(vpc));
        let Some(attachment) = attachment else { return Ok(None) };
        let readiness = match attachment.state().map(|state| state.as_str()) {
            Some("detaching") => Readiness::Deleting,
            Some("detached") => return Ok(None),
            Some("attaching") => Readiness::Pending("attaching".to_owned()),
            // `available` for gateways, by the API's reference; the emulator says `attached` as it does for other things.
            _ => Readiness::Ready,
        };
        let properties = Self { internet_gateway_id: gateway.into(), vpc_id: vpc.into() };
        Ok(Some(Observed::ready(format!("{gateway}:{vpc}"), properties).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let (gateway, vpc) = (known(&target.properties.internet_gateway_id)?, known(&target.properties.vpc_id)?);
        let answer = cloud.ec2().attach_internet_gateway().internet_gateway_id(gateway).vpc_id(vpc).send().await;
        answer.map_err(|error| failed("ec2:AttachInternetGateway", error))?;
        Ok(PhysicalId(format!("{gateway}:{vpc}")))
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Both properties replace.
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((gateway, vpc)) = parts(target) else { return Ok(()) };
        let answer = cloud.ec2().detach_internet_gateway().internet_gateway_id(gateway).vpc_id(vpc).send().await;
        match answer.map_err(|error| failed("ec2:DetachInternetGateway", error)) {
            Err(error) if error.code.as_deref() == Some("Gateway.NotAttached") => Ok(()),
            answer => gone(answer),
        }
    }
}
