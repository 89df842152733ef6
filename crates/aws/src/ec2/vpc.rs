//! `AWS::EC2::VPC`: a virtual network.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A virtual network with one IPv4 block.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Vpc {
    /// The IPv4 block, for example `10.0.0.0/16`.
    pub cidr_block: String,
    /// Whether the resolver of the network answers.
    pub enable_dns_support: bool,
    /// Whether instances get DNS names; private zones need it.
    pub enable_dns_hostnames: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Vpc {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::VPC",
        kind: "vpc",
        service: "ec2",
        replace_on: &["CidrBlock"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "VpcId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "DefaultSecurityGroup", cloudformation_ref: false, terraform: "default_security_group_id" },
            OutputContract { name: "DefaultNetworkAcl", cloudformation_ref: false, terraform: "default_network_acl_id" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_vpc",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_vpc")
            .set("cidr_block", &self.cidr_block)
            .set("enable_dns_support", self.enable_dns_support)
            .set("enable_dns_hostnames", self.enable_dns_hostnames)
            .tags(&self.tags);
    }
}
