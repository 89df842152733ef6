//! `AWS::SQS::QueuePolicy` by the SQS API: an attribute of the queue, which is why its id is the queue's URL.

use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use strata_aws::sqs::QueuePolicy;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{at, policy_json, read_policy};

fn queue(policy: &QueuePolicy) -> Result<&Text, ProviderError> {
    match policy.queues.as_slice() {
        [one] => Ok(one),
        other => Err(ProviderError::internal("strata", format!("a queue policy is for one queue, not {}", other.len()))),
    }
}

async fn set(cloud: &Cloud, url: &str, policy: String) -> Result<(), ProviderError> {
    let call = cloud.sqs().set_queue_attributes().queue_url(url).attributes(Name::Policy, policy);
    call.send().await.map(|_| ()).map_err(at("sqs:SetQueueAttributes"))
}

#[async_trait]
impl Handler for QueuePolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(url) = target.id.map(|id| id.0.as_str()).or(queue(target.properties)?.as_literal()) else {
            return Ok(None);
        };
        let answer = cloud.sqs().get_queue_attributes().queue_url(url).attribute_names(Name::Policy).send().await;
        let Some(answer) = found(answer.map_err(at("sqs:GetQueueAttributes")))? else { return Ok(None) };
        let policy = answer.attributes().and_then(|all| all.get(&Name::Policy)).filter(|policy| !policy.is_empty());
        let Some(policy) = policy else { return Ok(None) };
        let properties = Self { queues: vec![url.into()], policy_document: read_policy(policy, "sqs:GetQueueAttributes")? };
        Ok(Some(Observed::ready(url, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let url = known(queue(target.properties)?)?;
        set(cloud, url, policy_json(&target.properties.policy_document, "sqs:SetQueueAttributes")?).await?;
        Ok(PhysicalId(url.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.id()?, policy_json(&target.properties.policy_document, "sqs:SetQueueAttributes")?).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(set(cloud, target.id()?, String::new()).await)
    }
}
