//! `AWS::IAM::Group`: what several users may do.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group. IAM gives groups no tags.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Group {
    /// Unique in the account, at most 128 characters.
    pub group_name: String,
    /// The policies that its users have.
    pub managed_policy_arns: Vec<Text>,
    /// Never asked for. An observation shows the names of the policies that somebody wrote into the group itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_names: Vec<String>,
}

impl AwsResource for Group {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::Group",
        kind: "iam_group",
        service: "iam",
        replace_on: &["GroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["ManagedPolicyArns"],
        closed: &[Closed::property("PolicyNames")],
        outputs: &[
            OutputContract { name: "GroupName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_iam_group",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_group").set("name", &self.group_name);
        let name = to.own("aws_iam_group", "name");
        for policy in &self.managed_policy_arns {
            let attachment = to.resource_suffixed("aws_iam_group_policy_attachment", &super::policy_suffix(policy));
            attachment.set("group", name.clone()).set("policy_arn", policy);
        }
    }
}
