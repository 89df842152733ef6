//! Controls of networks: Amazon VPC's subnets, access lists, routes, flow logs and endpoints.

use std::collections::BTreeSet;

use strata_aws::ec2::{
    DefaultNetworkAcl, DefaultSecurityGroup, DefaultVpcRemoval, FlowLog, NetworkAclEntry, Route, Subnet, SubnetNetworkAclAssociation,
    VpcEndpoint,
};
use strata_graph::{Address, Resource};

use crate::control::{Answer, Control, Undecidable, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::policies::{allows, is_every_action, is_for_every_resource, is_for_everyone, is_limited, name};
use crate::topology::is_everywhere;
use crate::view::View;

/// Ports of remote administration: SSH and RDP.
pub(super) const ADMINISTRATION_PORTS: [i64; 2] = [22, 3389];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "vpc-access-list-administration-closed", Network, High, Both, ["AWS::EC2::NetworkAcl"];
        title: "No network access list lets the internet reach ports of remote administration",
        why: "SSH and RDP are tried without pause from everywhere; a list that stops them holds whatever a security group says.",
        repair: "Leave ports 22 and 3389 out of every entry that allows 0.0.0.0/0 in, or deny them by an entry with a lower number.",
        prowler: [
            "ec2_networkacl_allow_ingress_any_port",
            "ec2_networkacl_allow_ingress_tcp_port_22",
            "ec2_networkacl_allow_ingress_tcp_port_3389",
        ],
        checkov: ["CKV_AWS_231", "CKV_AWS_232", "CKV_AWS_352"], config: ["NACL_NO_UNRESTRICTED_SSH_RDP"], security_hub: ["EC2.21"],
        each: access_list_closed,
    },
    control! {
        "vpc-default-group-locked", Network, High, Both, ["AWS::EC2::VPC"];
        title: "The default security group of every network lets nothing through",
        why: "What is started without a group gets the default one, so it must be worth nothing.",
        repair: "Take the network's default security group over, without any rule.",
        prowler: ["ec2_securitygroup_default_restrict_traffic"],
        checkov: ["CKV2_AWS_12"],
        config: ["VPC_DEFAULT_SECURITY_GROUP_CLOSED"],
        security_hub: ["EC2.2"],
        each: default_group_locked,
    },
    control! {
        "vpc-default-list-locked", Network, Medium, Both, ["AWS::EC2::VPC"];
        title: "The default access list of every network lets nothing through",
        why: "A subnet that somebody adds without a list gets the default one, which lets everything through as AWS makes it.",
        repair: "Take the network's default access list over, without any entry.",
        prowler: ["ec2_networkacl_allow_ingress_any_port", "ec2_networkacl_unused"],
        checkov: [],
        config: [],
        security_hub: [],
        each: default_list_locked,
    },
    control! {
        "vpc-default-removed", Network, Medium, Both, ["Strata::EC2::DefaultVpcRemoval"];
        title: "The network that AWS puts into every new account is gone",
        why: "What is started without a word about its network starts there: in public subnets, with a public address, outside of every rule of ours.",
        repair: "Remove the default network, which `up` does unless `default_network: keep` is written beside the account; move what uses it first.",
        prowler: [], checkov: [], config: [], security_hub: [],
        in_every_account: default_removed,
    },
    control! {
        "vpc-endpoint-policy-scoped", Network, Medium, Both, ["AWS::EC2::VPCEndpoint"];
        title: "An endpoint lets through what was asked for, not everything to everybody",
        why: "By an endpoint without a policy, data leaves the network for any account's buckets and queues.",
        repair: "Give the endpoint a policy that names resources, or principals by a condition on the account.",
        prowler: ["vpc_endpoint_connections_trust_boundaries"], checkov: [], config: [], security_hub: [],
        each: endpoint_policy_scoped,
    },
    control! {
        "vpc-flow-logs", Network, Medium, Both, ["AWS::EC2::VPC"];
        title: "Who spoke with whom in a network is recorded",
        why: "Without flow logs nobody can say what an intruder reached.",
        repair: "Give the network a flow log of ALL traffic.",
        prowler: ["vpc_flow_logs_enabled"], checkov: ["CKV2_AWS_11"], config: ["VPC_FLOW_LOGS_ENABLED"], security_hub: ["EC2.6"],
        each: flow_logs,
    },
    control! {
        "vpc-peering-routes-narrow", Network, Medium, Both, ["AWS::EC2::Route"];
        title: "Routes to other networks name the blocks that are needed",
        why: "A route for everything joins two networks into one.",
        repair: "Give the route the other side's blocks instead of 0.0.0.0/0.",
        prowler: ["vpc_peering_routing_tables_with_least_privilege"], checkov: [], config: [], security_hub: [],
        each: peering_routes_narrow,
    },
    control! {
        "vpc-subnet-access-list", Network, Low, Both, ["AWS::EC2::Subnet"];
        title: "Every subnet has an access list of its own kind",
        why: "The network's default list lets everything through.",
        repair: "Associate the subnet with its tier's network access list.",
        prowler: [], checkov: ["CKV2_AWS_1"], config: [], security_hub: [],
        each: subnet_access_list,
    },
    control! {
        "vpc-subnet-no-public-addresses", Network, Medium, Both, ["AWS::EC2::Subnet"];
        title: "No subnet gives out public addresses by itself",
        why: "A machine gets a public address only when somebody decides so.",
        repair: "Set MapPublicIpOnLaunch to false.",
        prowler: ["vpc_subnet_no_public_ip_by_default"],
        checkov: ["CKV_AWS_130"],
        config: ["SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED"],
        security_hub: ["EC2.15"],
        each: subnet_no_public_addresses,
    },
    control! {
        "vpc-subnets-in-several-zones", Network, Medium, Both, ["AWS::EC2::VPC"];
        title: "A network spans at least two availability zones",
        why: "In one zone alone, that zone's outage is an outage of everything.",
        repair: "Set `zones` of the network to 2 or more.",
        prowler: ["vpc_subnet_different_az"], checkov: [], config: [], security_hub: [],
        each: several_zones,
    },
    control! {
        "vpc-tiers-apart", Network, Medium, Both, ["AWS::EC2::VPC"];
        title: "A network keeps public and private subnets apart",
        why: "What need not be reached from the internet stands where the internet has no route to.",
        repair: "Give the network public and private subnets with route tables of their own.",
        prowler: ["vpc_subnet_separate_private_public"], checkov: [], config: [], security_hub: [],
        each: tiers_apart,
    },
];

fn subnets_of<'a>(view: &View<'a>, vpc: &Address) -> Result<Vec<&'a Resource>, Undecidable> {
    Ok(view.naming::<Subnet>(vpc)?.into_iter().filter(|(_, subnet)| view.is(&subnet.vpc_id, vpc)).map(|(resource, _)| resource).collect())
}

/// The first entry that matches decides, so entries are asked in the order of their numbers, port by port.
fn access_list_closed(view: &View<'_>, resource: &Resource) -> Answer {
    let mut entries: Vec<_> = view
        .naming::<NetworkAclEntry>(&resource.address)?
        .into_iter()
        .filter(|(_, entry)| !entry.egress && view.is(&entry.network_acl_id, &resource.address))
        .collect();
    entries.sort_by_key(|(_, entry)| entry.rule_number);
    let mut open = Vec::new();
    for port in ADMINISTRATION_PORTS {
        let decides = entries.iter().find(|(_, entry)| {
            let about_tcp = matches!(entry.protocol, 6 | -1);
            let about_port = entry.protocol == -1 || entry.port_range.as_ref().is_none_or(|range| range.from <= port && port <= range.to);
            about_tcp && about_port && is_everywhere(Some(&entry.cidr_block))
        });
        if let Some((_, entry)) = decides.filter(|(_, entry)| entry.rule_action == "allow") {
            open.push(format!("entry {} lets the internet reach port {port}", entry.rule_number));
        }
    }
    none_of(open, "the internet reaches neither port 22 nor port 3389")
}

fn default_group_locked(view: &View<'_>, resource: &Resource) -> Answer {
    let groups = view.naming::<DefaultSecurityGroup>(&resource.address)?;
    let Some((_, group)) = groups.first() else {
        return violated("nobody takes care of the network's default security group");
    };
    let rules =
        group.ingress_rules.iter().map(|rule| format!("in: {rule}")).chain(group.egress_rules.iter().map(|rule| format!("out: {rule}")));
    none_of(rules.collect(), "the default security group has no rule")
}

fn default_list_locked(view: &View<'_>, resource: &Resource) -> Answer {
    let lists = view.naming::<DefaultNetworkAcl>(&resource.address)?;
    let Some((_, list)) = lists.first() else {
        return violated("nobody takes care of the network's default access list");
    };
    none_of(list.entries.clone(), "the default access list has no entry")
}

fn endpoint_policy_scoped(view: &View<'_>, resource: &Resource) -> Answer {
    let endpoint = view.read::<VpcEndpoint>(resource)?;
    let Some(policy) = &endpoint.policy_document else {
        return violated("it has no policy, so it lets everything through");
    };
    let mut wide = Vec::new();
    for statement in policy.statement.iter().filter(|statement| allows(statement) && !is_limited(statement)) {
        if is_every_action(statement) && is_for_every_resource(statement) {
            wide.push(format!("statement '{}' allows every action on everything", name(statement)));
        } else if is_for_everyone(statement) && is_for_every_resource(statement) {
            wide.push(format!("statement '{}' allows everybody on everything", name(statement)));
        }
    }
    none_of(wide, "every statement names what it is about, or who may")
}

fn flow_logs(view: &View<'_>, resource: &Resource) -> Answer {
    let logs = view.naming::<FlowLog>(&resource.address)?;
    let mut own = logs.iter().filter(|(_, log)| view.is(&log.resource_id, &resource.address)).peekable();
    if own.peek().is_none() {
        return violated("the network has no flow log");
    }
    check(own.any(|(_, log)| log.traffic_type == "ALL"), "all traffic is recorded", "only a part of the traffic is recorded")
}

fn peering_routes_narrow(view: &View<'_>, resource: &Resource) -> Answer {
    let route = view.read::<Route>(resource)?;
    if route.vpc_peering_connection_id.is_none() && route.transit_gateway_id.is_none() {
        return not_applicable();
    }
    check(
        !is_everywhere(Some(&route.destination_cidr_block)),
        format!("the route is for {}", route.destination_cidr_block),
        "the route sends everything to another network",
    )
}

fn subnet_access_list(view: &View<'_>, resource: &Resource) -> Answer {
    let associated = view
        .naming::<SubnetNetworkAclAssociation>(&resource.address)?
        .iter()
        .any(|(_, association)| view.is(&association.subnet_id, &resource.address));
    check(associated, "it has an access list", "it has the network's default access list")
}

fn subnet_no_public_addresses(view: &View<'_>, resource: &Resource) -> Answer {
    let subnet = view.read::<Subnet>(resource)?;
    check(!subnet.map_public_ip_on_launch, "it gives out no public addresses", "MapPublicIpOnLaunch is true")
}

fn several_zones(view: &View<'_>, resource: &Resource) -> Answer {
    let topology = view.topology()?;
    let subnets = subnets_of(view, &resource.address)?;
    if subnets.is_empty() {
        return undecidable("the network's subnets are not in this graph");
    }
    let zones: BTreeSet<&str> = subnets.iter().filter_map(|subnet| topology.zone(&subnet.address)).collect();
    check(zones.len() >= 2, format!("{} zones", zones.len()), "every subnet stands in the same zone")
}

fn tiers_apart(view: &View<'_>, resource: &Resource) -> Answer {
    let topology = view.topology()?;
    let subnets = subnets_of(view, &resource.address)?;
    if subnets.is_empty() {
        return undecidable("the network's subnets are not in this graph");
    }
    let mut private = 0;
    let mut public = 0;
    for subnet in &subnets {
        match topology.is_public(&subnet.address) {
            Some(true) => public += 1,
            Some(false) => private += 1,
            None => return undecidable(format!("the route table of {} is not in this graph", subnet.address.short())),
        }
    }
    if private == 0 {
        return violated("every subnet has a route to an internet gateway");
    }
    met(format!("{public} public and {private} private subnets"))
}

fn default_removed(view: &View<'_>, resource: &Resource) -> Answer {
    check(view.read::<DefaultVpcRemoval>(resource)?.removed, "there is no default network", "there is a default network")
}
