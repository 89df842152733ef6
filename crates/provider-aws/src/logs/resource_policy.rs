//! `AWS::Logs::ResourcePolicy` by the CloudWatch Logs API. A policy's id is its name.

use async_trait::async_trait;
use strata_aws::logs::ResourcePolicy;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::gone;
use crate::handler::{Handler, Observed, Target};
use crate::values::{at, policy_json, read_policy};

async fn put(cloud: &Cloud, policy: &ResourcePolicy) -> Result<(), ProviderError> {
    let document = policy_json(&policy.policy_document, "logs:PutResourcePolicy")?;
    let call = cloud.logs().put_resource_policy().policy_name(&policy.policy_name).policy_document(document);
    call.send().await.map(|_| ()).map_err(at("logs:PutResourcePolicy"))
}

#[async_trait]
impl Handler for ResourcePolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.policy_name.as_str(), |id| id.0.as_str());
        // There is no call for one of them, and the SDK has no paginator for this one.
        let mut next = None;
        loop {
            let answer = cloud.logs().describe_resource_policies().set_next_token(next).send().await;
            let answer = answer.map_err(at("logs:DescribeResourcePolicies"))?;
            if let Some(policy) = answer.resource_policies().iter().find(|policy| policy.policy_name() == Some(name)) {
                let policy_document = read_policy(policy.policy_document().unwrap_or_default(), "logs:DescribeResourcePolicies")?;
                return Ok(Some(Observed::ready(name, Self { policy_name: name.to_owned(), policy_document })));
            }
            next = answer.next_token;
            if next.is_none() {
                return Ok(None);
            }
        }
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(target.properties.policy_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.logs().delete_resource_policy().policy_name(target.id()?);
        gone(call.send().await.map_err(at("logs:DeleteResourcePolicy")))
    }
}
