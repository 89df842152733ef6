//! `AWS::IAM::RolePolicy`: statements that one role alone has.
//!
//! The physical id is `ROLE:POLICY`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RolePolicy {
    /// The role.
    pub role_name: Text,
    /// Unique in the role.
    pub policy_name: String,
    /// The statements.
    pub policy_document: PolicyDocument,
}

impl AwsResource for RolePolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::RolePolicy",
        kind: "iam_role_policy",
        service: "iam",
        replace_on: &["RoleName", "PolicyName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_iam_role_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_role_policy")
            .set("role", &self.role_name)
            .set("name", &self.policy_name)
            .set_json("policy", &self.policy_document);
    }
}
