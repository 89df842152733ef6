//! `AWS::SNS::Subscription`: who hears a topic.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A subscription. Mail and web endpoints confirm it themselves; until then it stands and waits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Subscription {
    /// The topic.
    pub topic_arn: Text,
    /// `email`, `https`, `sqs` or `lambda`.
    pub protocol: String,
    /// The address, URL or ARN.
    pub endpoint: Text,
    /// Whether the message comes without SNS's envelope; `https` and `sqs` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_message_delivery: Option<bool>,
}

impl AwsResource for Subscription {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SNS::Subscription",
        kind: "topic_subscription",
        service: "sns",
        replace_on: &["TopicArn", "Protocol", "Endpoint"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_sns_topic_subscription",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_sns_topic_subscription")
            .set("topic_arn", &self.topic_arn)
            .set("protocol", &self.protocol)
            .set("endpoint", &self.endpoint)
            .set_some("raw_message_delivery", self.raw_message_delivery);
    }
}
