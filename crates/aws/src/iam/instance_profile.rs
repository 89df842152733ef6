//! `AWS::IAM::InstanceProfile`: the role of an EC2 instance.
//!
//! CloudFormation cannot tag it; an export to it leaves `Tags` out.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An instance profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InstanceProfile {
    /// Unique in the account.
    pub instance_profile_name: String,
    /// Begins and ends with `/`; `/` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The role's name; AWS allows one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for InstanceProfile {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::InstanceProfile",
        kind: "iam_instance_profile",
        service: "iam",
        replace_on: &["InstanceProfileName", "Path"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "InstanceProfileName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_iam_instance_profile",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_instance_profile")
            .set("name", &self.instance_profile_name)
            .set_some("path", self.path.as_ref())
            .set_some("role", self.roles.first())
            .tags(&self.tags);
    }
}
