//! `AWS::IAM::ServiceLinkedRole`: the role by which an AWS service acts in the account.
//!
//! It belongs to the account, not to us: one that stands is taken as it is, and deleting leaves it. The physical id is its ARN.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A service-linked role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServiceLinkedRole {
    /// For example `autoscaling.amazonaws.com`.
    #[serde(rename = "AWSServiceName")]
    pub aws_service_name: String,
}

impl AwsResource for ServiceLinkedRole {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::ServiceLinkedRole",
        kind: "iam_service_linked_role",
        service: "iam",
        replace_on: &["AWSServiceName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "RoleName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_iam_service_linked_role",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_service_linked_role").set("aws_service_name", &self.aws_service_name);
    }
}
