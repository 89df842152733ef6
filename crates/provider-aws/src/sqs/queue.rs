//! `AWS::SQS::Queue` by the SQS API. A queue's id is its URL; without it the name, which is unique, finds it.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use strata_aws::sqs::{Queue, RedrivePolicy};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags;
use crate::values::{at, some_known, some_text};

/// The attributes that can change. An empty value is how SQS is told to forget one.
fn attributes(queue: &Queue) -> Result<HashMap<Name, String>, ProviderError> {
    let mut all = HashMap::from([
        (Name::VisibilityTimeout, queue.visibility_timeout.to_string()),
        (Name::MessageRetentionPeriod, queue.message_retention_period.to_string()),
        (Name::ReceiveMessageWaitTimeSeconds, queue.receive_message_wait_time_seconds.to_string()),
    ]);
    if let Some(key) = some_known(queue.kms_master_key_id.as_ref())? {
        all.insert(Name::KmsMasterKeyId, key);
    } else {
        all.insert(Name::SqsManagedSseEnabled, "true".to_owned());
    }
    if let Some(seconds) = queue.kms_data_key_reuse_period_seconds {
        all.insert(Name::KmsDataKeyReusePeriodSeconds, seconds.to_string());
    }
    if let Some(redrive) = &queue.redrive_policy {
        let policy = serde_json::json!({
            "deadLetterTargetArn": tags::known(&redrive.dead_letter_target_arn)?,
            "maxReceiveCount": redrive.max_receive_count,
        });
        all.insert(Name::RedrivePolicy, policy.to_string());
    }
    if let Some(flag) = queue.content_based_deduplication {
        all.insert(Name::ContentBasedDeduplication, flag.to_string());
    }
    Ok(all)
}

/// SQS writes the count as a number or as a string, as it was given.
fn redrive(json: &str) -> Option<RedrivePolicy> {
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    let count = value.get("maxReceiveCount")?;
    Some(RedrivePolicy {
        dead_letter_target_arn: value.get("deadLetterTargetArn")?.as_str()?.into(),
        max_receive_count: count.as_i64().or_else(|| count.as_str()?.parse().ok())?,
    })
}

/// moto forgets a queue's policy with every change of another attribute: there it is given again. AWS keeps it by itself.
async fn kept_policy(cloud: &Cloud, url: &str) -> Result<Option<String>, ProviderError> {
    if !cloud.settings.emulator {
        return Ok(None);
    }
    let answer = cloud.sqs().get_queue_attributes().queue_url(url).attribute_names(Name::Policy).send().await;
    let attributes = answer.map_err(at("sqs:GetQueueAttributes"))?.attributes.unwrap_or_default();
    Ok(attributes.get(&Name::Policy).cloned())
}

#[async_trait]
impl Handler for Queue {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let url = match target.id {
            Some(id) => id.0.clone(),
            None => {
                let answer = cloud.sqs().get_queue_url().queue_name(&desired.queue_name).send().await;
                match found(answer.map_err(at("sqs:GetQueueUrl")))?.and_then(|answer| answer.queue_url) {
                    Some(url) => url,
                    None => return Ok(None),
                }
            }
        };
        let answer = cloud.sqs().get_queue_attributes().queue_url(&url).attribute_names(Name::All).send().await;
        let Some(answer) = found(answer.map_err(at("sqs:GetQueueAttributes")))? else { return Ok(None) };
        let Some(labels) = found(cloud.sqs().list_queue_tags().queue_url(&url).send().await.map_err(at("sqs:ListQueueTags")))? else {
            return Ok(None);
        };
        let get = |name: Name| answer.attributes().and_then(|all| all.get(&name)).map(String::as_str);
        let number = |name: Name| get(name).and_then(|text| text.parse::<i64>().ok());
        let arn = get(Name::QueueArn).ok_or_else(|| missing("sqs:GetQueueAttributes", "QueueArn"))?;
        let queue_name = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let properties = Self {
            queue_name: queue_name.clone(),
            kms_master_key_id: some_text(get(Name::KmsMasterKeyId)),
            kms_data_key_reuse_period_seconds: asked(
                desired.kms_data_key_reuse_period_seconds.as_ref(),
                number(Name::KmsDataKeyReusePeriodSeconds),
            ),
            visibility_timeout: number(Name::VisibilityTimeout).unwrap_or(30),
            message_retention_period: number(Name::MessageRetentionPeriod).unwrap_or(345_600),
            receive_message_wait_time_seconds: number(Name::ReceiveMessageWaitTimeSeconds).unwrap_or(0),
            redrive_policy: get(Name::RedrivePolicy).and_then(redrive),
            fifo_queue: (get(Name::FifoQueue) == Some("true")).then_some(true),
            content_based_deduplication: asked(
                desired.content_based_deduplication.as_ref(),
                get(Name::ContentBasedDeduplication).map(|flag| flag == "true"),
            ),
            tags: tags::read(labels.tags.unwrap_or_default()),
        };
        Ok(Some(Observed::ready(&url, properties).output("QueueUrl", &url).output("Arn", arn).output("QueueName", queue_name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let mut all = attributes(desired)?;
        if desired.fifo_queue == Some(true) {
            all.insert(Name::FifoQueue, "true".to_owned());
        }
        let call = cloud.sqs().create_queue().queue_name(&desired.queue_name).set_attributes(Some(all));
        let answer = call.set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect())).send().await;
        let url = answer.map_err(at("sqs:CreateQueue"))?.queue_url;
        url.map(PhysicalId).ok_or_else(|| missing("sqs:CreateQueue", "QueueUrl"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (url, desired) = (target.id()?, target.properties);
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) != *desired {
            let mut all = attributes(desired)?;
            if observed.redrive_policy.is_some() && desired.redrive_policy.is_none() {
                all.insert(Name::RedrivePolicy, String::new());
            }
            if observed.kms_master_key_id.is_some() && desired.kms_master_key_id.is_none() {
                all.insert(Name::KmsMasterKeyId, String::new());
            }
            if let Some(policy) = kept_policy(cloud, url).await? {
                all.insert(Name::Policy, policy);
            }
            let call = cloud.sqs().set_queue_attributes().queue_url(url).set_attributes(Some(all));
            call.send().await.map_err(at("sqs:SetQueueAttributes"))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.sqs().tag_queue().queue_url(url).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(at("sqs:TagQueue"))?;
        }
        if !remove.is_empty() {
            let call = cloud.sqs().untag_queue().queue_url(url).set_tag_keys(Some(remove));
            call.send().await.map_err(at("sqs:UntagQueue"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.sqs().delete_queue().queue_url(target.id()?).send().await.map_err(at("sqs:DeleteQueue")))
    }
}
