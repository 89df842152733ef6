//! `AWS::Logs::ResourcePolicy`: which services of AWS may write into log groups.
//!
//! Where our document differs from CloudFormation's: `PolicyDocument` is a document, there the text of one.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A policy of a region's log groups: AWS allows ten in an account and region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResourcePolicy {
    /// Unique in the account and region.
    pub policy_name: String,
    /// At most 5,120 characters.
    pub policy_document: PolicyDocument,
}

impl AwsResource for ResourcePolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Logs::ResourcePolicy",
        kind: "log_resource_policy",
        service: "logs",
        replace_on: &["PolicyName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_cloudwatch_log_resource_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_cloudwatch_log_resource_policy")
            .set("policy_name", &self.policy_name)
            .set_json("policy_document", &self.policy_document);
    }
}
