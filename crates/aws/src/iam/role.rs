//! `AWS::IAM::Role`: an identity that services and people take on. Its own statements are resources of their own.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::{AwsResource, Part};
use crate::terraform::Terraform;

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Role {
    /// Unique in the account, at most 64 characters.
    pub role_name: String,
    /// What it is for.
    pub description: String,
    /// Begins and ends with `/`; `/` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who may take it on.
    pub assume_role_policy_document: PolicyDocument,
    /// AWS's own policies that it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policy_arns: Vec<Text>,
    /// Seconds a session may last, 3600 to 43200; 3600 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_duration: Option<i64>,
    /// The policy that it can never exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Text>,
    /// Never asked for: its own policies are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Part>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Role {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::Role",
        kind: "iam_role",
        service: "iam",
        replace_on: &["RoleName", "Path"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[
            "ManagedPolicyArns",
            "AssumeRolePolicyDocument.Statement.*.Resource",
            "AssumeRolePolicyDocument.Statement.*.Condition.*.*",
        ],
        closed: &[Closed::property("ManagedPolicyArns"), Closed::parts("Policies", "AWS::IAM::RolePolicy")],
        outputs: &[
            OutputContract { name: "RoleName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "RoleId", cloudformation_ref: false, terraform: "unique_id" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_iam_role",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_role")
            .set("name", &self.role_name)
            .set("description", &self.description)
            .set_some("path", self.path.as_ref())
            .set_json("assume_role_policy", &self.assume_role_policy_document)
            .set_some("max_session_duration", self.max_session_duration)
            .set_some("permissions_boundary", self.permissions_boundary.as_ref())
            .tags(&self.tags);
        let name = to.own("aws_iam_role", "name");
        for policy in &self.managed_policy_arns {
            to.resource_suffixed("aws_iam_role_policy_attachment", &super::policy_suffix(policy))
                .set("role", name.clone())
                .set("policy_arn", policy);
        }
    }
}
