//! Controls of what nobody uses: an address or an access list that protects and serves nothing is a mistake or a leftover.

use strata_aws::ec2::{NatGateway, NetworkAcl, SubnetNetworkAclAssociation};
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control};
use crate::view::View;

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "vpc-access-list-used", Network, Low, Both, ["AWS::EC2::NetworkAcl"];
        title: "Every network access list is on a subnet",
        why: "A list that is on no subnet looks like protection and is none.",
        repair: "Put the list on the subnets that it was written for, or remove it.",
        prowler: ["ec2_networkacl_unused"], checkov: [], config: ["VPC_NETWORK_ACL_UNUSED_CHECK"], security_hub: ["EC2.16"],
        each: access_list_used,
    },
    control! {
        "vpc-address-used", Network, Low, Both, ["AWS::EC2::EIP"];
        title: "Every public address that we hold is used",
        why: "An address without use costs money, and names and rules that still point to it trust whoever gets it next.",
        repair: "Give the address to a gateway, or release it.",
        prowler: ["ec2_elastic_ip_unassigned"], checkov: ["CKV2_AWS_19"], config: ["EIP_ATTACHED"], security_hub: ["EC2.12"],
        each: address_used,
    },
];

fn access_list_used(view: &View<'_>, resource: &Resource) -> Answer {
    view.read::<NetworkAcl>(resource)?;
    let associations = view.naming::<SubnetNetworkAclAssociation>(&resource.address)?;
    let subnets = associations.iter().filter(|(_, association)| view.is(&association.network_acl_id, &resource.address)).count();
    check(subnets > 0, format!("it is on {subnets} subnets"), "it is on no subnet")
}

fn address_used(view: &View<'_>, resource: &Resource) -> Answer {
    let gateways = view.naming::<NatGateway>(&resource.address)?;
    let used = gateways.iter().any(|(_, gateway)| view.is(&gateway.allocation_id, &resource.address));
    check(used, "a gateway has it", "nothing has it")
}
