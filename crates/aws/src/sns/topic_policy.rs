//! `AWS::SNS::TopicPolicy`: who may do what with topics.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The policy of one topic.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TopicPolicy {
    /// The topic's ARN, exactly one (CloudFormation would take several).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Text>,
    /// The policy.
    pub policy_document: PolicyDocument,
}

impl AwsResource for TopicPolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SNS::TopicPolicy",
        kind: "topic_policy",
        service: "sns",
        replace_on: &["Topics"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_sns_topic_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_sns_topic_policy").set_some("arn", self.topics.first()).set_json("policy", &self.policy_document);
    }
}
