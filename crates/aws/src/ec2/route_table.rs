//! `AWS::EC2::RouteTable`: where a subnet's traffic goes. Its routes and its subnets are resources of their own.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::{AwsResource, Part};
use crate::terraform::Terraform;

/// A route table that starts with the local route alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RouteTable {
    /// The network.
    pub vpc_id: Text,
    /// Never asked for: routes are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Part>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for RouteTable {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::RouteTable",
        kind: "route_table",
        service: "ec2",
        replace_on: &["VpcId"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::parts("Routes", "AWS::EC2::Route")],
        outputs: &[OutputContract { name: "RouteTableId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_route_table",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_route_table").set("vpc_id", &self.vpc_id).tags(&self.tags);
    }
}
