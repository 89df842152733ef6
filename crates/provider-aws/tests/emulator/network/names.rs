//! Zones, records and the names of services.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::logs::{LogGroup, ResourcePolicy};
use strata_aws::route53::{AliasTarget, HostedZone, HostedZoneConfig, HostedZoneVpc, QueryLoggingConfig, RecordSet};
use strata_aws::servicediscovery::{DnsConfig, DnsRecord, HealthCheckCustomConfig, PrivateDnsNamespace, Service};

use super::vpc;
use crate::support::{Bench, REGION};

#[tokio::test]
async fn zones_and_records() {
    let bench = Bench::new(140);
    let comment = |comment: &str| Some(HostedZoneConfig { comment: comment.into() });
    let zone = |name: &str| HostedZone { name: name.into(), hosted_zone_config: comment("of a test"), ..HostedZone::default() };
    let mut parent = bench.create("public", zone("acme.example")).await;
    bench
        .update(&mut parent, |zone| {
            zone.hosted_zone_config = comment("of a test, changed");
            zone.tags.insert("team".into(), "names".into());
        })
        .await;
    let child = bench.create("dev", zone("dev.acme.example")).await;
    let delegation = RecordSet {
        hosted_zone_id: parent.output("Id"),
        name: "dev.acme.example".into(),
        record_type: "NS".into(),
        ttl: Some(300),
        // One text that joins the names: what a reference to the zone's output resolves to.
        resource_records: vec![child.output("NameServers")],
        ..RecordSet::default()
    };
    let delegation = bench.create("dev", delegation).await;
    assert_eq!(delegation.id.0, format!("{}_dev.acme.example_NS", parent.id.0), "the id is what terraform imports");
    let set = bench.cloud().await.route53().list_resource_record_sets().hosted_zone_id(&parent.id.0).send().await.unwrap();
    let servers = set.resource_record_sets().iter().find(|set| set.name() == "dev.acme.example.").unwrap().resource_records();
    assert_eq!(servers.len(), child.output("NameServers").as_literal().unwrap().split(',').count(), "each name is a record");
    let wildcard = RecordSet {
        hosted_zone_id: parent.output("Id"),
        name: "*.acme.example".into(),
        record_type: "A".into(),
        ttl: Some(60),
        resource_records: vec!["192.0.2.1".into(), "192.0.2.2".into()],
        ..RecordSet::default()
    };
    let mut wildcard = bench.create("wildcard", wildcard).await;
    bench.update(&mut wildcard, |record| record.ttl = Some(120)).await;
    let text = RecordSet {
        hosted_zone_id: parent.output("Id"),
        name: "_check.acme.example".into(),
        record_type: "TXT".into(),
        ttl: Some(60),
        resource_records: vec!["\"v=1,2\"".into()],
        ..RecordSet::default()
    };
    let text = bench.create("text", text).await;
    let alias = RecordSet {
        hosted_zone_id: parent.output("Id"),
        name: "web.acme.example".into(),
        record_type: "A".into(),
        alias_target: Some(AliasTarget {
            dns_name: "Web-1.us-east-1.elb.amazonaws.com".into(),
            evaluate_target_health: true,
            hosted_zone_id: "Z35SXDOTRQ7X7K".into(),
        }),
        ..RecordSet::default()
    };
    let alias = bench.create("web", alias).await;
    bench.delete(alias).await;
    bench.delete(text).await;
    bench.delete(wildcard).await;
    bench.delete(delegation).await;
    bench.delete(child).await;
    bench.delete(parent).await;
}

#[tokio::test]
async fn queries_to_zones_are_logged() {
    let bench = Bench::new(143);
    let group = |name: &str| LogGroup { log_group_name: name.into(), retention_in_days: 400, ..LogGroup::default() };
    let first = bench.create("first", group("/aws/route53/first.example")).await;
    let second = bench.create("second", group("/aws/route53/second.example")).await;
    let policy = |groups: &str| ResourcePolicy {
        policy_name: "queries".into(),
        policy_document: PolicyDocument::new([Statement::allow("Queries", ["logs:CreateLogStream", "logs:PutLogEvents"], [groups])
            .for_service("route53.amazonaws.com")
            .when("StringEquals", "aws:SourceAccount", [bench.account_id()])]),
    };
    let mut policy_made = bench.create("queries", policy("*")).await;
    let narrow = format!("arn:aws:logs:us-east-1:{}:log-group:/aws/route53/*", bench.account_id());
    bench.update(&mut policy_made, |made| *made = policy(&narrow)).await;

    let to = |group: &crate::support::Made<LogGroup>| Some(QueryLoggingConfig { cloud_watch_logs_log_group_arn: group.output("Arn") });
    let zone =
        |name: &str, log: Option<QueryLoggingConfig>| HostedZone { name: name.into(), query_logging_config: log, ..HostedZone::default() };
    let mut logged = bench.create("first", zone("first.example", to(&first))).await;
    bench.update(&mut logged, |zone| zone.query_logging_config = to(&second)).await;
    let mut other = bench.create("other", zone("other.example", None)).await;
    bench.update(&mut other, |zone| zone.query_logging_config = to(&first)).await;
    bench.update(&mut other, |zone| zone.query_logging_config = None).await;
    let left = bench.cloud().await.route53().list_query_logging_configs().send().await.unwrap().query_logging_configs;
    let groups: Vec<&str> = left.iter().map(|config| config.cloud_watch_logs_log_group_arn.as_str()).collect();
    assert_eq!(groups, [format!("{}:*", second.output("Arn").as_literal().unwrap())], "each zone's own log, and one only");
    bench.delete(other).await;
    bench.delete(logged).await;
    let left = bench.cloud().await.route53().list_query_logging_configs().send().await.unwrap().query_logging_configs;
    assert!(left.is_empty(), "a zone's log goes with it: {left:?}");
    bench.delete(policy_made).await;
    bench.delete(second).await;
    bench.delete(first).await;
}

#[tokio::test]
async fn private_zones() {
    let bench = Bench::new(141);
    let vpc = vpc(&bench).await;
    let zone = HostedZone {
        name: "internal.acme".into(),
        vpcs: vec![HostedZoneVpc { vpc_id: vpc.output("VpcId"), vpc_region: REGION.into() }],
        ..HostedZone::default()
    };
    let zone = bench.create("private", zone).await;
    bench.delete(zone).await;
}

#[tokio::test]
async fn names_of_services() {
    let bench = Bench::new(142);
    let vpc = vpc(&bench).await;
    let namespace = PrivateDnsNamespace {
        name: "dev.internal".into(),
        vpc: vpc.output("VpcId"),
        description: "of a test".into(),
        ..PrivateDnsNamespace::default()
    };
    let mut namespace = bench.create("main", namespace).await;
    bench
        .update(&mut namespace, |namespace| {
            namespace.description = "of a test, changed".into();
            namespace.tags.insert("team".into(), "names".into());
        })
        .await;
    let service = Service {
        name: "api".into(),
        namespace_id: namespace.output("Id"),
        dns_config: DnsConfig { dns_records: vec![DnsRecord { ttl: 10, record_type: "A".into() }], routing_policy: "MULTIVALUE".into() },
        health_check_custom_config: Some(HealthCheckCustomConfig { failure_threshold: 1 }),
        ..Service::default()
    };
    let mut service = bench.create("api", service).await;
    bench
        .update(&mut service, |service| {
            service.dns_config.dns_records[0].ttl = 30;
            service.description = Some("the api".into());
            service.tags.insert("team".into(), "names".into());
        })
        .await;
    bench.delete(service).await;
    bench.delete(namespace).await;
}
