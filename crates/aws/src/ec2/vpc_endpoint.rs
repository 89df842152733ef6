//! `AWS::EC2::VPCEndpoint`: a private way to an AWS service.
//!
//! The output `PrefixListId` (gateway endpoints only) is not an attribute that CloudFormation knows; an export to it takes the prefix
//! list as a parameter.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A gateway endpoint (route tables) or an interface endpoint (subnets and groups).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The network.
    pub vpc_id: Text,
    /// For example `com.amazonaws.us-east-1.s3`.
    pub service_name: Text,
    /// `Gateway` or `Interface`.
    pub vpc_endpoint_type: String,
    /// What may be done through it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_document: Option<PolicyDocument>,
    /// Whether the service's own name leads here; interface endpoints only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_enabled: Option<bool>,
    /// The route tables that lead to it; gateway endpoints only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route_table_ids: Vec<Text>,
    /// The subnets in which it stands; interface endpoints only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Text>,
    /// Its security groups; interface endpoints only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for VpcEndpoint {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::VPCEndpoint",
        kind: "vpc_endpoint",
        service: "ec2",
        replace_on: &["VpcId", "ServiceName", "VpcEndpointType"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[
            "RouteTableIds",
            "SubnetIds",
            "SecurityGroupIds",
            "PolicyDocument.Statement.*.Resource",
            "PolicyDocument.Statement.*.Condition.*.*",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "PrefixListId", cloudformation_ref: false, terraform: "prefix_list_id" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_vpc_endpoint",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_vpc_endpoint");
        body.set("vpc_id", &self.vpc_id)
            .set("service_name", &self.service_name)
            .set("vpc_endpoint_type", &self.vpc_endpoint_type)
            .set_some("private_dns_enabled", self.private_dns_enabled);
        if let Some(policy) = &self.policy_document {
            body.set_json("policy", policy);
        }
        for (name, list) in
            [("route_table_ids", &self.route_table_ids), ("subnet_ids", &self.subnet_ids), ("security_group_ids", &self.security_group_ids)]
        {
            if !list.is_empty() {
                body.set(name, list);
            }
        }
        body.tags(&self.tags);
    }
}
