//! `AWS::SNS::Topic` by the SNS API. A topic's id is its ARN, which its name decides.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_sns::types::Tag;
use strata_aws::sns::Topic;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags;
use crate::values::{at, some_known, some_text, unbuilt, untold};

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(unbuilt("sns:Tag"))).collect()
}

/// The attributes; an empty value is how SNS is told to forget one.
fn attributes(topic: &Topic) -> Result<[(&'static str, Option<String>); 4], ProviderError> {
    Ok([
        ("DisplayName", topic.display_name.clone()),
        ("KmsMasterKeyId", some_known(topic.kms_master_key_id.as_ref())?),
        ("SignatureVersion", topic.signature_version.clone()),
        ("ContentBasedDeduplication", topic.content_based_deduplication.map(|flag| flag.to_string())),
    ])
}

#[async_trait]
impl Handler for Topic {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let arn = target.id.map_or_else(|| cloud.arn("sns", &desired.topic_name), |id| id.0.clone());
        let answer = cloud.sns().get_topic_attributes().topic_arn(&arn).send().await;
        let Some(answer) = found(answer.map_err(at("sns:GetTopicAttributes")))? else { return Ok(None) };
        let labels = cloud.sns().list_tags_for_resource().resource_arn(&arn).send().await;
        let Some(labels) = found(labels.map_err(at("sns:ListTagsForResource")))? else { return Ok(None) };
        let get = |name: &str| answer.attributes().and_then(|all| all.get(name)).map(String::as_str);
        let is = |name: &str| get(name).map(|flag| flag.eq_ignore_ascii_case("true"));
        let topic_name = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let properties = Self {
            topic_name: topic_name.clone(),
            display_name: get("DisplayName").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            kms_master_key_id: some_text(get("KmsMasterKeyId")),
            // moto tells it only after a call of its own for this attribute.
            signature_version: asked(
                desired.signature_version.as_ref(),
                untold(cloud, get("SignatureVersion").map(ToOwned::to_owned), desired.signature_version.clone()),
            ),
            fifo_topic: is("FifoTopic").filter(|fifo| *fifo),
            content_based_deduplication: asked(desired.content_based_deduplication.as_ref(), is("ContentBasedDeduplication")),
            tags: tags::read(labels.tags().iter().map(|tag| (tag.key(), tag.value()))),
        };
        Ok(Some(Observed::ready(&arn, properties).output("TopicArn", &arn).output("TopicName", topic_name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let mut given: HashMap<String, String> =
            attributes(desired)?.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        if desired.fifo_topic == Some(true) {
            given.insert("FifoTopic".to_owned(), "true".to_owned());
        }
        let call = cloud.sns().create_topic().name(&desired.topic_name).set_attributes(Some(given));
        let answer = call.set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?)).send().await;
        let arn = answer.map_err(at("sns:CreateTopic"))?.topic_arn;
        arn.map(PhysicalId).ok_or_else(|| missing("sns:CreateTopic", "TopicArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        for ((name, before), (_, after)) in attributes(observed)?.into_iter().zip(attributes(desired)?) {
            if before != after {
                let call = cloud.sns().set_topic_attributes().topic_arn(arn).attribute_name(name);
                let call = call.attribute_value(after.unwrap_or_default());
                call.send().await.map_err(at("sns:SetTopicAttributes"))?;
            }
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.sns().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(at("sns:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.sns().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("sns:UntagResource"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.sns().delete_topic().topic_arn(target.id()?).send().await.map_err(at("sns:DeleteTopic")))
    }
}
