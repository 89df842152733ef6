//! `AWS::EC2::SecurityGroup`: a stateful firewall around network interfaces. Its rules are resources of their own.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::{AwsResource, Part};
use crate::terraform::Terraform;

/// A security group that starts with no rule at all: the open egress rule that EC2 adds is taken away at creation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SecurityGroup {
    /// Unique in the network, at most 255 characters.
    pub group_name: String,
    /// At most 255 characters; cannot change.
    pub group_description: String,
    /// The network.
    pub vpc_id: Text,
    /// Never asked for: rules are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ingress: Vec<Part>,
    /// The same for what goes out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_egress: Vec<Part>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for SecurityGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SecurityGroup",
        kind: "security_group",
        service: "ec2",
        replace_on: &["GroupName", "GroupDescription", "VpcId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[
            Closed::parts("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress"),
            Closed::parts("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress"),
        ],
        outputs: &[OutputContract { name: "GroupId", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_security_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_security_group")
            .set("name", &self.group_name)
            .set("description", &self.group_description)
            .set("vpc_id", &self.vpc_id)
            .tags(&self.tags);
    }
}
