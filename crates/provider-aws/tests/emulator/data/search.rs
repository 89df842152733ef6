//! Search engines.

use std::collections::BTreeMap;

use strata_aws::ec2::SecurityGroup;
use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::opensearch::{
    AdvancedSecurityOptions, AutoTuneOptions, ClusterConfig, Domain, DomainEndpointOptions, EbsOptions, EncryptionAtRestOptions,
    LogPublishingOption, MasterUserOptions, NodeToNodeEncryptionOptions, OffPeakWindow, OffPeakWindowOptions, SoftwareUpdateOptions,
    VpcOptions, WindowStartTime, ZoneAwarenessConfig,
};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, Readiness};

use super::{key, subnets};
use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

fn policy(account: &str, role: &str, actions: &[&str]) -> PolicyDocument {
    let domain = format!("arn:aws:es:us-east-1:{account}:domain/acme-books/*");
    let statement = Statement::allow("Books", actions.iter().copied(), [domain]);
    PolicyDocument::new([statement.for_aws([format!("arn:aws:iam::{account}:role/{role}")])])
}

fn logs(account: &str, kinds: &[&str]) -> BTreeMap<String, LogPublishingOption> {
    let group: Text = format!("arn:aws:logs:us-east-1:{account}:log-group:/acme/books").into();
    let log = LogPublishingOption { cloud_watch_logs_log_group_arn: group, enabled: true };
    kinds.iter().map(|kind| ((*kind).to_owned(), log.clone())).collect()
}

fn domain(account: &str, subnets: Vec<Text>, groups: Vec<Text>, key: Text) -> Domain {
    Domain {
        domain_name: "acme-books".into(),
        engine_version: "OpenSearch_2.19".into(),
        cluster_config: ClusterConfig {
            instance_type: "m6g.large.search".into(),
            instance_count: 3,
            dedicated_master_enabled: true,
            dedicated_master_type: Some("m6g.large.search".into()),
            dedicated_master_count: Some(3),
            zone_awareness_enabled: true,
            zone_awareness_config: Some(ZoneAwarenessConfig { availability_zone_count: 3 }),
        },
        ebs_options: EbsOptions { ebs_enabled: true, volume_type: Some("gp3".into()), volume_size: Some(50) },
        vpc_options: Some(VpcOptions { subnet_ids: subnets, security_group_ids: groups }),
        access_policies: Some(policy(account, "reader", &["es:ESHttpGet"])),
        encryption_at_rest_options: EncryptionAtRestOptions { enabled: true, kms_key_id: Some(key) },
        node_to_node_encryption_options: NodeToNodeEncryptionOptions { enabled: true },
        domain_endpoint_options: DomainEndpointOptions {
            enforce_https: true,
            tls_security_policy: Some("Policy-Min-TLS-1-2-PFS-2023-10".into()),
        },
        advanced_security_options: AdvancedSecurityOptions {
            enabled: true,
            internal_user_database_enabled: false,
            master_user_options: Some(MasterUserOptions { master_user_arn: format!("arn:aws:iam::{account}:role/administrators").into() }),
        },
        log_publishing_options: logs(account, &["AUDIT_LOGS", "ES_APPLICATION_LOGS"]),
        auto_tune_options: Some(AutoTuneOptions { desired_state: "ENABLED".into() }),
        software_update_options: SoftwareUpdateOptions { auto_software_update_enabled: true },
        off_peak_window_options: OffPeakWindowOptions {
            enabled: true,
            off_peak_window: Some(OffPeakWindow { window_start_time: WindowStartTime { hours: 3, minutes: 0 } }),
        },
        ..Domain::default()
    }
}

#[tokio::test]
async fn a_search_engine_and_its_changes() {
    let bench = Bench::new(314);
    let subnets = subnets(&bench).await;
    let vpc = bench.cloud().await.ec2().describe_vpcs().send().await.unwrap();
    let vpc = vpc.vpcs().iter().find(|vpc| vpc.is_default() != Some(true)).and_then(|vpc| vpc.vpc_id()).unwrap().to_owned();
    let mut groups = Vec::new();
    for name in ["one", "two"] {
        let group = SecurityGroup {
            group_name: name.into(),
            group_description: name.into(),
            vpc_id: vpc.as_str().into(),
            ..SecurityGroup::default()
        };
        groups.push(bench.create(name, group).await.output("GroupId"));
    }
    groups.sort();
    let account = bench.account_id().to_owned();
    let mut made = bench.create("books", domain(&account, subnets, groups.clone(), key(&bench))).await;
    assert_eq!(made.outputs["Arn"], format!("arn:aws:es:us-east-1:{account}:domain/acme-books"));
    assert_eq!(made.outputs["DomainName"], "acme-books");
    assert!(made.outputs["DomainEndpoint"].ends_with(".es.amazonaws.com"), "{:?}", made.outputs);
    bench
        .update(&mut made, |domain| {
            domain.cluster_config.instance_type = "r6g.large.search".into();
            domain.cluster_config.instance_count = 6;
            domain.ebs_options.volume_size = Some(100);
            domain.vpc_options.as_mut().unwrap().security_group_ids = groups[..1].to_vec();
            domain.access_policies = Some(policy(&account, "writer", &["es:ESHttpGet", "es:ESHttpPut"]));
            domain.tags.insert("team".into(), "web".into());
            domain.tags.insert("strata:left".into(), "soon".into());
        })
        .await;
    bench
        .update(&mut made, |domain| {
            domain.domain_endpoint_options.tls_security_policy = Some("Policy-Min-TLS-1-2-2019-07".into());
            domain.log_publishing_options = logs(&account, &["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"]);
            domain.off_peak_window_options.off_peak_window =
                Some(OffPeakWindow { window_start_time: WindowStartTime { hours: 22, minutes: 30 } });
            domain.tags.remove("strata:left");
        })
        .await;
    bench.delete(made).await;
}

/// What the emulator never does: a domain at work, other spellings, a new version, and who the master user is.
#[tokio::test]
async fn a_search_engine_on_the_real_cloud() {
    let account = crate::recorder::ACCOUNT;
    let status = |processing: bool| {
        format!(
            r#"{{"DomainStatus": {{"DomainId": "{account}/acme-books", "DomainName": "acme-books",
            "ARN": "arn:aws:es:us-east-1:{account}:domain/acme-books", "Created": true, "Deleted": false, "Processing": {processing},
            "UpgradeProcessing": false, "Endpoints": {{"vpc": "vpc-acme-books.us-east-1.es.amazonaws.com"}}, "EngineVersion": "OpenSearch_2.19",
            "ClusterConfig": {{"InstanceType": "m6g.large.search", "InstanceCount": 3, "DedicatedMasterEnabled": true,
                "DedicatedMasterType": "m6g.large.search", "DedicatedMasterCount": 3, "ZoneAwarenessEnabled": true,
                "ZoneAwarenessConfig": {{"AvailabilityZoneCount": 3}}, "MultiAZWithStandbyEnabled": false}},
            "EBSOptions": {{"EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 50, "Iops": 3000, "Throughput": 125}},
            "VPCOptions": {{"VPCId": "vpc-1", "SubnetIds": ["subnet-3", "subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}},
            "AccessPolicies": "{{\"Statement\":[{{\"Sid\":\"Books\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"arn:aws:iam::{account}:role/reader\"}},\"Action\":\"es:ESHttpGet\",\"Resource\":\"arn:aws:es:us-east-1:{account}:domain/acme-books/*\"}}],\"Version\":\"2012-10-17\"}}",
            "EncryptionAtRestOptions": {{"Enabled": true, "KmsKeyId": "1234"}}, "NodeToNodeEncryptionOptions": {{"Enabled": true}},
            "DomainEndpointOptions": {{"EnforceHTTPS": true, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10", "CustomEndpointEnabled": false}},
            "AdvancedSecurityOptions": {{"Enabled": true, "InternalUserDatabaseEnabled": false, "AnonymousAuthEnabled": false}},
            "LogPublishingOptions": {{"AUDIT_LOGS": {{"CloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:{account}:log-group:/acme/books:*", "Enabled": true}},
                "ES_APPLICATION_LOGS": {{"CloudWatchLogsLogGroupArn": "arn:aws:logs:us-east-1:{account}:log-group:/acme/books", "Enabled": true}}}},
            "AutoTuneOptions": {{"State": "ENABLE_IN_PROGRESS"}}, "SoftwareUpdateOptions": {{"AutoSoftwareUpdateEnabled": true}},
            "OffPeakWindowOptions": {{"Enabled": true, "OffPeakWindow": {{"WindowStartTime": {{"Hours": 3, "Minutes": 0}}}}}}}}}}"#
        )
    };
    let answers = |processing: bool| {
        vec![
            Answer::ok("GET /2021-01-01/opensearch/domain/acme-books", status(processing)),
            Answer::ok("GET /2021-01-01/tags", r#"{"TagList": []}"#),
            Answer::ok("POST /2021-01-01/opensearch/upgradeDomain", "{}"),
            Answer::ok("POST /2021-01-01/opensearch/domain/acme-books/config", r#"{"DomainConfig": {}}"#),
            Answer::status(
                "POST /2021-01-01/opensearch/domain",
                409,
                r#"{"__type": "ValidationException", "message": "Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC."}"#,
            ),
            Answer::ok("DELETE /2021-01-01/opensearch/domain/acme-books", status(true)),
        ]
    };
    let subnets = ["subnet-1", "subnet-2", "subnet-3"].map(Text::from).to_vec();
    let key = Text::from(format!("arn:aws:kms:us-east-1:{account}:key/1234"));
    let desired = domain(account, subnets, vec!["sg-1".into()], key);

    let recorder = Recorder::start(answers(true));
    let bench = Bench::recorded(&recorder);
    let address = bench.address::<Domain>("books");
    let id = PhysicalId("acme-books".into());
    let seen = bench.observe(&address, Some(&id), &desired).await.unwrap().unwrap();
    assert_eq!(seen.readiness, Readiness::Pending("processing".into()));

    let recorder = Recorder::start(answers(false));
    let bench = Bench::recorded(&recorder);
    let seen = bench.observe(&address, Some(&id), &desired).await.unwrap().unwrap();
    assert_eq!(seen.readiness, Readiness::Ready);
    assert_eq!(seen.outputs["DomainEndpoint"], "vpc-acme-books.us-east-1.es.amazonaws.com");
    let observed = seen.properties.read::<Domain>().unwrap();
    let security = AdvancedSecurityOptions { master_user_options: None, ..desired.advanced_security_options.clone() };
    assert_eq!(observed, Domain { advanced_security_options: security, ..desired.clone() }, "nothing but the master user is hidden");

    // What its account has not yet is waited for; the creating call carries the tags.
    let refused = bench.only_create("books", desired.clone()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Transient, "{refused:?}");
    let created = recorder.requests().into_iter().find(|request| request.path.ends_with("/opensearch/domain")).unwrap().json();
    assert!(created["TagList"].as_array().is_some_and(|tags| !tags.is_empty()), "{created}");
    assert!(created["AdvancedSecurityOptions"]["MasterUserOptions"]["MasterUserARN"].is_string(), "{created}");

    // A new version is a call of its own; beside it only what differs is sent, and the master user, whom nobody can compare.
    let after =
        Domain { engine_version: "OpenSearch_3.1".into(), log_publishing_options: logs(account, &["AUDIT_LOGS"]), ..desired.clone() };
    let made = Made { address, id, resource: after, outputs: seen.outputs };
    bench.only_update(&made, &observed).await.unwrap();
    assert_eq!(recorder.request("upgradeDomain").json()["TargetVersion"], "OpenSearch_3.1");
    let sent = recorder.request("/acme-books/config").json();
    let parts: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(parts, ["AdvancedSecurityOptions", "LogPublishingOptions"], "{sent}");
    assert_eq!(sent["LogPublishingOptions"]["ES_APPLICATION_LOGS"]["Enabled"], false, "a log that is not asked for any more is turned off");
    bench.only_delete(&made).await.unwrap();
    recorder.request("DELETE ");
}
