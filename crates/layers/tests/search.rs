//! Search engines: how their nodes stand, who may ask them what, and that nothing waits in a circle.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{lowered, policies, try_lowered};
use serde_json::{Value, json};
use strata_graph::Resource;
use strata_graph::document::as_reference;
use strata_layers::Lowered;

const PLATFORM: &str = r#"
platform: acme
accounts: {main: {aws: "111111111111"}}
address_space: 10.0.0.0/8
domains: {acme.example: {delegate: per-environment}}
networks: {main: {account: main, region: us-east-1, zones: 3, size: /16}}
clusters: {containers: {network: main, runtime: ecs}}
"#;

const APP: &str = r#"
app: library
services:
  catalogue: {build: ./catalogue, uses: {books: read}}
  clerk: {build: ./clerk, uses: {books: write}}
  stranger: {build: ./stranger}
jobs: {index: {image: clerk, schedule: "0 2 * * *", uses: {books: [read, write]}}}
resources:
  books: {type: search}
  maps: {type: search}
environments:
  dev: {cluster: containers}
"#;

fn with(platform: &str, books: &str) -> Lowered {
    lowered(platform, &APP.replace("books: {type: search}", &format!("books: {{type: search{books}}}")), "dev", &BTreeMap::new())
}

fn find<'l>(lowered: &'l Lowered, short: &str) -> &'l Resource {
    lowered.graph.iter().find(|resource| resource.address.short() == short).unwrap_or_else(|| panic!("no {short}"))
}

fn at(lowered: &Lowered, short: &str, path: &str) -> Value {
    find(lowered, short).properties.at(path).cloned().unwrap_or_default()
}

/// A text as people read it.
fn reading(value: &Value) -> String {
    as_reference(value).map_or_else(|| value.as_str().unwrap_or_default().to_owned(), |text| text.to_string())
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(reading).collect()
}

/// Role to actions of each statement of a domain's policy.
fn allowed(lowered: &Lowered, domain: &str) -> BTreeMap<String, Vec<String>> {
    let statements = at(lowered, domain, "AccessPolicies.Statement");
    let statements = statements.as_array().unwrap();
    let all: BTreeMap<String, Vec<String>> = statements
        .iter()
        .map(|statement| {
            let [who] = &texts(&statement["Principal"]["AWS"])[..] else { panic!("{statement}") };
            (who.clone(), texts(&statement["Action"]))
        })
        .collect();
    assert_eq!(all.len(), statements.len(), "a role stands twice");
    all
}

#[test]
fn one_node_stands_in_one_zone_and_several_in_all() {
    let small = with(PLATFORM, "");
    let nodes = |lowered: &Lowered| at(lowered, "search_domain.books", "ClusterConfig");
    assert_eq!(
        nodes(&small),
        json!({
            "InstanceType": "t3.medium.search", "InstanceCount": 1, "DedicatedMasterEnabled": false, "ZoneAwarenessEnabled": false,
        })
    );
    assert_eq!(at(&small, "search_domain.books", "VPCOptions.SubnetIds").as_array().unwrap().len(), 1);
    // Small classes have no tuning, and AWS refuses a domain that asks for it.
    assert_eq!(at(&small, "search_domain.books", "AutoTuneOptions"), Value::Null);

    let medium = with(PLATFORM, ", size: medium");
    assert_eq!(
        nodes(&medium),
        json!({
            "InstanceType": "m6g.large.search", "InstanceCount": 3, "DedicatedMasterEnabled": true, "DedicatedMasterType": "m6g.large.search",
            "DedicatedMasterCount": 3, "ZoneAwarenessEnabled": true, "ZoneAwarenessConfig": {"AvailabilityZoneCount": 3},
        })
    );
    assert_eq!(at(&medium, "search_domain.books", "VPCOptions.SubnetIds").as_array().unwrap().len(), 3);
    assert_eq!(at(&medium, "search_domain.books", "AutoTuneOptions"), json!({"DesiredState": "ENABLED"}));
}

#[test]
fn each_zone_has_as_many_nodes_as_the_others() {
    for (zones, nodes, count) in [(2, "", 4), (2, ", nodes: 5", 6), (3, ", nodes: 2", 3), (3, ", nodes: 4", 6), (4, "", 3)] {
        let platform = PLATFORM.replace("zones: 3", &format!("zones: {zones}"));
        let lowered = with(&platform, &format!(", multi_zone: true{nodes}"));
        let domain = |path: &str| at(&lowered, "search_domain.books", path);
        assert_eq!(domain("ClusterConfig.InstanceCount"), count, "{zones}{nodes}");
        let stands = domain("VPCOptions.SubnetIds").as_array().unwrap().len();
        assert_eq!(
            (stands, stands),
            (zones.min(3), domain("ClusterConfig.ZoneAwarenessConfig.AvailabilityZoneCount").as_u64().unwrap() as usize)
        );
    }
    let one = with(PLATFORM, ", size: large, multi_zone: false, nodes: 2");
    assert_eq!(at(&one, "search_domain.books", "ClusterConfig.InstanceCount"), 2);
}

#[test]
fn several_zones_in_a_network_of_one_are_refused_with_their_line() {
    let platform = PLATFORM.replace("zones: 3", "zones: 1");
    let app = APP.replace("books: {type: search}", "books: {type: search, multi_zone: true}");
    let problems = try_lowered(&platform, &app, "dev", &BTreeMap::new()).unwrap_err();
    let said: Vec<(&str, u32, &str)> =
        problems.iter().map(|problem| (problem.code.as_str(), problem.span.as_ref().unwrap().line, problem.message.as_str())).collect();
    assert_eq!(said, [("E0318", 9, "`resources.books` asks for several zones, and its network has one")]);
    // A size alone is no such line: it stands as it can.
    let app = APP.replace("books: {type: search}", "books: {type: search, size: medium}");
    let lowered = lowered(&platform, &app, "dev", &BTreeMap::new());
    assert_eq!(at(&lowered, "search_domain.books", "ClusterConfig.InstanceCount"), 1);
}

/// One cluster is of Graviton machines or of others.
#[test]
fn leaders_go_with_the_other_nodes() {
    for (books, leader) in [
        (", size: tiny, multi_zone: true", "t3.medium.search"),
        (", class: r6gd.large.search, multi_zone: true", "m6g.large.search"),
        (", class: r5.large.search, multi_zone: true", "m5.large.search"),
    ] {
        assert_eq!(at(&with(PLATFORM, books), "search_domain.books", "ClusterConfig.DedicatedMasterType"), leader, "{books}");
    }
}

#[test]
fn leaders_keep_to_the_guardrails() {
    let platform = PLATFORM.to_owned() + "guardrails: {instance_families: [r6g]}\n";
    let lowered = with(&platform, ", size: large");
    assert_eq!(at(&lowered, "search_domain.books", "ClusterConfig.DedicatedMasterType"), "r6g.large.search");
}

#[test]
fn a_domain_is_closed_encrypted_and_written_down() {
    let lowered = with(PLATFORM, ", size: medium, storage: 100GB, version: 2.17");
    let domain = |path: &str| at(&lowered, "search_domain.books", path);
    assert_eq!(domain("EngineVersion"), "OpenSearch_2.17");
    assert_eq!(domain("EBSOptions"), json!({"EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 100}));
    assert_eq!(domain("NodeToNodeEncryptionOptions.Enabled"), true);
    assert_eq!(domain("DomainEndpointOptions"), json!({"EnforceHTTPS": true, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"}));
    assert_eq!(reading(&domain("EncryptionAtRestOptions.KmsKeyId")), "${kms_key.data.Arn}");
    assert_eq!(reading(&domain("AdvancedSecurityOptions.MasterUserOptions.MasterUserARN")), "${iam_role.books_administrators.Arn}");
    assert_eq!(domain("AdvancedSecurityOptions.InternalUserDatabaseEnabled"), false);
    let logs = domain("LogPublishingOptions");
    let kinds: Vec<&String> = logs.as_object().unwrap().keys().collect();
    assert_eq!(kinds, ["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"]);
    assert!(logs.as_object().unwrap().values().all(|log| log["Enabled"] == true));
    assert_eq!(at(&lowered, "log_group.books_search", "LogGroupName"), "/acme/library/dev/books");
    // One policy for all domains of the environment: AWS has room for ten in a region.
    let policies: Vec<&Resource> = lowered
        .graph
        .iter()
        .filter(|resource| {
            resource.type_name.0 == "AWS::Logs::ResourcePolicy" && resource.address.short() == "log_resource_policy.opensearch"
        })
        .collect();
    let [policy] = policies[..] else { panic!("{} policies", policies.len()) };
    let groups = texts(policy.properties.at("PolicyDocument.Statement.0.Resource").unwrap());
    assert_eq!(groups.len(), 2, "{groups:?}");
    assert!(groups.iter().all(|group| group.ends_with(":*") && !group.ends_with("/*")), "{groups:?}");
}

/// The domain's policy and the roles' say the same, about the same domain, and name nobody else.
#[test]
fn each_role_may_send_what_its_verb_says_and_nobody_else_anything() {
    let lowered = with(PLATFORM, "");
    let read = ["es:ESHttpGet", "es:ESHttpHead"];
    let write = ["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPatch", "es:ESHttpPost", "es:ESHttpPut"];
    let role = |name: &str| format!("${{iam_role.{name}.Arn}}");
    let expected: BTreeMap<String, Vec<String>> = [
        (role("books_administrators"), &write[..]),
        (role("catalogue"), &read[..]),
        (role("clerk"), &write[..]),
        (role("index"), &write[..]),
    ]
    .map(|(role, actions)| (role, actions.iter().map(|action| (*action).to_owned()).collect()))
    .into();
    assert_eq!(allowed(&lowered, "search_domain.books"), expected);
    assert_eq!(allowed(&lowered, "search_domain.maps").keys().collect::<Vec<_>>(), [&role("maps_administrators")]);

    for statement in at(&lowered, "search_domain.books", "AccessPolicies.Statement").as_array().unwrap() {
        let resources = texts(&statement["Resource"]);
        assert_eq!(resources.len(), 1);
        assert!(resources[0].ends_with(":domain/acme-library-dev-books/*"), "{resources:?}");
    }
    for (policy, statement) in policies(&lowered) {
        let actions = texts(&statement["Action"]);
        if !actions.iter().any(|action| action.starts_with("es:")) {
            continue;
        }
        let workload = policy.rsplit('.').next().unwrap();
        assert_eq!(Some(&actions), expected.get(&role(workload)), "{policy}");
        let resources = texts(&statement["Resource"]);
        assert!(resources.len() == 1 && resources[0].ends_with(":domain/acme-library-dev-books/*"), "{policy}: {resources:?}");
    }
}

/// The domain names the roles, so it comes after them; no role waits for the domain, and only those who use it do.
#[test]
fn roles_stand_before_the_domain_and_its_users_behind_it() {
    let lowered = with(PLATFORM, "");
    let order: Vec<String> = lowered.graph.order().unwrap().into_iter().map(|address| address.short()).collect();
    let place = |short: &str| order.iter().position(|other| other == short).unwrap_or_else(|| panic!("{short} is not there"));
    let domain = place("search_domain.books");
    for before in
        ["iam_role.catalogue", "iam_role.clerk", "iam_role.index", "iam_role.books_administrators", "log_resource_policy.opensearch"]
    {
        assert!(place(before) < domain, "{before}");
    }
    assert!(domain < place("ecs_task_definition.catalogue") && domain < place("ecs_service.clerk"));
    let waits = |short: &str| find(&lowered, short).dependencies().iter().any(|of| of.kind() == "search_domain");
    assert!(lowered.graph.iter().filter(|of| of.type_name.0.starts_with("AWS::IAM::")).all(|of| !waits(&of.address.short())));
    assert!(!waits("ecs_task_definition.stranger") && !waits("ecs_service.stranger"));
    let own = find(&lowered, "search_domain.books");
    assert!(own.dependencies().iter().any(|of| of.short() == "iam_service_linked_role.opensearchservice"));
}

#[test]
fn only_those_who_use_it_reach_it_and_only_by_https() {
    let lowered = with(PLATFORM, "");
    let group = "${security_group.books.GroupId}";
    let mut sources = BTreeSet::new();
    for rule in lowered.graph.iter().filter(|resource| resource.type_name.0 == "AWS::EC2::SecurityGroupIngress") {
        if reading(rule.properties.at("GroupId").unwrap()) == group {
            assert_eq!((rule.properties.at("FromPort").unwrap(), rule.properties.at("ToPort").unwrap()), (&json!(443), &json!(443)));
            sources.insert(reading(rule.properties.at("SourceSecurityGroupId").unwrap()));
        }
    }
    let expected = ["catalogue", "clerk", "index"].map(|name| format!("${{security_group.{name}.GroupId}}"));
    assert_eq!(sources, expected.into());
    let data = at(&lowered, "search_domain.books", "VPCOptions.SubnetIds");
    assert!(texts(&data).iter().all(|subnet| subnet.contains("subnet.data-")), "{data}");
    // The tier's access list lets the workloads' subnets through to that port.
    let entries = lowered.graph.iter().filter(|resource| resource.address.short().contains("network_acl_entry.data-in-search-"));
    assert!(entries.count() > 0);
}

#[test]
fn a_standard_asks_for_several_zones_and_a_line_that_says_otherwise_is_warned_of() {
    let platform = PLATFORM.to_owned() + "compliance: [soc2]\n";
    let nodes = |lowered: &Lowered| at(lowered, "search_domain.books", "ClusterConfig.InstanceCount");
    assert_eq!(nodes(&with(&platform, "")), 3);
    let said = with(&platform, ", multi_zone: false");
    assert_eq!(nodes(&said), 1);
    let warned: Vec<&str> = said.warnings.iter().filter(|of| of.code.as_str() == "E0603").map(|of| of.message.as_str()).collect();
    assert_eq!(warned, ["`resources.books.multi_zone` says off, and more is asked for by SOC 2 A1.2 (on)"]);
}

/// One node has no place for a copy, so it is yellow for ever: an alarm on that rings at nothing.
#[test]
fn alarms_watch_what_can_be_well() {
    let ends = |lowered: &Lowered| -> BTreeSet<String> {
        let names = lowered.graph.iter().filter_map(|resource| resource.address.short().strip_prefix("alarm.books-").map(str::to_owned));
        names.collect()
    };
    let one: BTreeSet<String> = ["blocked", "cpu", "key", "key-access", "memory", "red", "snapshot", "storage"].map(str::to_owned).into();
    assert_eq!(ends(&with(PLATFORM, "")), one);
    let more: BTreeSet<String> = one.iter().cloned().chain(["nodes".to_owned(), "yellow".to_owned()]).collect();
    let three = with(PLATFORM, ", size: medium");
    assert_eq!(ends(&three), more);
    // 50 GiB, of which a quarter, in the metric's MiB.
    assert_eq!(at(&three, "alarm.books-storage", "Threshold"), 12_800.0);
    let dimensions = at(&three, "alarm.books-red", "Dimensions");
    assert_eq!(dimensions[1]["Name"], "DomainName");
}
