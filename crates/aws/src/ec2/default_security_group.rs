//! `Strata::EC2::DefaultSecurityGroup`: a network's default security group, taken over and emptied (CIS AWS 5.0 5.5, PCI DSS 1.3).
//!
//! It comes and goes with its network: creating takes away every rule and writes our tags, deleting does nothing.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The default security group without any rule. What an observation finds in the two lists is drift.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DefaultSecurityGroup {
    /// The network.
    pub vpc_id: Text,
    /// The group: the network's output `DefaultSecurityGroup`.
    pub group_id: Text,
    /// Always empty; an observation writes each rule that stands as `PROTOCOL FROM-TO PEER`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress_rules: Vec<String>,
    /// The same for what goes out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress_rules: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for DefaultSecurityGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::EC2::DefaultSecurityGroup",
        kind: "default_security_group",
        service: "ec2",
        replace_on: &["VpcId", "GroupId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::property("IngressRules"), Closed::property("EgressRules")],
        outputs: &[OutputContract { name: "GroupId", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation cannot change the default security group of a network: remove its rules by hand or by a custom resource, and let AWS Config's rule vpc-default-security-group-closed watch it.",
        ),
        terraform: "aws_default_security_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_default_security_group").set("vpc_id", &self.vpc_id).tags(&self.tags);
    }
}
