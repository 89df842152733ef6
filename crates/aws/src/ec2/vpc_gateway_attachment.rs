//! `AWS::EC2::VPCGatewayAttachment`: an internet gateway at its network.
//!
//!  The physical id is `GATEWAY:NETWORK`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The attachment. A network has at most one internet gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpcGatewayAttachment {
    /// The gateway.
    pub internet_gateway_id: Text,
    /// The network.
    pub vpc_id: Text,
}

impl AwsResource for VpcGatewayAttachment {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::VPCGatewayAttachment",
        kind: "internet_gateway_attachment",
        service: "ec2",
        replace_on: &["InternetGatewayId", "VpcId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_internet_gateway_attachment",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_internet_gateway_attachment").set("internet_gateway_id", &self.internet_gateway_id).set("vpc_id", &self.vpc_id);
    }
}
