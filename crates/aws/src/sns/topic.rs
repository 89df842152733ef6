//! `AWS::SNS::Topic`: a topic that subscribers hear.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Topic {
    /// At most 256 characters.
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
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Topic {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SNS::Topic",
        kind: "topic",
        service: "sns",
        replace_on: &["TopicName"],
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
            .tags(&self.tags);
    }
}
