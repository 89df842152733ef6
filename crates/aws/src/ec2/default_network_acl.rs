//! `Strata::EC2::DefaultNetworkAcl`: a network's default access list, taken over and emptied (CIS AWS 5.0 5.2, PCI DSS 4.0 1.3.1).
//!
//! It comes and goes with its network: creating takes away every entry and writes our tags, deleting does nothing. Without entries it denies
//! everything, so a subnet that somebody adds by hand reaches nothing until it is given a list.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The default access list without any entry. What an observation finds in the list is drift.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DefaultNetworkAcl {
    /// The network.
    pub vpc_id: Text,
    /// The list: the network's output `DefaultNetworkAcl`.
    pub network_acl_id: Text,
    /// Always empty; an observation writes each entry that stands as `in|out NUMBER ACTION PROTOCOL PEER`. AWS's own last entry, which
    /// denies the rest and cannot be changed, is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for DefaultNetworkAcl {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::EC2::DefaultNetworkAcl",
        kind: "default_network_acl",
        service: "ec2",
        replace_on: &["NetworkAclId", "VpcId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::property("Entries")],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation cannot change the default access list of a network: delete its entries by hand or by a custom resource. No subnet of this stack uses it.",
        ),
        terraform: "aws_default_network_acl",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_default_network_acl").set("default_network_acl_id", &self.network_acl_id).tags(&self.tags);
    }
}
