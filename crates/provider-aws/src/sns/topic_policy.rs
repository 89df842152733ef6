//! `AWS::SNS::TopicPolicy` by the SNS API: an attribute of the topic, which is why its id is the topic's ARN.
//!
//! A topic is never without a policy: the one that it is born with (its statement is named `__default_statement_ID`) counts
//! as none, and removing ours sets that one again.

use async_trait::async_trait;
use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::sns::TopicPolicy;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{at, policy_json, read_policy};

/// The name of the statement that a topic is born with.
const BORN: &str = "__default_statement_ID";

fn topic(policy: &TopicPolicy) -> Result<&Text, ProviderError> {
    match policy.topics.as_slice() {
        [one] => Ok(one),
        other => Err(ProviderError::internal("strata", format!("a topic policy is for one topic, not {}", other.len()))),
    }
}

/// The policy that SNS itself gives a new topic: its owner may do everything that a topic can.
fn born(cloud: &Cloud, arn: &str) -> PolicyDocument {
    let actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];
    PolicyDocument::new([Statement::allow(BORN, actions, [arn]).for_aws(["*"]).when(
        "StringEquals",
        "AWS:SourceOwner",
        [cloud.account.account_id.as_str()],
    )])
}

async fn set(cloud: &Cloud, arn: &str, policy: &PolicyDocument) -> Result<(), ProviderError> {
    let policy = policy_json(policy, "sns:SetTopicAttributes")?;
    let call = cloud.sns().set_topic_attributes().topic_arn(arn).attribute_name("Policy").attribute_value(policy);
    call.send().await.map(|_| ()).map_err(at("sns:SetTopicAttributes"))
}

#[async_trait]
impl Handler for TopicPolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(arn) = target.id.map(|id| id.0.as_str()).or(topic(target.properties)?.as_literal()) else {
            return Ok(None);
        };
        let answer = cloud.sns().get_topic_attributes().topic_arn(arn).send().await;
        let Some(answer) = found(answer.map_err(at("sns:GetTopicAttributes")))? else { return Ok(None) };
        let Some(policy) = answer.attributes().and_then(|all| all.get("Policy")) else { return Ok(None) };
        let policy_document = read_policy(policy, "sns:GetTopicAttributes")?;
        if policy_document.statement.iter().all(|statement| statement.sid.as_deref() == Some(BORN)) {
            return Ok(None);
        }
        Ok(Some(Observed::ready(arn, Self { topics: vec![arn.into()], policy_document })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let arn = known(topic(target.properties)?)?;
        set(cloud, arn, &target.properties.policy_document).await?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.id()?, &target.properties.policy_document).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let arn = target.id()?;
        gone(set(cloud, arn, &born(cloud, arn)).await)
    }
}
