//! `AWS::EC2::NatGateway`: the way out of private subnets; nothing comes in by it.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A public NAT gateway. It works only once its network's internet gateway is attached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NatGateway {
    /// The public address it speaks from.
    pub allocation_id: Text,
    /// The public subnet in which it stands.
    pub subnet_id: Text,
    /// Always `public`: a private one reaches no internet.
    pub connectivity_type: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for NatGateway {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::NatGateway",
        kind: "nat_gateway",
        service: "ec2",
        replace_on: &["AllocationId", "SubnetId", "ConnectivityType"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "NatGatewayId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_nat_gateway",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_nat_gateway")
            .set("allocation_id", &self.allocation_id)
            .set("subnet_id", &self.subnet_id)
            .set("connectivity_type", &self.connectivity_type)
            .tags(&self.tags);
    }
}
