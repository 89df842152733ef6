//! Names stay within the limits of AWS, whatever people call their things, and no two resources of a type share one.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::lowered;
use proptest::prelude::*;
use strata_graph::Scope;

/// Type, property, most characters (the services' API references), and whether upper case is allowed.
const LIMITS: &[(&str, &str, usize, bool)] = &[
    ("AWS::IAM::Role", "RoleName", 64, true),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName", 128, true),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", 32, true),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name", 32, true),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier", 63, false),
    ("AWS::RDS::DBInstance", "DBName", 63, false),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", 255, false),
    ("AWS::RDS::DBParameterGroup", "DBParameterGroupName", 255, false),
    ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId", 40, false),
    ("AWS::ElastiCache::User", "UserId", 40, false),
    ("AWS::ElastiCache::UserGroup", "UserGroupId", 40, false),
    ("AWS::ElastiCache::SubnetGroup", "CacheSubnetGroupName", 255, false),
    ("AWS::ElastiCache::ParameterGroup", "CacheParameterGroupName", 255, false),
    ("AWS::OpenSearchService::Domain", "DomainName", 28, false),
    ("AWS::Logs::ResourcePolicy", "PolicyName", 512, true),
    ("AWS::SQS::Queue", "QueueName", 80, true),
    ("AWS::DynamoDB::Table", "TableName", 255, true),
    ("AWS::Kinesis::Stream", "Name", 128, true),
    ("AWS::S3::Bucket", "BucketName", 63, false),
    ("AWS::SNS::Topic", "TopicName", 256, true),
    ("AWS::Lambda::Function", "FunctionName", 64, true),
    ("AWS::Scheduler::Schedule", "Name", 64, true),
    ("AWS::Scheduler::ScheduleGroup", "Name", 64, true),
    ("AWS::Backup::BackupVault", "BackupVaultName", 50, true),
    ("AWS::Backup::BackupPlan", "BackupPlan.BackupPlanName", 50, true),
    ("AWS::Backup::BackupSelection", "BackupSelection.SelectionName", 50, true),
    ("AWS::Logs::LogGroup", "LogGroupName", 512, true),
    ("AWS::CloudWatch::Alarm", "AlarmName", 255, true),
    ("AWS::EC2::SecurityGroup", "GroupName", 255, true),
    ("AWS::EC2::SecurityGroup", "GroupDescription", 255, true),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateName", 128, true),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName", 255, true),
    ("AWS::ECR::Repository", "RepositoryName", 256, false),
    ("AWS::ECS::Service", "ServiceName", 255, true),
    ("AWS::ECS::TaskDefinition", "Family", 255, true),
    ("AWS::KMS::Alias", "AliasName", 256, true),
    ("AWS::WAFv2::WebACL", "Name", 128, true),
    ("AWS::SecretsManager::Secret", "Name", 512, true),
    ("AWS::ServiceDiscovery::Service", "Name", 127, false),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", "Name", 253, false),
];

/// A name as long as the language takes, at times.
fn name(first: &'static str) -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,3}").unwrap().prop_map(move |rest| format!("{first}{rest}"))
}

fn check(platform: &str, application: &str, environment: &str, service: &str, thing: &str) {
    let platform_file = format!(
        r#"
platform: {platform}
accounts: {{main: {{aws: "111111111111"}}}}
address_space: 10.0.0.0/8
domains: {{acme.example: {{delegate: per-environment}}}}
networks: {{main: {{account: main, region: us-east-1, zones: 2, size: /16}}}}
clusters: {{containers: {{network: main, runtime: ecs}}}}
"#
    );
    let app_file = format!(
        r#"
app: {application}
services:
  {service}: {{build: ./s, port: 80, route: "${{env.host}}/", uses: {{{thing}-db: write, {thing}-cache: write, {thing}-e: read, {thing}-m: write, {thing}-q: send}}, secrets: [TOKEN], scale: {{min: 1, max: 2, cpu: 50%}}}}
  {service}-2: {{build: ./s, uses: {{{service}: call}}}}
hosts: {{{service}-h: {{image: debian-12, uses: {{{thing}-db: read}}}}}}
jobs: {{{service}-j: {{image: {service}, schedule: "0 2 * * *", uses: {{{thing}-b: read}}}}}}
functions: {{{service}-f: {{code: ./fn/receipt, runtime: python3.13, trigger: {{{thing}-b: created}}}}}}
resources:
  {thing}-db: {{type: postgres, replicas: 1}}
  {thing}-cache: {{type: redis}}
  {thing}-e: {{type: search}}
  {thing}-m: {{type: files}}
  {thing}-b: {{type: bucket}}
  {thing}-q: {{type: queue, fifo: true}}
  {thing}-t: {{type: table, key: id}}
  {thing}-s: {{type: stream}}
  {thing}-o: {{type: topic, fifo: true}}
environments:
  {environment}: {{cluster: containers, host: tickets.acme.example}}
"#
    );
    let lowered = lowered(&platform_file, &app_file, environment, &BTreeMap::new());
    let scope = Scope::environment(application, environment);
    let mut seen: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut met = BTreeSet::new();
    let network = Scope::Network("main".into());
    let shared = lowered.graph.of_scope(&network).filter(|resource| resource.type_name.0.starts_with("AWS::ServiceDiscovery::"));
    for resource in lowered.graph.of_scope(&scope).chain(shared) {
        for (type_name, path, most, upper) in LIMITS.iter().filter(|limit| limit.0 == resource.type_name.0) {
            let Some(value) = resource.properties.at(path) else { continue };
            let text = value.as_str().unwrap_or_else(|| panic!("{} {path} is not known before", resource.address));
            met.insert((*type_name, *path));
            assert!(!text.is_empty() && text.len() <= *most, "{}: {path} `{text}` has {} of {most}", resource.address, text.len());
            assert!(*upper || !text.chars().any(|letter| letter.is_ascii_uppercase()), "{}: `{text}`", resource.address);
            assert!(!text.ends_with('-'), "{}: `{text}`", resource.address);
            if !["GroupDescription", "DBName"].contains(path) {
                assert!(
                    seen.insert(((*type_name).to_owned(), (*path).to_owned(), text.to_owned())),
                    "{}: `{text}` is taken",
                    resource.address
                );
            }
        }
        if let Some(description) = resource.properties.at("Description").and_then(|text| text.as_str())
            && resource.type_name.0.starts_with("AWS::EC2::SecurityGroup")
        {
            let allowed = |letter: char| letter.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(letter);
            assert!(description.len() <= 255 && description.chars().all(allowed), "{description}");
        }
    }
    assert_eq!(met.len(), LIMITS.len(), "every limit was met");
}

#[test]
fn the_longest_names_that_the_language_takes() {
    let long = |first: &str| format!("{first}{}", "abcdefghij".repeat(5));
    check(&long("p"), &long("a"), &long("e"), &long("s"), &long("t"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_names(platform in name("p"), application in name("a"), environment in name("e"), service in name("s"), thing in name("t")) {
        check(&platform, &application, &environment, &service, &thing);
    }
}
