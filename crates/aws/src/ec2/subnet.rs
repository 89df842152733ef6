//! `AWS::EC2::Subnet`: a block of a network in one availability zone.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A subnet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Subnet {
    /// The network.
    pub vpc_id: Text,
    /// The IPv4 block inside the network's.
    pub cidr_block: String,
    /// For example `us-east-1a`.
    pub availability_zone: String,
    /// Whether instances get public addresses by themselves; never, for what we build (CIS, PCI DSS 1.4).
    pub map_public_ip_on_launch: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Subnet {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::Subnet",
        kind: "subnet",
        service: "ec2",
        replace_on: &["VpcId", "CidrBlock", "AvailabilityZone"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "SubnetId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_subnet",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_subnet")
            .set("vpc_id", &self.vpc_id)
            .set("cidr_block", &self.cidr_block)
            .set("availability_zone", &self.availability_zone)
            .set("map_public_ip_on_launch", self.map_public_ip_on_launch)
            .tags(&self.tags);
    }
}
