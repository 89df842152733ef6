//! `AWS::EC2::SubnetNetworkAclAssociation`: which network ACL a subnet uses.
//!
//! A subnet always has one: creating replaces the association that stands, deleting gives the subnet back to the network's default ACL.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The association.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SubnetNetworkAclAssociation {
    /// The subnet.
    pub subnet_id: Text,
    /// The ACL.
    pub network_acl_id: Text,
}

impl AwsResource for SubnetNetworkAclAssociation {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SubnetNetworkAclAssociation",
        kind: "network_acl_association",
        service: "ec2",
        replace_on: &["SubnetId", "NetworkAclId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "AssociationId", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_network_acl_association",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_network_acl_association").set("subnet_id", &self.subnet_id).set("network_acl_id", &self.network_acl_id);
    }
}
