//! `AWS::RDS::EventSubscription` by the RDS API. A subscription's id is its name.

use async_trait::async_trait;
use strata_aws::rds::EventSubscription;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::at;

fn arn(cloud: &Cloud, name: &str) -> String {
    cloud.arn("rds", &format!("es:{name}"))
}

/// Words of RDS's own (API reference, `EventSubscription`).
fn readiness(status: &str) -> Readiness {
    match status {
        "active" => Readiness::Ready,
        "deleting" => Readiness::Deleting,
        "no-permission" => {
            Readiness::Failed("RDS may not publish to the topic: its policy does not let events.rds.amazonaws.com".to_owned())
        }
        "topic-not-exist" => Readiness::Failed("the topic is gone".to_owned()),
        other => Readiness::Pending(other.to_owned()),
    }
}

#[async_trait]
impl Handler for EventSubscription {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.subscription_name.as_str(), |id| id.0.as_str());
        let answer = cloud.rds().describe_event_subscriptions().subscription_name(name).send().await;
        let answer = found(answer.map_err(at("rds:DescribeEventSubscriptions")))?;
        let Some(seen) = answer.as_ref().and_then(|answer| answer.event_subscriptions_list().first()) else { return Ok(None) };
        let properties = Self {
            subscription_name: name.to_owned(),
            sns_topic_arn: seen.sns_topic_arn().unwrap_or_default().into(),
            source_type: seen.source_type().unwrap_or_default().to_owned(),
            event_categories: seen.event_categories_list().to_vec(),
            enabled: seen.enabled().unwrap_or_default(),
            tags: read_tags(cloud, &arn(cloud, name)).await?,
        };
        Ok(Some(Observed::ready(name, properties).readiness(readiness(seen.status().unwrap_or("active")))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .rds()
            .create_event_subscription()
            .subscription_name(&desired.subscription_name)
            .sns_topic_arn(known(&desired.sns_topic_arn)?)
            .source_type(&desired.source_type)
            .set_event_categories(Some(desired.event_categories.clone()))
            .enabled(desired.enabled)
            .set_tags(Some(sdk_tags(&desired.tags)?));
        call.send().await.map_err(at("rds:CreateEventSubscription"))?;
        Ok(PhysicalId(desired.subscription_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let sorted = |categories: &[String]| categories.iter().cloned().collect::<std::collections::BTreeSet<_>>();
        if observed.sns_topic_arn != desired.sns_topic_arn
            || observed.source_type != desired.source_type
            || observed.enabled != desired.enabled
            || sorted(&observed.event_categories) != sorted(&desired.event_categories)
        {
            let call = cloud
                .rds()
                .modify_event_subscription()
                .subscription_name(name)
                .sns_topic_arn(known(&desired.sns_topic_arn)?)
                .source_type(&desired.source_type)
                .set_event_categories(Some(desired.event_categories.clone()))
                .enabled(desired.enabled);
            call.send().await.map_err(at("rds:ModifyEventSubscription"))?;
        }
        retag(cloud, &arn(cloud, name), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.rds().delete_event_subscription().subscription_name(target.id()?);
        gone(call.send().await.map_err(at("rds:DeleteEventSubscription")))
    }
}
