//! `AWS::SNS::Subscription` by the SNS API.
//!
//! Mail and web endpoints confirm a subscription themselves. Until then it counts as ready: nobody here can hurry them. The list
//! of a topic hides the ARN of one that waits, so without an id it is not found; subscribing again answers the ARN that is
//! there.

use async_trait::async_trait;
use strata_aws::sns::Subscription;
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;
use crate::values::at;

/// Finds a confirmed subscription by what it is.
async fn find(cloud: &Cloud, wanted: &Subscription) -> Result<Option<String>, ProviderError> {
    let (Some(topic), Some(endpoint)) = (wanted.topic_arn.as_literal(), wanted.endpoint.as_literal()) else {
        return Ok(None);
    };
    let pages = cloud.sns().list_subscriptions_by_topic().topic_arn(topic).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(at("sns:ListSubscriptionsByTopic"));
    Ok(found(all)?
        .unwrap_or_default()
        .into_iter()
        .filter(|one| one.protocol() == Some(&wanted.protocol) && one.endpoint() == Some(endpoint))
        .filter_map(|one| one.subscription_arn)
        .find(|arn| arn.starts_with("arn:")))
}

async fn set_raw(cloud: &Cloud, arn: &str, raw: bool) -> Result<(), ProviderError> {
    let call = cloud.sns().set_subscription_attributes().subscription_arn(arn).attribute_name("RawMessageDelivery");
    call.attribute_value(raw.to_string()).send().await.map(|_| ()).map_err(at("sns:SetSubscriptionAttributes"))
}

#[async_trait]
impl Handler for Subscription {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let arn = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target.properties).await?,
        };
        let Some(arn) = arn else { return Ok(None) };
        let answer = cloud.sns().get_subscription_attributes().subscription_arn(&arn).send().await;
        let Some(answer) = found(answer.map_err(at("sns:GetSubscriptionAttributes")))? else { return Ok(None) };
        let get = |name: &str| answer.attributes().and_then(|all| all.get(name)).map(String::as_str);
        let properties = Self {
            topic_arn: get("TopicArn").unwrap_or_default().into(),
            protocol: get("Protocol").unwrap_or_default().to_owned(),
            endpoint: get("Endpoint").unwrap_or_default().into(),
            raw_message_delivery: asked(
                target.properties.raw_message_delivery.as_ref(),
                Some(get("RawMessageDelivery").is_some_and(|flag| flag.eq_ignore_ascii_case("true"))),
            ),
        };
        Ok(Some(Observed::ready(&arn, properties).output("Arn", &arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let mut call = cloud
            .sns()
            .subscribe()
            .topic_arn(known(&desired.topic_arn)?)
            .protocol(&desired.protocol)
            .endpoint(known(&desired.endpoint)?)
            .return_subscription_arn(true);
        if let Some(raw) = desired.raw_message_delivery {
            call = call.attributes("RawMessageDelivery", raw.to_string());
        }
        let arn = call.send().await.map_err(at("sns:Subscribe"))?.subscription_arn;
        arn.map(PhysicalId).ok_or_else(|| missing("sns:Subscribe", "SubscriptionArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        set_raw(cloud, target.id()?, target.properties.raw_message_delivery.unwrap_or_default()).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.sns().unsubscribe().subscription_arn(target.id()?).send().await;
        match answer.map_err(at("sns:Unsubscribe")) {
            // SNS keeps one that nobody confirmed, and drops it by itself after two days or with its topic.
            Err(error) if error.kind == ErrorKind::Invalid && error.message.contains("pending confirmation") => Ok(()),
            answer => gone(answer),
        }
    }
}
