//! The scopes that environments stand on: what they are made of, that they are shared, and that they hold together.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use strata_aws::iam::policy_document::PolicyDocument;
use strata_graph::{CloudFormationForm, Resource, Scope};
use strata_layers::{Artifact, Claim, Inputs, Lowered, lower, lower_foundations};
use strata_spec::{Source, Spec, load};

fn read(file: &str) -> String {
    std::fs::read_to_string(format!("{}/../../examples/ticketing/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn spec_of(platform: &str, app: &str) -> Spec {
    let loaded = load(&Source::new("platform.yaml", platform), Some(&Source::new("app.yaml", app)));
    loaded.spec.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

fn spec() -> Spec {
    spec_of(&read("platform.yaml"), &read("app.yaml"))
}

fn artifacts() -> BTreeMap<String, Artifact> {
    let artifact = |text: Option<&str>| Artifact { sha256: "0f".repeat(32), text: text.map(str::to_owned) };
    [("./fn/receipt".to_owned(), artifact(None)), ("./fares/install.sh".to_owned(), artifact(Some("#!/bin/sh\n")))].into()
}

fn environment(spec: &Spec, name: &str, claims_of_others: &[Claim]) -> Result<Lowered, strata_diag::Diagnostics> {
    let resolved = spec.resolve(name).unwrap();
    lower(&Inputs { resolved: &resolved, claims_of_others, images: &BTreeMap::new(), artifacts: &artifacts() })
}

fn lowered(name: &str, claims_of_others: &[Claim]) -> Lowered {
    environment(&spec(), name, claims_of_others).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn foundation(scope: &str, claims: &[Claim]) -> Lowered {
    lower_foundations(&spec(), &scope.parse().unwrap(), claims).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Layer, address and type of what a scope owns.
fn listing(lowered: &Lowered, scope: &str) -> String {
    let scope: Scope = scope.parse().unwrap();
    let line = |resource: &Resource| format!("{:<15} {:<58} {}\n", resource.layer.word(), resource.address.short(), resource.type_name);
    lowered.graph.of_scope(&scope).map(line).collect()
}

/// What a scope owns, as JSON, for comparisons.
fn document(lowered: &Lowered, scope: &str) -> String {
    let scope: Scope = scope.parse().unwrap();
    let properties: BTreeMap<String, _> =
        lowered.graph.of_scope(&scope).map(|resource| (resource.address.to_string(), &resource.properties)).collect();
    serde_json::to_string_pretty(&properties).unwrap()
}

#[test]
fn what_an_account_is_made_of() {
    insta::assert_snapshot!("account_nonprod", listing(&foundation("account/nonprod", &[]), "account/nonprod"));
}

#[test]
fn what_a_network_is_made_of() {
    let lowered = foundation("network/prod", &[]);
    insta::assert_snapshot!("network_prod", listing(&lowered, "network/prod"));
    insta::assert_snapshot!("network_nonprod_document", document(&foundation("network/nonprod", &[]), "network/nonprod"));
}

#[test]
fn what_clusters_are_made_of() {
    insta::assert_snapshot!("cluster_nonprod", listing(&foundation("cluster/nonprod", &[]), "cluster/nonprod"));
    insta::assert_snapshot!("cluster_prod", listing(&foundation("cluster/prod", &[]), "cluster/prod"));
}

#[test]
fn a_scope_brings_those_below_it_with_their_places() {
    let lowered = foundation("cluster/prod", &[]);
    let scopes: Vec<String> = lowered.graph.scopes().iter().map(ToString::to_string).collect();
    assert_eq!(scopes, ["account/prod", "network/prod", "cluster/prod"]);
    for scope in lowered.graph.scopes() {
        let placement = &lowered.placements[&scope];
        assert_eq!((placement.account_id.as_str(), placement.region.as_str()), ("222222222222", "us-east-1"));
        assert_eq!(placement.role.as_deref(), Some("arn:aws:iam::222222222222:role/strata"));
    }
}

#[test]
fn lowering_twice_gives_the_same_bytes() {
    for name in ["dev", "staging", "prod"] {
        let bytes = |lowered: &Lowered| serde_json::to_string(&lowered.graph).unwrap();
        assert_eq!(bytes(&lowered(name, &[])), bytes(&lowered(name, &[])), "{name}");
    }
}

#[test]
fn everything_that_takes_tags_says_whose_it_is() {
    let contracts = strata_aws::contracts();
    for name in ["dev", "prod"] {
        for resource in lowered(name, &[]).graph.iter() {
            assert!(!resource.origins.is_empty(), "{} has no origin", resource.address);
            assert!(!resource.purpose.is_empty(), "{} has no purpose", resource.address);
            let contract = contracts.of_type(&resource.type_name.0).unwrap();
            let Some(tags) = resource.properties.0.get("Tags") else {
                let untagged = !matches!(contract.cloudformation, CloudFormationForm::TagList | CloudFormationForm::TagMap);
                assert!(untagged, "{} has no tags", resource.address);
                continue;
            };
            assert_eq!(tags["strata:address"], resource.address.to_string().as_str(), "{}", resource.address);
            assert_eq!(tags["strata:scope"], resource.address.scope().to_string().as_str());
            assert_eq!(tags["strata:platform"], "acme");
            assert_eq!(tags["layer"], resource.layer.word());
            assert!(tags["Name"].as_str().unwrap().starts_with("acme-"), "{}", resource.address);
            let of_environment = matches!(resource.address.scope(), Scope::Environment { .. });
            assert_eq!(tags["owner"], if of_environment { "travel-web" } else { "platform@acme.example" });
            assert_eq!(tags.get("environment").is_some(), of_environment, "{}", resource.address);
        }
    }
}

#[test]
fn two_environments_of_a_network_share_one_endpoint_for_each_service() {
    let dev = lowered("dev", &[]);
    let staging = lowered("staging", &[]);
    let first = lowered("dev", &staging.claims);
    let second = lowered("staging", &dev.claims);
    assert_eq!(document(&first, "network/nonprod"), document(&second, "network/nonprod"), "whoever is lowered, the network is the same");
    let both: Vec<Claim> = dev.claims.iter().chain(&staging.claims).cloned().collect();
    let alone = foundation("network/nonprod", &both);
    assert_eq!(document(&first, "network/nonprod"), document(&alone, "network/nonprod"));

    let network: Scope = "network/nonprod".parse().unwrap();
    let services: Vec<String> = alone
        .graph
        .of_scope(&network)
        .filter(|resource| resource.type_name.0 == "AWS::EC2::VPCEndpoint")
        .map(|resource| resource.properties.0["ServiceName"].to_string())
        .collect();
    let distinct: BTreeSet<&String> = services.iter().collect();
    assert_eq!(services.len(), distinct.len(), "{services:?}");

    let sqs = alone.graph.of_scope(&network).find(|resource| resource.address.short() == "vpc_endpoint.sqs").unwrap();
    let policy: PolicyDocument = serde_json::from_value(sqs.properties.0["PolicyDocument"].clone()).unwrap();
    let text = format!("{policy:?}");
    assert!(text.contains("acme-ticketing-dev-bookings") && text.contains("acme-ticketing-staging-bookings"), "{text}");
    let files: BTreeSet<&str> = sqs.origins.iter().map(|origin| &*origin.file).collect();
    assert_eq!(files, BTreeSet::from(["app.yaml", "platform.yaml"]), "the claimants' lines are its origins");
}

#[test]
fn an_endpoint_lets_through_this_account_alone_and_only_what_was_claimed() {
    let dev = lowered("dev", &[]);
    let network: Scope = "network/nonprod".parse().unwrap();
    for resource in dev.graph.of_scope(&network).filter(|resource| resource.type_name.0 == "AWS::EC2::VPCEndpoint") {
        let policy: PolicyDocument = serde_json::from_value(resource.properties.0["PolicyDocument"].clone()).unwrap();
        assert!(!policy.statement.is_empty());
        for statement in &policy.statement {
            assert!(statement.principal.is_some() && !statement.resource.is_empty(), "{}", resource.address);
            assert!(!statement.action.iter().any(|action| action == "*" || action.ends_with(":*")), "{}", resource.address);
            let ours = statement.condition.get("StringEquals").is_some_and(|keys| keys.contains_key("aws:PrincipalAccount"));
            let of_aws = statement.resource.iter().all(|resource| {
                let text = resource.to_string();
                text.contains("starport-layer-bucket")
                    || text.contains("al2023-repos")
                    || text.contains("amazon-ssm")
                    || text.contains("amazoncloudwatch-agent")
            });
            assert!(ours || of_aws, "{} is open to others: {statement:?}", resource.address);
        }
    }
}

#[test]
fn no_endpoint_without_a_claim() {
    let platform = read("platform.yaml").replace("  nonprod: {network: nonprod, runtime: ecs}\n", "");
    let app = "app: empty\nenvironments:\n  prod: {cluster: prod}\n";
    let spec = spec_of(&platform, app);
    let lowered = lower_foundations(&spec, &"network/nonprod".parse().unwrap(), &[]).unwrap();
    assert!(!listing(&lowered, "network/nonprod").contains("vpc_endpoint"));
}

#[test]
fn another_region_of_an_account_has_a_baseline_of_its_own() {
    let platform = read("platform.yaml").replace(
        "  nonprod: {account: nonprod, region: us-east-1, zones: 2, size: /16, nat: single}\n",
        "  nonprod: {account: nonprod, region: us-east-1, zones: 2, size: /16, nat: single}\n  europe: {account: nonprod, region: eu-west-1, zones: 3, size: /20, nat: none}\n",
    );
    let spec = spec_of(&platform, &read("app.yaml"));
    let lowered = lower_foundations(&spec, &"network/europe".parse().unwrap(), &[]).unwrap();
    let scopes: Vec<String> = lowered.graph.scopes().iter().map(ToString::to_string).collect();
    assert_eq!(scopes, ["account/nonprod", "account/nonprod.eu-west-1", "network/europe"]);
    let regional = listing(&lowered, "account/nonprod.eu-west-1");
    assert!(regional.contains("config_configuration_recorder.main") && regional.contains("ebs_encryption_by_default.main"));
    assert!(!regional.contains("cloudtrail.main") && !regional.contains("iam_account_password_policy"), "{regional}");
    let regions: Vec<&str> = lowered.placements.values().map(|placement| placement.region.as_str()).collect();
    assert_eq!(regions, ["us-east-1", "eu-west-1", "eu-west-1"]);
    let network = listing(&lowered, "network/europe");
    assert!(!network.contains("nat_gateway") && !network.contains("route.private"), "{network}");
    let regional: Scope = "account/nonprod.eu-west-1".parse().unwrap();
    let alone = lower_foundations(&spec, &regional, &[]).unwrap();
    assert_eq!(alone.graph.of_scope(&regional).count(), lowered.graph.of_scope(&regional).count());
}

#[test]
fn what_is_not_declared_is_said_with_its_place() {
    let spec = spec();
    for (scope, code) in
        [("network/nowhere", "E0212"), ("cluster/nowhere", "E0211"), ("account/nowhere", "E0213"), ("environment/a/b", "E0214")]
    {
        let problems = lower_foundations(&spec, &scope.parse().unwrap(), &[]).unwrap_err();
        assert_eq!(problems.iter().next().unwrap().code.as_str(), code, "{scope}");
    }
    let few = read("platform.yaml").replace("region: us-east-1, zones: 2", "region: us-west-1, zones: 3");
    let problems = lower_foundations(&spec_of(&few, &read("app.yaml")), &"network/nonprod".parse().unwrap(), &[]).unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!((problem.code.as_str(), problem.span.as_ref().unwrap().line), ("E0318", 16));
}

#[test]
fn a_patch_changes_one_resource_and_says_so() {
    let app = read("app.yaml") + "patch:\n  sqs_queue.bookings: {Tags: {cost-center: travel}, MessageRetentionPeriod: 1209600}\n";
    let patched = |app: &str| environment(&spec_of(&read("platform.yaml"), app), "dev", &[]);
    let kind = strata_aws::contracts().of_type("AWS::SQS::Queue").unwrap().kind;
    let app = app.replace("sqs_queue.", &format!("{kind}."));
    let lowered = patched(&app).unwrap();
    let queue = lowered.graph.iter().find(|resource| resource.address.short() == format!("{kind}.bookings")).unwrap();
    assert_eq!(queue.properties.0["MessageRetentionPeriod"], 1_209_600);
    assert_eq!(queue.properties.0["Tags"]["cost-center"], "travel");
    assert_eq!(queue.properties.0["Tags"]["strata:platform"], "acme");
    assert!(queue.origins.iter().any(|origin| origin.key.starts_with("patch.")));

    for (wrong, code) in [("nothing.here", "E0505"), ("network/nonprod/vpc.main", "E0505")] {
        let problems = patched(&app.replace(&format!("{kind}.bookings"), wrong)).unwrap_err();
        assert_eq!(problems.iter().next().unwrap().code.as_str(), code, "{wrong}");
    }
    let problems = patched(&app.replace("MessageRetentionPeriod", "NoSuchProperty")).unwrap_err();
    assert_eq!(problems.iter().next().unwrap().code.as_str(), "E0113");
}

#[test]
fn access_lists_stay_within_the_entries_that_aws_allows() {
    let platform = read("platform.yaml");
    let own = platform.lines().find(|line| line.starts_with("networks:")).unwrap();
    for (size, zones) in [("/16", 1), ("/16", 5), ("/18", 6), ("/22", 6), ("/23", 5), ("/23", 6), ("/24", 4), ("/26", 1)] {
        let network = format!("{own}\n  edge: {{account: nonprod, region: us-east-1, zones: {zones}, size: {size}, nat: per-zone}}");
        let spec = spec_of(&platform.replace(own, &network), &read("app.yaml"));
        let lowered = lower_foundations(&spec, &"network/edge".parse().unwrap(), &[]).unwrap();
        let mut entries: BTreeMap<(String, bool), BTreeSet<i64>> = BTreeMap::new();
        for resource in lowered.graph.iter().filter(|resource| resource.type_name.0 == "AWS::EC2::NetworkAclEntry") {
            let properties = &resource.properties.0;
            let numbers = entries.entry((properties["NetworkAclId"].to_string(), properties["Egress"].as_bool().unwrap())).or_default();
            assert!(numbers.insert(properties["RuleNumber"].as_i64().unwrap()), "{} has a number twice", resource.address);
            // Ports of remote administration stay shut to the internet.
            if properties["CidrBlock"] == "0.0.0.0/0" && properties["Egress"] == false && properties.contains_key("PortRange") {
                let range = &properties["PortRange"];
                let (from, to) = (range["From"].as_i64().unwrap(), range["To"].as_i64().unwrap());
                assert!(![22, 3389].iter().any(|port| (from..=to).contains(port)), "{}", resource.address);
            }
        }
        assert_eq!(entries.len(), 6);
        assert!(entries.values().all(|numbers| numbers.len() <= 20), "{size} with {zones} zones: {entries:?}");
    }
}

#[test]
fn everybody_who_is_named_hears_of_alarms() {
    let mail = "incidents: {pagerduty: payments-oncall, sentry: acme}";
    let platform = read("platform.yaml").replace(mail, "incidents: {email: [a.b@acme.example, a-b@acme.example]}");
    let spec = spec_of(&platform, &read("app.yaml"));
    let lowered = lower_foundations(&spec, &"account/prod".parse().unwrap(), &[]).unwrap();
    let subscriptions: Vec<&Resource> = lowered.graph.iter().filter(|resource| resource.type_name.0 == "AWS::SNS::Subscription").collect();
    assert_eq!(subscriptions.len(), 2);
    assert!(subscriptions.iter().all(|subscription| subscription.waiting_for.is_some()));
}
