//! Layer 1: one network with its subnets, routes, access lists, flow logs, endpoints and private zone.
//!
//! Invariants: nothing in the private and data tiers has a public address or a route from the internet; the data tier has
//! no route to it either; every subnet has its own route table and access list, so the network's defaults, which are
//! locked, hold for nothing.

mod access_lists;
mod endpoints;
mod flow_logs;
mod routes;

use strata_aws::ec2::{DefaultNetworkAcl, DefaultSecurityGroup, Subnet, Vpc};
use strata_aws::route53::{HostedZone, HostedZoneConfig, HostedZoneVpc};
use strata_aws::servicediscovery::PrivateDnsNamespace;
use strata_graph::Layer;
use strata_spec::{Platform, Runtime};

use crate::address_planner::Tier;
use crate::builder::{About, Builder};
use crate::claims::Union;
use crate::foundations::NetworkView;

/// Lowers a network with what is claimed of it.
pub(crate) fn lower(builder: &mut Builder<'_>, platform: &Platform, network: &NetworkView<'_>, claims: &Union) {
    builder.layer(Layer::Network);
    let key = network.key_path();
    let vpc = Vpc { cidr_block: network.range.to_string(), enable_dns_support: true, enable_dns_hostnames: true, ..Vpc::default() };
    let range = if network.declared.cidr.is_some() { "cidr" } else { "size" };
    let about = About::new(&key, "The virtual network that its clusters and environments share.").also(format!("{key}.{range}"));
    let vpc = builder.add("main", vpc, about);
    let default_group = DefaultSecurityGroup {
        vpc_id: vpc.output("VpcId"),
        group_id: vpc.output("DefaultSecurityGroup"),
        ..DefaultSecurityGroup::default()
    };
    builder.add(
        "default",
        default_group,
        About::new(&key, "Takes every rule out of the group that AWS gives to what names none, so that nothing is reached by accident."),
    );
    let default_list =
        DefaultNetworkAcl { vpc_id: vpc.output("VpcId"), network_acl_id: vpc.output("DefaultNetworkAcl"), ..DefaultNetworkAcl::default() };
    builder.add(
        "default",
        default_list,
        About::new(
            &key,
            "Takes every entry out of the access list that AWS gives to subnets without one, so that nothing crosses it by accident.",
        ),
    );
    subnets(builder, platform, network);
    routes::lower(builder, network);
    access_lists::lower(builder, network);
    flow_logs::lower(builder, platform, network);
    endpoints::lower(builder, network, claims);
    let zone = HostedZone {
        name: network.private_zone_name.clone(),
        hosted_zone_config: Some(HostedZoneConfig { comment: format!("Private names in the network {}", network.name) }),
        vpcs: vec![HostedZoneVpc { vpc_id: network.vpc_id(), vpc_region: network.region().into() }],
        ..HostedZone::default()
    };
    builder.add("internal", zone, About::new(&key, "Names that only this network resolves."));
    services_zone(builder, platform, network);
}

/// The zone in which the services of ECS clusters find each other: one for the network, so that environments share its cost.
fn services_zone(builder: &mut Builder<'_>, platform: &Platform, network: &NetworkView<'_>) {
    let holds_ecs = platform.clusters.values().any(|cluster| cluster.network.as_str() == network.name && cluster.runtime == Runtime::Ecs);
    if holds_ecs {
        let namespace = PrivateDnsNamespace {
            name: network.services_zone_name(),
            vpc: network.vpc_id(),
            description: format!("services in the network {}", network.name),
            ..PrivateDnsNamespace::default()
        };
        builder.add("services", namespace, About::new(network.key_path(), "The private zone in which services find each other."));
    }
}

fn subnets(builder: &mut Builder<'_>, platform: &Platform, network: &NetworkView<'_>) {
    let key = network.key_path();
    let holds_kubernetes =
        platform.clusters.values().any(|cluster| cluster.network.as_str() == network.name && cluster.runtime == Runtime::Kubernetes);
    for zone in &network.zones {
        for tier in Tier::ALL {
            let purpose = match tier {
                Tier::Public => "Load balancers and NAT gateways of this zone; the only subnets with a route from the internet.",
                Tier::Private => "Workloads of this zone; they reach out by NAT and endpoints and are not reached from outside.",
                Tier::Data => "Databases and caches of this zone; no route to or from the internet.",
            };
            let subnet = Subnet {
                vpc_id: network.vpc_id(),
                cidr_block: zone.blocks.tier(tier).to_string(),
                availability_zone: zone.name.clone(),
                map_public_ip_on_launch: false,
                ..Subnet::default()
            };
            let mut about = About::new(&key, purpose).also(format!("{key}.zones")).tag("tier", tier.word());
            // Controllers of load balancers on Kubernetes find subnets by these tags.
            if holds_kubernetes && tier == Tier::Public {
                about = about.tag("kubernetes.io/role/elb", "1");
            } else if holds_kubernetes && tier == Tier::Private {
                about = about.tag("kubernetes.io/role/internal-elb", "1");
            }
            builder.add(&NetworkView::subnet_name(tier, zone), subnet, about);
        }
    }
}
