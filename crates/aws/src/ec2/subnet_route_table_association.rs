//! `AWS::EC2::SubnetRouteTableAssociation`: which route table a subnet uses.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The association. A subnet has one; without it the network's main table counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SubnetRouteTableAssociation {
    /// The subnet.
    pub subnet_id: Text,
    /// The table.
    pub route_table_id: Text,
}

impl AwsResource for SubnetRouteTableAssociation {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SubnetRouteTableAssociation",
        kind: "route_table_association",
        service: "ec2",
        replace_on: &["SubnetId", "RouteTableId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_route_table_association",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_route_table_association").set("subnet_id", &self.subnet_id).set("route_table_id", &self.route_table_id);
    }

    fn terraform_import_id(&self, _id: &PhysicalId) -> String {
        format!("{}/{}", self.subnet_id, self.route_table_id)
    }
}
