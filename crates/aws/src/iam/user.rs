//! `AWS::IAM::User`: a person's own way into an account. Its rights come from groups; how the person signs in is the person's to set.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct User {
    /// Unique in the account, at most 64 characters.
    pub user_name: String,
    /// The names of the groups that it belongs to.
    pub groups: Vec<Text>,
    /// Never asked for: rights come from groups. An observation shows the policies that somebody attached to the user itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policy_arns: Vec<Text>,
    /// Never asked for. An observation shows the names of the policies that somebody wrote into the user itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_names: Vec<String>,
    /// Never asked for: a key of a person lies in a file somewhere. An observation shows the identifiers of those that somebody made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_keys: Vec<String>,
    /// True where it has a password for the console; only in observations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<bool>,
    /// True where it has a second factor; only in observations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for User {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::User",
        kind: "iam_user",
        service: "iam",
        replace_on: &["UserName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["Groups"],
        closed: &[Closed::property("ManagedPolicyArns"), Closed::property("PolicyNames"), Closed::property("AccessKeys")],
        outputs: &[
            OutputContract { name: "UserName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_iam_user",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        // What a person set up for signing in goes with the user; without this the user could not be removed.
        to.resource("aws_iam_user").set("name", &self.user_name).set("force_destroy", true).tags(&self.tags);
        let name = to.own("aws_iam_user", "name");
        to.resource("aws_iam_user_group_membership").set("user", name).set("groups", &self.groups);
    }
}
