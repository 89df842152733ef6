//! `AWS::IAM::ManagedPolicy`: statements that stand for themselves and that groups are given.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A policy of the account's own. Its ARN is the physical id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ManagedPolicy {
    /// Unique in the account, at most 128 characters.
    pub managed_policy_name: String,
    /// What it is for. IAM cannot change it.
    pub description: String,
    /// The statements.
    pub policy_document: PolicyDocument,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for ManagedPolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::ManagedPolicy",
        kind: "iam_policy",
        service: "iam",
        replace_on: &["ManagedPolicyName", "Description"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[OutputContract { name: "PolicyArn", cloudformation_ref: false, terraform: "arn" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_iam_policy",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_policy")
            .set("name", &self.managed_policy_name)
            .set("description", &self.description)
            .set_json("policy", &self.policy_document)
            .tags(&self.tags);
    }
}
