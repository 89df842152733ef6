//! Where data is missing a rule says so; it never says 'met'.

use serde_json::json;
use strata_graph::{Address, Graph, ScopeKind};
use strata_policy::{Status, View, blocking, control, judge, judge_control};

use super::edit::{Edit, apply, gone, set, unset};
use super::reference::{graph, standards};

fn status(graph: &Graph, id: &str, address: &str) -> (Status, String) {
    let address: Address = address.parse().unwrap();
    let verdicts = judge_control(&View::new(graph), control(id).unwrap());
    let verdict = verdicts.into_iter().find(|verdict| verdict.address == address).unwrap();
    (verdict.status, verdict.detail)
}

#[test]
fn missing_data_is_named() {
    let dev = |name: &str| format!("environment/ticketing/dev/{name}");
    let database = dev("db_instance.db");
    let cases: [(&str, String, Vec<Edit>, &str); 16] = [
        (
            "cloudtrail-bucket-not-public",
            "account/nonprod/cloudtrail.main".to_owned(),
            vec![gone("account/nonprod/bucket.audit")],
            "is not in this graph",
        ),
        (
            "rds-version-supported",
            database.clone(),
            vec![set("environment/ticketing/dev/db_instance.db", "EngineVersion", "19.1")],
            "newer",
        ),
        (
            "rds-certificate-current",
            database.clone(),
            vec![unset("environment/ticketing/dev/db_instance.db", "CACertificateIdentifier")],
            "the account's default decides",
        ),
        ("lb-in-several-zones", dev("lb.load_balancer"), vec![gone("network/nonprod/subnet.public-a")], "is not in this graph"),
        (
            "rds-version-supported",
            database.clone(),
            vec![set("environment/ticketing/dev/db_instance.db", "Engine", "oracle-ee")],
            "the end of support of oracle-ee is not known",
        ),
        ("rds-tls-forced", database.clone(), vec![gone("environment/ticketing/dev/db_parameter_group.db")], "is not in this graph"),
        ("rds-tls-forced", database.clone(), vec![set("environment/ticketing/dev/db_instance.db", "Engine", "oracle-ee")], "oracle-ee"),
        (
            "rds-default-user-renamed",
            database.clone(),
            vec![unset("environment/ticketing/dev/db_instance.db", "MasterUsername")],
            "not set",
        ),
        (
            "data-not-reachable-from-internet",
            database.clone(),
            vec![gone("network/nonprod/route_table_association.data-a")],
            "the route table of subnet.data-a is not in this graph",
        ),
        (
            "data-not-reachable-from-internet",
            database.clone(),
            vec![gone("environment/ticketing/dev/security_group.api")],
            "is not in this graph",
        ),
        (
            "data-not-reachable-from-internet",
            database.clone(),
            vec![set("network/nonprod/route.public-internet", "Unheard", json!(1))],
            "route.public-internet cannot be read as AWS::EC2::Route",
        ),
        (
            "data-not-reachable-from-internet",
            dev("search_domain.seats"),
            vec![unset("environment/ticketing/dev/search_domain.seats", "VPCOptions")],
            "it stands in no network",
        ),
        (
            "lambda-runtime-supported",
            dev("lambda_function.receipt"),
            vec![set("environment/ticketing/dev/lambda_function.receipt", "Runtime", "python3.19")],
            "newer than this version",
        ),
        (
            "host-volumes-encrypted",
            dev("launch_template.fares"),
            vec![set("environment/ticketing/dev/launch_template.fares", "LaunchTemplateData.BlockDeviceMappings", json!([]))],
            "lists no device",
        ),
        (
            "elasticache-authenticated",
            dev("cache_replication_group.cache"),
            vec![gone("environment/ticketing/dev/cache_user.cache_default")],
            "is not in this graph",
        ),
        (
            "s3-bucket-encrypted",
            dev("bucket.documents"),
            vec![set("environment/ticketing/dev/bucket.documents", "Unheard", json!(1))],
            "cannot be read as AWS::S3::Bucket",
        ),
    ];
    let whole = graph("dev");
    for (id, address, edits, says) in cases {
        let (status, detail) = status(&apply(&whole, &edits), id, &address);
        assert_eq!(status, Status::NotDecidable, "{id}: {detail}");
        assert!(detail.contains(says), "{id}: {detail}");
    }
}

#[test]
fn an_environment_without_its_account_says_that_the_baseline_is_not_there() {
    let mut alone = Graph::default();
    for resource in graph("dev").iter().filter(|resource| resource.address.scope().kind() != ScopeKind::Account) {
        alone.insert(resource.clone()).unwrap();
    }
    let verdicts = judge(&alone, &standards());
    let trail: Vec<_> = verdicts.iter().filter(|verdict| verdict.control.0 == "cloudtrail-every-region").collect();
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].status, Status::NotDecidable);
    assert!(blocking(&verdicts).all(|verdict| verdict.control.0 != "cloudtrail-every-region"));
}
