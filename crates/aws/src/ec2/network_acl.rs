//! `AWS::EC2::NetworkAcl`: a stateless filter around subnets. Its entries and its subnets are resources of their own.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::{AwsResource, Part};
use crate::terraform::Terraform;

/// A network ACL that starts with no entry, so denies everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NetworkAcl {
    /// The network.
    pub vpc_id: Text,
    /// Never asked for: entries are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Part>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for NetworkAcl {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::NetworkAcl",
        kind: "network_acl",
        service: "ec2",
        replace_on: &["VpcId"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::parts("Entries", "AWS::EC2::NetworkAclEntry")],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_network_acl",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_network_acl").set("vpc_id", &self.vpc_id).tags(&self.tags);
    }
}
