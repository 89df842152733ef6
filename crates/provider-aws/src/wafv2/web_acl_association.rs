//! `AWS::WAFv2::WebACLAssociation` by the WAF API. The protected resource's ARN is the id.

use async_trait::async_trait;
use strata_aws::wafv2::WebAclAssociation;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

async fn associate(cloud: &Cloud, desired: &WebAclAssociation) -> Result<String, ProviderError> {
    let resource = known(&desired.resource_arn)?;
    let call = cloud.wafv2().associate_web_acl().resource_arn(resource).web_acl_arn(known(&desired.web_acl_arn)?);
    call.send().await.map_err(|error| failed("wafv2:AssociateWebACL", error))?;
    Ok(resource.to_owned())
}

#[async_trait]
impl Handler for WebAclAssociation {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let resource = match target.id {
            Some(id) => Some(id.0.as_str()),
            None => target.properties.resource_arn.as_literal(),
        };
        let Some(resource) = resource else { return Ok(None) };
        let answer = cloud.wafv2().get_web_acl_for_resource().resource_arn(resource).send().await;
        let answer = found(answer.map_err(|error| failed("wafv2:GetWebACLForResource", error)))?;
        // What is not associated is answered without a web ACL.
        let Some(acl) = answer.and_then(|answer| answer.web_acl) else { return Ok(None) };
        Ok(Some(Observed::ready(resource, Self { resource_arn: resource.into(), web_acl_arn: acl.arn().into() })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        associate(cloud, target.properties).await.map(PhysicalId)
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Another ACL takes the place of the one that stands. On AWS the call does that without a gap; moto keeps the old one.
        if cloud.settings.emulator {
            let answer = cloud.wafv2().disassociate_web_acl().resource_arn(target.id()?).send().await;
            gone(answer.map_err(|error| failed("wafv2:DisassociateWebACL", error)))?;
        }
        associate(cloud, target.properties).await.map(|_| ())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.wafv2().disassociate_web_acl().resource_arn(target.id()?).send().await;
        gone(answer.map_err(|error| failed("wafv2:DisassociateWebACL", error)))
    }
}
