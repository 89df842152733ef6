//! `AWS::EC2::SecurityGroupEgress`: one rule that lets traffic out. One rule for each edge and port.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// One rule: exactly one of the three kinds of destination is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SecurityGroupEgress {
    /// The group that lets traffic out.
    pub group_id: Text,
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub ip_protocol: String,
    /// First port; -1 for all protocols.
    pub from_port: i64,
    /// Last port; -1 for all protocols.
    pub to_port: i64,
    /// Destination: another security group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_security_group_id: Option<Text>,
    /// Destination: an IPv4 block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_ip: Option<String>,
    /// Destination: a prefix list, such as that of a gateway endpoint's service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_prefix_list_id: Option<Text>,
    /// What the rule is for.
    pub description: String,
}

impl AwsResource for SecurityGroupEgress {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SecurityGroupEgress",
        kind: "security_group_egress",
        service: "ec2",
        replace_on: &["GroupId", "IpProtocol", "FromPort", "ToPort", "DestinationSecurityGroupId", "CidrIp", "DestinationPrefixListId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "security_group_rule_id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_vpc_security_group_egress_rule",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_vpc_security_group_egress_rule");
        body.set("security_group_id", &self.group_id)
            .set("description", &self.description)
            .set("ip_protocol", &self.ip_protocol)
            .set_some("referenced_security_group_id", self.destination_security_group_id.as_ref())
            .set_some("cidr_ipv4", self.cidr_ip.as_ref())
            .set_some("prefix_list_id", self.destination_prefix_list_id.as_ref());
        if self.ip_protocol != "-1" {
            body.set("from_port", self.from_port).set("to_port", self.to_port);
        }
    }
}
