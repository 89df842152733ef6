//! What lets traffic through, and what writes it down.

use strata_aws::ec2::{
    DefaultNetworkAcl, DefaultSecurityGroup, FlowLog, NetworkAcl, NetworkAclEntry, PortRange, SecurityGroup, SecurityGroupEgress,
    SecurityGroupIngress, SubnetNetworkAclAssociation, Vpc,
};
use strata_graph::Text;

use super::{subnet, vpc};
use crate::support::{Bench, Made, REGION};

/// A group without rules.
pub(super) async fn group(bench: &Bench, vpc: &Made<Vpc>, name: &str) -> Made<SecurityGroup> {
    let group = SecurityGroup {
        group_name: name.into(),
        group_description: "of a test".into(),
        vpc_id: vpc.output("VpcId"),
        ..SecurityGroup::default()
    };
    bench.create(name, group).await
}

#[tokio::test]
async fn groups_and_rules_of_every_peer() {
    let bench = Bench::new(110);
    let vpc = vpc(&bench).await;
    let (mut web, database) = (group(&bench, &vpc, "web").await, group(&bench, &vpc, "database").await);
    let cloud = bench.cloud().await;
    let rules = cloud.ec2().describe_security_group_rules().send().await.unwrap();
    let open = rules.security_group_rules().iter().filter(|rule| rule.group_id() == Some(&web.id.0)).count();
    assert_eq!(open, 0, "a new group has no rule, not even the open one that EC2 gives it");
    bench.update(&mut web, |group| _ = group.tags.insert("team".into(), "web".into())).await;
    let port = |description: &str| SecurityGroupIngress {
        group_id: database.output("GroupId"),
        ip_protocol: "tcp".into(),
        from_port: 5432,
        to_port: 5432,
        description: description.into(),
        ..SecurityGroupIngress::default()
    };
    let by_group = SecurityGroupIngress { source_security_group_id: Some(web.output("GroupId")), ..port("web reads") };
    let by_group = bench.create("web", by_group).await;
    let by_block = SecurityGroupIngress { cidr_ip: Some("10.0.0.0/24".into()), ..port("from the office") };
    let mut by_block = bench.create("office", by_block).await;
    bench.update(&mut by_block, |rule| rule.description = "from the other office".into()).await;
    let out = |description: &str| SecurityGroupEgress {
        group_id: web.output("GroupId"),
        ip_protocol: "tcp".into(),
        from_port: 443,
        to_port: 443,
        description: description.into(),
        ..SecurityGroupEgress::default()
    };
    let to_group = SecurityGroupEgress { destination_security_group_id: Some(database.output("GroupId")), ..out("to it") };
    let to_group = bench.create("database", to_group).await;
    let to_list = SecurityGroupEgress { destination_prefix_list_id: Some("pl-0123".into()), ..out("to the buckets") };
    let to_list = bench.create("buckets", to_list).await;
    let anywhere = SecurityGroupEgress {
        ip_protocol: "-1".into(),
        from_port: -1,
        to_port: -1,
        cidr_ip: Some("0.0.0.0/0".into()),
        ..out("everything")
    };
    let mut anywhere = bench.create("anywhere", anywhere).await;
    bench.update(&mut anywhere, |rule| rule.description = "still everything".into()).await;
    bench.delete(by_group).await;
    bench.delete(by_block).await;
    bench.delete(to_group).await;
    bench.delete(to_list).await;
    bench.delete(anywhere).await;
    bench.delete(database).await;
}

#[tokio::test]
async fn the_default_group_is_emptied_and_watched() {
    let bench = Bench::new(111);
    let vpc = vpc(&bench).await;
    let group = DefaultSecurityGroup {
        vpc_id: vpc.output("VpcId"),
        group_id: vpc.output("DefaultSecurityGroup"),
        ..DefaultSecurityGroup::default()
    };
    let group = bench.create("default", group).await;
    let cloud = bench.cloud().await;
    let permission = aws_sdk_ec2::types::IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(22)
        .to_port(22)
        .ip_ranges(aws_sdk_ec2::types::IpRange::builder().cidr_ip("0.0.0.0/0").build());
    let call = cloud.ec2().authorize_security_group_ingress().group_id(&group.id.0).ip_permissions(permission.build());
    call.send().await.unwrap();
    let seen = bench.observe(&group.address, Some(&group.id), &group.resource).await.unwrap().unwrap();
    let drifted: DefaultSecurityGroup = seen.properties.read().unwrap();
    assert_eq!(drifted.ingress_rules, ["tcp 22-22 0.0.0.0/0"], "a rule from elsewhere is seen");
    bench.only_update(&group, &drifted).await.unwrap();
    let seen = bench.observe(&group.address, Some(&group.id), &group.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<DefaultSecurityGroup>().unwrap(), group.resource, "and taken away");
    bench.delete(group).await;
}

#[tokio::test]
async fn the_default_access_list_is_emptied() {
    let bench = Bench::new(119);
    let vpc = vpc(&bench).await;
    let list =
        DefaultNetworkAcl { vpc_id: vpc.output("VpcId"), network_acl_id: vpc.output("DefaultNetworkAcl"), ..DefaultNetworkAcl::default() };
    let list = bench.create("default", list).await;
    let cloud = bench.cloud().await;
    let call = cloud.ec2().create_network_acl_entry().network_acl_id(&list.id.0).rule_number(100).protocol("-1");
    let call = call.rule_action(aws_sdk_ec2::types::RuleAction::Allow).egress(false).cidr_block("0.0.0.0/0");
    call.send().await.unwrap();
    let seen = bench.observe(&list.address, Some(&list.id), &list.resource).await.unwrap().unwrap();
    let drifted: DefaultNetworkAcl = seen.properties.read().unwrap();
    assert_eq!(drifted.entries, ["in 100 allow -1 0.0.0.0/0"], "an entry from elsewhere is seen");
    bench.only_update(&list, &drifted).await.unwrap();
    let seen = bench.observe(&list.address, Some(&list.id), &list.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<DefaultNetworkAcl>().unwrap(), list.resource, "and taken away");
    bench.delete(list).await;
}

#[tokio::test]
async fn network_acls() {
    let bench = Bench::new(112);
    let vpc = vpc(&bench).await;
    let subnet = subnet(&bench, &vpc, 0).await;
    let mut acl = bench.create("data", NetworkAcl { vpc_id: vpc.output("VpcId"), ..NetworkAcl::default() }).await;
    bench.update(&mut acl, |acl| _ = acl.tags.insert("team".into(), "network".into())).await;
    let entry = NetworkAclEntry {
        network_acl_id: acl.output("Id"),
        rule_number: 100,
        protocol: 6,
        rule_action: "allow".into(),
        egress: false,
        cidr_block: "10.0.0.0/16".into(),
        port_range: Some(PortRange { from: 5432, to: 5432 }),
        icmp: None,
    };
    let mut inward = bench.create("in", entry.clone()).await;
    assert_eq!(inward.id.0, format!("{}:100:6:false", acl.id.0), "the id is what terraform imports");
    let outward = NetworkAclEntry { egress: true, protocol: -1, port_range: None, ..entry };
    let outward = bench.create("out", outward).await;
    bench.update(&mut inward, |entry| entry.port_range = Some(PortRange { from: 5432, to: 5433 })).await;
    let association = SubnetNetworkAclAssociation { subnet_id: subnet.output("SubnetId"), network_acl_id: acl.output("Id") };
    let association = bench.create("a", association).await;
    bench.delete(association).await;
    bench.delete(outward).await;
    bench.delete(inward).await;
    bench.delete(acl).await;
}

#[tokio::test]
async fn flow_logs() {
    let bench = Bench::new(113);
    let vpc = vpc(&bench).await;
    let group = format!("arn:aws:logs:{REGION}:{}:log-group:flow", bench.account_id());
    bench.cloud().await.logs().create_log_group().log_group_name("flow").send().await.unwrap();
    let log = FlowLog {
        deliver_logs_permission_arn: format!("arn:aws:iam::{}:role/flow", bench.account_id()).into(),
        log_destination: Text::from(format!("{group}:*")),
        log_destination_type: "cloud-watch-logs".into(),
        max_aggregation_interval: 60,
        resource_id: vpc.output("VpcId"),
        resource_type: "VPC".into(),
        traffic_type: "ALL".into(),
        ..FlowLog::default()
    };
    let mut log = bench.create("main", log).await;
    bench.update(&mut log, |log| _ = log.tags.insert("team".into(), "network".into())).await;
    bench.delete(log).await;
}
