//! `AWS::EC2::NetworkAclEntry`: one numbered entry of a network ACL; the lowest number that matches decides.
//!
//! The physical id is `ACL:NUMBER:PROTOCOL:EGRESS`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NetworkAclEntry {
    /// The ACL.
    pub network_acl_id: Text,
    /// 1 to 32766; unique in its direction.
    pub rule_number: i64,
    /// The protocol's number: 6 is TCP, 17 UDP, 1 ICMP, -1 all.
    pub protocol: i64,
    /// `allow` or `deny`.
    pub rule_action: String,
    /// Whether it is about what leaves the subnet.
    pub egress: bool,
    /// The other side's IPv4 block.
    pub cidr_block: String,
    /// The ports, for TCP and UDP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_range: Option<PortRange>,
    /// The message, for ICMP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
}

/// First and last port.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PortRange {
    /// First port.
    pub from: i64,
    /// Last port.
    pub to: i64,
}

/// An ICMP message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Icmp {
    /// The code; -1 for all.
    pub code: i64,
    /// The type; -1 for all.
    #[serde(rename = "Type")]
    pub message_type: i64,
}

impl AwsResource for NetworkAclEntry {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::NetworkAclEntry",
        kind: "network_acl_entry",
        service: "ec2",
        replace_on: &["NetworkAclId", "RuleNumber", "Protocol", "Egress"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_network_acl_rule",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_network_acl_rule");
        body.set("network_acl_id", &self.network_acl_id)
            .set("rule_number", self.rule_number)
            .set("egress", self.egress)
            .set("protocol", self.protocol.to_string())
            .set("rule_action", &self.rule_action)
            .set("cidr_block", &self.cidr_block);
        if let Some(ports) = &self.port_range {
            body.set("from_port", ports.from).set("to_port", ports.to);
        }
        if let Some(icmp) = &self.icmp {
            body.set("icmp_type", icmp.message_type).set("icmp_code", icmp.code);
        }
    }
}
