//! `AWS::SQS::Queue`: a queue of messages.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A queue. Its deletion takes the messages with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Queue {
    /// At most 80 characters; a first-in-first-out queue ends in `.fifo`.
    pub queue_name: String,
    /// The key's ARN or id; without it SQS encrypts with its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Text>,
    /// Seconds that a data key is used again, 60 to 86400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_data_key_reuse_period_seconds: Option<i64>,
    /// Seconds that a received message stays hidden, 0 to 43200.
    pub visibility_timeout: i64,
    /// Seconds that a message is kept, 60 to 1209600.
    pub message_retention_period: i64,
    /// Seconds that a receive waits for a message, 0 to 20.
    pub receive_message_wait_time_seconds: i64,
    /// Where messages go that were received too often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redrive_policy: Option<RedrivePolicy>,
    /// Whether the order is kept; absent, never `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fifo_queue: Option<bool>,
    /// Whether equal bodies are one message; only with `FifoQueue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_based_deduplication: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Where messages go that were received too often. SQS spells these keys in camel case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedrivePolicy {
    /// The dead-letter queue's ARN.
    pub dead_letter_target_arn: Text,
    /// Receives after which a message moves there, 1 to 1000.
    pub max_receive_count: i64,
}

impl AwsResource for Queue {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SQS::Queue",
        kind: "queue",
        service: "sqs",
        replace_on: &["QueueName", "FifoQueue"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "QueueUrl", cloudformation_ref: true, terraform: "url" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "QueueName", cloudformation_ref: false, terraform: "name" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_sqs_queue",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_sqs_queue");
        body.set("name", &self.queue_name);
        match &self.kms_master_key_id {
            Some(key) => body.set("kms_master_key_id", key),
            None => body.set("sqs_managed_sse_enabled", true),
        };
        body.set_some("kms_data_key_reuse_period_seconds", self.kms_data_key_reuse_period_seconds)
            .set("visibility_timeout_seconds", self.visibility_timeout)
            .set("message_retention_seconds", self.message_retention_period)
            .set("receive_wait_time_seconds", self.receive_message_wait_time_seconds)
            .set_some("fifo_queue", self.fifo_queue)
            .set_some("content_based_deduplication", self.content_based_deduplication);
        if let Some(redrive) = &self.redrive_policy {
            body.set_json("redrive_policy", redrive);
        }
        body.tags(&self.tags);
    }
}
