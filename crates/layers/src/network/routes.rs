//! Gateways, route tables and routes.

use strata_aws::ec2::{Eip, InternetGateway, NatGateway, Route, RouteTable, SubnetRouteTableAssociation, VpcGatewayAttachment};
use strata_graph::Text;
use strata_spec::Nat;

use crate::address_planner::Tier;
use crate::builder::{About, Builder, Handle};
use crate::foundations::{NetworkView, Zone};

const EVERYWHERE: &str = "0.0.0.0/0";

/// Lowers the ways in and out: public subnets through the internet gateway, private ones through NAT, data ones not at all.
pub(super) fn lower(builder: &mut Builder<'_>, network: &NetworkView<'_>) {
    let key = network.key_path();
    let gateway = builder.add("main", InternetGateway::default(), About::new(&key, "The way between the public subnets and the internet."));
    let attachment = VpcGatewayAttachment { internet_gateway_id: gateway.output("InternetGatewayId"), vpc_id: network.vpc_id() };
    let attachment = builder.add("main", attachment, About::new(&key, "Joins the internet gateway to the network."));

    let public = table(builder, network, "public", "Routes of the public subnets.");
    let route = Route {
        route_table_id: public.output("RouteTableId"),
        destination_cidr_block: EVERYWHERE.to_owned(),
        gateway_id: Some(gateway.output("InternetGatewayId")),
        ..Route::default()
    };
    let about = About::new(&key, "Public subnets reach the internet through its gateway.").after(&attachment);
    builder.add("public-internet", route, about);

    let data = table(builder, network, "data", "Routes of the data subnets: none leads out of the network.");
    let nats = nat_gateways(builder, network, &attachment);
    for (index, zone) in network.zones.iter().enumerate() {
        let private = table(builder, network, &private_table(zone), "Routes of this zone's private subnet.");
        // With one NAT gateway for all, each zone's traffic goes to it; with one per zone, each to its own.
        if let Some(nat) = nats.get(index).or_else(|| nats.first()) {
            let route = Route {
                route_table_id: private.output("RouteTableId"),
                destination_cidr_block: EVERYWHERE.to_owned(),
                nat_gateway_id: Some(nat.output("NatGatewayId")),
                ..Route::default()
            };
            let about = About::new(format!("{key}.nat"), "Private subnets reach the internet by NAT alone: out, never in.");
            builder.add(&format!("{}-internet", private_table(zone)), route, about);
        }
        for (tier, table) in [(Tier::Public, &public), (Tier::Private, &private), (Tier::Data, &data)] {
            let association = SubnetRouteTableAssociation {
                subnet_id: network.subnet(tier, zone).output("SubnetId"),
                route_table_id: table.output("RouteTableId"),
            };
            let about = About::new(&key, "Gives the subnet its routes.");
            builder.add(&NetworkView::subnet_name(tier, zone), association, about);
        }
    }
}

/// The name of a zone's private route table.
fn private_table(zone: &Zone) -> String {
    format!("private-{}", zone.letter)
}

/// The route tables that lead to gateway endpoints: those of the private subnets.
pub(super) fn private_table_ids(network: &NetworkView<'_>) -> Vec<Text> {
    network.zones.iter().map(|zone| Handle::to::<RouteTable>(&network.scope, &private_table(zone)).output("RouteTableId")).collect()
}

fn table(builder: &mut Builder<'_>, network: &NetworkView<'_>, name: &str, purpose: &str) -> Handle {
    let table = RouteTable { vpc_id: network.vpc_id(), ..RouteTable::default() };
    builder.add(name, table, About::new(network.key_path(), purpose))
}

fn nat_gateways(builder: &mut Builder<'_>, network: &NetworkView<'_>, attachment: &Handle) -> Vec<Handle> {
    let zones: &[Zone] = match network.declared.nat {
        Nat::None => &[],
        Nat::Single => network.zones.get(..1).unwrap_or_default(),
        Nat::PerZone => &network.zones,
    };
    let key = format!("{}.nat", network.key_path());
    let mut gateways = Vec::new();
    for zone in zones {
        let name = format!("nat-{}", zone.letter);
        let address = Eip { domain: "vpc".to_owned(), ..Eip::default() };
        let about = About::new(&key, "The public address that others see when private subnets call them.").after(attachment);
        let address = builder.add(&name, address, about);
        let gateway = NatGateway {
            allocation_id: address.output("AllocationId"),
            subnet_id: network.subnet(Tier::Public, zone).output("SubnetId"),
            connectivity_type: "public".to_owned(),
            ..NatGateway::default()
        };
        let about = About::new(&key, "Lets private subnets call out without being reached.").after(attachment);
        gateways.push(builder.add(&name, gateway, about));
    }
    gateways
}
