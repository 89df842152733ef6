//! `AWS::EC2::SecurityGroupIngress`: one rule that lets traffic in. One rule for each edge and port.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// One rule: exactly one of the three kinds of source is set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SecurityGroupIngress {
    /// The group that lets traffic in.
    pub group_id: Text,
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub ip_protocol: String,
    /// First port.
    pub from_port: i64,
    /// Last port.
    pub to_port: i64,
    /// Source: another security group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_security_group_id: Option<Text>,
    /// Source: an IPv4 block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_ip: Option<String>,
    /// Source: a prefix list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_prefix_list_id: Option<Text>,
    /// What the rule is for.
    pub description: String,
}

impl AwsResource for SecurityGroupIngress {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SecurityGroupIngress",
        kind: "security_group_ingress",
        service: "ec2",
        replace_on: &["GroupId", "IpProtocol", "FromPort", "ToPort", "SourceSecurityGroupId", "CidrIp", "SourcePrefixListId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "security_group_rule_id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_vpc_security_group_ingress_rule",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_vpc_security_group_ingress_rule");
        body.set("security_group_id", &self.group_id)
            .set("description", &self.description)
            .set("ip_protocol", &self.ip_protocol)
            .set_some("referenced_security_group_id", self.source_security_group_id.as_ref())
            .set_some("cidr_ipv4", self.cidr_ip.as_ref())
            .set_some("prefix_list_id", self.source_prefix_list_id.as_ref());
        if self.ip_protocol != "-1" {
            body.set("from_port", self.from_port).set("to_port", self.to_port);
        }
    }
}
