//! `AWS::SNS::Topic`: a topic that subscribers hear.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Topic {
    /// At most 256 characters; a first-in-first-out topic ends in `.fifo`.
    pub topic_name: String,
    /// The sender's name in mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The key's ARN or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Text>,
    /// `2` signs messages with SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_version: Option<String>,
    /// Whether the order is kept; absent, never `false`. Queues alone can hear such a topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fifo_topic: Option<bool>,
    /// Whether equal bodies are one message; only with `FifoTopic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_based_deduplication: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Topic {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SNS::Topic",
        kind: "topic",
        service: "sns",
        replace_on: &["TopicName", "FifoTopic"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "TopicArn", cloudformation_ref: true, terraform: "arn" },
            OutputContract { name: "TopicName", cloudformation_ref: false, terraform: "name" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_sns_topic",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_sns_topic")
            .set("name", &self.topic_name)
            .set_some("display_name", self.display_name.as_ref())
            .set_some("kms_master_key_id", self.kms_master_key_id.as_ref())
            .set_some("signature_version", self.signature_version.as_ref().and_then(|version| version.parse::<i64>().ok()))
            .set_some("fifo_topic", self.fifo_topic)
            .set_some("content_based_deduplication", self.content_based_deduplication)
            .tags(&self.tags);
    }
}
