//! `AWS::SQS::QueuePolicy`: who may do what with queues.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The policy of one queue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueuePolicy {
    /// The queue's URL, exactly one (CloudFormation would take several).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Text>,
    /// The policy.
    pub policy_document: PolicyDocument,
}

impl AwsResource for QueuePolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SQS::QueuePolicy",
        kind: "queue_policy",
        service: "sqs",
        replace_on: &["Queues"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_sqs_queue_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_sqs_queue_policy").set_some("queue_url", self.queues.first()).set_json("policy", &self.policy_document);
    }
}
