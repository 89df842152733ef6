//! Networks, their ways in and out.

use strata_aws::ec2::{
    DefaultVpcRemoval, Eip, InternetGateway, NatGateway, Route, RouteTable, SubnetRouteTableAssociation, VpcEndpoint, VpcGatewayAttachment,
};
use strata_aws::iam::{PolicyDocument, Statement};

use strata_provider::ErrorKind;

use super::{subnet, vpc};
use crate::support::{Bench, REGION};

#[tokio::test]
async fn a_network_and_its_subnet() {
    let bench = Bench::new(100);
    let mut vpc = vpc(&bench).await;
    bench.update(&mut vpc, |vpc| vpc.enable_dns_hostnames = false).await;
    let mut subnet = subnet(&bench, &vpc, 0).await;
    bench.update(&mut subnet, |subnet| subnet.map_public_ip_on_launch = true).await;
    bench.update(&mut subnet, |subnet| _ = subnet.tags.insert("team".into(), "payments".into())).await;
    bench.delete(subnet).await;
    bench.delete(vpc).await;
}

#[tokio::test]
async fn ways_out_of_a_network() {
    let bench = Bench::new(101);
    let vpc = vpc(&bench).await;
    let subnet = subnet(&bench, &vpc, 0).await;
    let mut gateway = bench.create("main", InternetGateway::default()).await;
    bench.update(&mut gateway, |gateway| _ = gateway.tags.insert("team".into(), "network".into())).await;
    let attachment = VpcGatewayAttachment { internet_gateway_id: gateway.output("InternetGatewayId"), vpc_id: vpc.output("VpcId") };
    let attachment = bench.create("main", attachment).await;
    let mut address = bench.create("nat", Eip { domain: "vpc".into(), ..Eip::default() }).await;
    bench.update(&mut address, |address| _ = address.tags.insert("team".into(), "network".into())).await;
    let nat = NatGateway {
        allocation_id: address.output("AllocationId"),
        subnet_id: subnet.output("SubnetId"),
        connectivity_type: "public".into(),
        ..NatGateway::default()
    };
    let mut nat = bench.create("a", nat).await;
    bench.update(&mut nat, |nat| _ = nat.tags.insert("team".into(), "network".into())).await;
    let table = bench.create("private", RouteTable { vpc_id: vpc.output("VpcId"), ..RouteTable::default() }).await;
    let route = Route {
        route_table_id: table.output("RouteTableId"),
        destination_cidr_block: "0.0.0.0/0".into(),
        nat_gateway_id: Some(nat.output("NatGatewayId")),
        ..Route::default()
    };
    let mut route = bench.create("out", route).await;
    assert_eq!(route.id.0, format!("{}_0.0.0.0/0", table.id.0), "the id is what terraform imports");
    bench
        .update(&mut route, |route| {
            route.nat_gateway_id = None;
            route.gateway_id = Some(gateway.output("InternetGatewayId"));
        })
        .await;
    let association = SubnetRouteTableAssociation { subnet_id: subnet.output("SubnetId"), route_table_id: table.output("RouteTableId") };
    let association = bench.create("a", association).await;
    bench.delete(association).await;
    bench.delete(route).await;
    bench.delete(table).await;
    bench.delete(nat).await;
    bench.delete(address).await;
    bench.delete(attachment).await;
    bench.delete(gateway).await;
}

/// A policy that lets one action through.
fn policy(action: &str) -> PolicyDocument {
    PolicyDocument::new([Statement::allow("Only", [action], ["*"]).for_aws(["*"])])
}

#[tokio::test]
async fn private_ways_to_services() {
    let bench = Bench::new(102);
    let vpc = vpc(&bench).await;
    let (first, second) = (subnet(&bench, &vpc, 0).await, subnet(&bench, &vpc, 1).await);
    let table = bench.create("private", RouteTable { vpc_id: vpc.output("VpcId"), ..RouteTable::default() }).await;
    let gateway = VpcEndpoint {
        vpc_id: vpc.output("VpcId"),
        service_name: format!("com.amazonaws.{REGION}.s3").into(),
        vpc_endpoint_type: "Gateway".into(),
        policy_document: Some(policy("s3:GetObject")),
        route_table_ids: vec![table.output("RouteTableId")],
        ..VpcEndpoint::default()
    };
    let mut gateway = bench.create("s3", gateway).await;
    assert!(gateway.output("PrefixListId").as_literal().unwrap().starts_with("pl-"));
    bench.update(&mut gateway, |endpoint| endpoint.policy_document = Some(policy("s3:PutObject"))).await;
    let group = super::filters::group(&bench, &vpc, "endpoints").await;
    let interface = VpcEndpoint {
        vpc_id: vpc.output("VpcId"),
        service_name: format!("com.amazonaws.{REGION}.sqs").into(),
        vpc_endpoint_type: "Interface".into(),
        policy_document: Some(policy("sqs:SendMessage")),
        private_dns_enabled: Some(true),
        subnet_ids: vec![first.output("SubnetId")],
        security_group_ids: vec![group.output("GroupId")],
        ..VpcEndpoint::default()
    };
    let mut interface = bench.create("sqs", interface).await;
    bench
        .update(&mut interface, |endpoint| {
            endpoint.subnet_ids = vec![first.output("SubnetId"), second.output("SubnetId")];
            endpoint.tags.insert("team".into(), "network".into());
        })
        .await;
    bench.delete(interface).await;
    bench.delete(gateway).await;
}

/// The ids of the subnets of the default network, which is looked for anew.
async fn default_subnets(bench: &Bench) -> Vec<String> {
    let cloud = bench.cloud().await;
    let ec2 = cloud.ec2();
    let filter = |name: &str, value: &str| aws_sdk_ec2::types::Filter::builder().name(name).values(value).build();
    let vpcs = ec2.describe_vpcs().filters(filter("is-default", "true")).send().await.unwrap();
    let Some(vpc) = vpcs.vpcs().first().and_then(|vpc| vpc.vpc_id()) else { return Vec::new() };
    let subnets = ec2.describe_subnets().filters(filter("vpc-id", vpc)).send().await.unwrap();
    subnets.subnets().iter().filter_map(|subnet| subnet.subnet_id().map(ToOwned::to_owned)).collect()
}

#[tokio::test]
async fn the_default_network_goes_and_comes_back() {
    let bench = Bench::new(103);
    assert!(!default_subnets(&bench).await.is_empty(), "a new account has a default network");
    let removal = bench.create("main", DefaultVpcRemoval { removed: true }).await;
    assert!(default_subnets(&bench).await.is_empty());
    let lists = bench.cloud().await.ec2().describe_network_acls().send().await.unwrap();
    let open = lists.network_acls().iter().flat_map(|list| list.entries()).any(|entry| entry.rule_number() < Some(32767));
    assert!(!open, "nothing of it stays open: {lists:?}");
    bench.delete(removal).await;
    assert!(!default_subnets(&bench).await.is_empty(), "AWS makes it anew");
}

#[tokio::test]
async fn a_default_network_in_use_is_left_whole() {
    let bench = Bench::new(104);
    let subnets = default_subnets(&bench).await;
    let interface = bench.cloud().await.ec2().create_network_interface().subnet_id(&subnets[0]).description("old server").send().await;
    let interface = interface.unwrap().network_interface.unwrap().network_interface_id.unwrap();
    let error = bench.only_create("main", DefaultVpcRemoval { removed: true }).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Dependency, "{error}");
    assert!(error.message.contains(&interface) && error.message.contains("old server"), "{error}");
    assert!(error.told().contains("default_network: keep"), "{}", error.told());
    assert_eq!(default_subnets(&bench).await, subnets, "nothing was removed");
}
