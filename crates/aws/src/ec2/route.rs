//! `AWS::EC2::Route`: one way out of a route table.
//!
//! The physical id is `TABLE_DESTINATION`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A route: exactly one kind of target is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Route {
    /// The table.
    pub route_table_id: Text,
    /// Where to: an IPv4 block.
    pub destination_cidr_block: String,
    /// Through an internet gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<Text>,
    /// Through a NAT gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<Text>,
    /// Through a transit gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_gateway_id: Option<Text>,
    /// Through a peering connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<Text>,
}

impl AwsResource for Route {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::Route",
        kind: "route",
        service: "ec2",
        replace_on: &["RouteTableId", "DestinationCidrBlock"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_route",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_route")
            .set("route_table_id", &self.route_table_id)
            .set("destination_cidr_block", &self.destination_cidr_block)
            .set_some("gateway_id", self.gateway_id.as_ref())
            .set_some("nat_gateway_id", self.nat_gateway_id.as_ref())
            .set_some("transit_gateway_id", self.transit_gateway_id.as_ref())
            .set_some("vpc_peering_connection_id", self.vpc_peering_connection_id.as_ref());
    }
}
