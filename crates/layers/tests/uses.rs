//! What one line of `uses` becomes: one golden table for each verb, and that nothing else is opened.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use common::{example, lowered, policies, try_lowered};
use serde_json::Value;
use strata_graph::document::as_reference;
use strata_graph::{Resource, Scope};
use strata_layers::Lowered;

const PLATFORM: &str = r#"
platform: acme
accounts: {main: {aws: "111111111111"}}
address_space: 10.0.0.0/8
domains: {acme.example: {delegate: per-environment}}
networks: {main: {account: main, region: us-east-1, zones: 2, size: /16}}
clusters:
  containers: {network: main, runtime: ecs}
  kubernetes: {network: main, runtime: kubernetes, version: "1.33", nodes: {min: 1, max: 3}}
"#;

/// An application in which `shop` uses one thing. Everything that can be used is there.
fn app(uses: &str, rest: &str) -> String {
    format!(
        r#"
app: store
services:
  shop: {{build: ./shop, uses: {{{uses}}}{rest}}}
  stock: {{build: ./stock, port: 9000}}
resources:
  db: {{type: postgres, version: 16}}
  cache: {{type: redis}}
  books: {{type: search}}
  files: {{type: bucket}}
  orders: {{type: queue}}
  items: {{type: table, key: id}}
  clicks: {{type: stream}}
  news: {{type: topic}}
environments:
  dev: {{cluster: containers, host: dev.acme.example}}
  pods: {{cluster: kubernetes, host: pods.acme.example}}
"#
    )
}

fn reading(value: &Value) -> String {
    match (as_reference(value), value) {
        (Some(text), _) => text.to_string(),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

/// The rules, statements, variables and claims that a line of `uses` asked for.
fn table(lowered: &Lowered, environment: &str, workload: &str) -> String {
    let scope = Scope::environment("store", environment);
    let asked = |resource: &&Resource| resource.origins.iter().any(|origin| origin.key.contains(".uses."));
    let mut text = String::new();
    for resource in lowered.graph.of_scope(&scope).filter(asked) {
        let port = resource.properties.at("FromPort").map(ToString::to_string).unwrap_or_default();
        writeln!(text, "{} {port}", resource.address.short()).unwrap();
    }
    let of = |suffix: &str| format!("environment/store/{environment}/iam_role_policy.{workload}{suffix}");
    for (address, statement) in policies(lowered) {
        let sid = statement["Sid"].as_str().unwrap();
        let runtime = ["OwnImage", "RegistryToken", "OwnLog"];
        if (address == of("") || address == of("_start")) && !runtime.contains(&sid) {
            let role = if address == of("") { "may" } else { "start" };
            let actions: Vec<String> = statement["Action"].as_array().unwrap().iter().map(reading).collect();
            let resources: Vec<String> = statement["Resource"].as_array().unwrap().iter().map(reading).collect();
            write!(text, "{role} {sid}: {} on {}", actions.join(" "), resources.join(" ")).unwrap();
            for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
                for (key, values) in keys.as_object().unwrap() {
                    let values: Vec<String> = values.as_array().unwrap().iter().map(reading).collect();
                    write!(text, " if {operator} {key} {}", values.join(" ")).unwrap();
                }
            }
            text.push('\n');
        }
    }
    let task = format!("ecs_task_definition.{workload}");
    if let Some(task) = lowered.graph.of_scope(&scope).find(|resource| resource.address.short() == task) {
        for (list, value) in [("Environment", "Value"), ("Secrets", "ValueFrom")] {
            for variable in task.properties.at("ContainerDefinitions.0").unwrap()[list].as_array().into_iter().flatten() {
                let word = if list == "Secrets" { "secret" } else { "variable" };
                writeln!(text, "{word} {}={}", variable["Name"].as_str().unwrap(), reading(&variable[value])).unwrap();
            }
        }
    }
    for pod in lowered.pods.iter().filter(|pod| pod.name == workload) {
        for (word, all) in [("variable", &pod.variables), ("secret", &pod.secrets)] {
            for (name, value) in all {
                writeln!(text, "{word} {name}={value}").unwrap();
            }
        }
    }
    for claim in &lowered.claims {
        if claim.origins.iter().any(|origin| origin.key.contains(".uses.")) {
            let json = serde_json::to_value(&claim.need).unwrap();
            for statement in json["statements"].as_array().unwrap() {
                let actions: Vec<String> = statement["Action"].as_array().unwrap().iter().map(reading).collect();
                let resources: Vec<String> = statement["Resource"].as_array().unwrap().iter().map(reading).collect();
                let kind = json["kind"].as_str().unwrap();
                let service = json["service"].as_str().unwrap();
                writeln!(text, "claim {kind} {service}: {} on {}", actions.join(" "), resources.join(" ")).unwrap();
            }
        }
    }
    for flow in &lowered.flows {
        let (from, to, verb, port) = (&flow.from, &flow.to, &flow.verb, flow.port);
        writeln!(text, "flow {from} {verb} {to}:{port} encrypted={} {}", flow.encrypted, flow.origin.key).unwrap();
    }
    text
}

/// Every verb of every kind of thing that this release builds.
const VERBS: &[&str] = &[
    "db: read",
    "db: write",
    "db: admin",
    "cache: read",
    "cache: write",
    "books: read",
    "books: write",
    "files: read",
    "files: write",
    "orders: send",
    "orders: receive",
    "orders: [send, receive]",
    "items: read",
    "items: write",
    "clicks: publish",
    "clicks: subscribe",
    "news: publish",
    "news: subscribe",
    "stock: call",
];

#[test]
fn what_each_verb_becomes() {
    let mut text = String::new();
    for verb in VERBS {
        let lowered = lowered(PLATFORM, &app(verb, ""), "dev", &BTreeMap::new());
        writeln!(text, "## shop uses {verb}\n{}", table(&lowered, "dev", "shop")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_verbs_become_on_kubernetes() {
    let mut text = String::new();
    for verb in ["db: write", "books: read", "orders: send", "items: write", "clicks: publish", "stock: call"] {
        let lowered = lowered(PLATFORM, &app(verb, ""), "pods", &BTreeMap::new());
        writeln!(text, "## shop uses {verb}\n{}", table(&lowered, "pods", "shop")).unwrap();
    }
    insta::assert_snapshot!(text);
}

/// Without a line nothing is reached: no rule between groups, no statement, no variable.
#[test]
fn without_uses_there_is_nothing() {
    let lowered = lowered(PLATFORM, &app("", ""), "dev", &BTreeMap::new());
    assert_eq!(table(&lowered, "dev", "shop"), "");
}

#[test]
fn a_stronger_verb_says_no_more_than_itself() {
    let strong = lowered(PLATFORM, &app("files: write", ""), "dev", &BTreeMap::new());
    let both = lowered(PLATFORM, &app("files: [read, write]", ""), "dev", &BTreeMap::new());
    assert_eq!(table(&strong, "dev", "shop"), table(&both, "dev", "shop"));
}

/// The rules of the reference application, derived once more from its `uses` lines alone.
#[test]
fn rules_between_groups_are_the_lines_and_no_others() {
    let ports = BTreeMap::from([("db", 5432), ("cache", 6379), ("api", 8080), ("web", 3000)]);
    let lines = [
        ("web", vec!["api", "cache"]),
        ("api", vec!["db", "cache"]),
        ("worker", vec!["db"]),
        ("fares", vec!["db"]),
        ("expire-holds", vec!["db"]),
        ("load_balancer", vec!["web", "api"]),
    ];
    let mut expected = BTreeSet::new();
    for (from, targets) in lines {
        for to in targets {
            expected.insert((from.to_owned(), to.to_owned(), ports[to]));
        }
    }
    let lowered = lowered(&example("platform.yaml"), &example("app.yaml"), "dev", &BTreeMap::new());
    let group = |value: &Value| {
        let of = value["$output"]["of"].as_str().unwrap_or_default();
        of.strip_prefix("environment/ticketing/dev/security_group.").map(str::to_owned)
    };
    let (mut out, mut into) = (BTreeSet::new(), BTreeSet::new());
    for resource in lowered.graph.iter() {
        let at = |path: &str| resource.properties.at(path).and_then(group);
        let port = resource.properties.at("FromPort").and_then(Value::as_i64).unwrap_or_default();
        assert_eq!(resource.properties.at("FromPort"), resource.properties.at("ToPort"), "{}", resource.address);
        match resource.type_name.0.as_str() {
            "AWS::EC2::SecurityGroupEgress" => {
                if let (Some(from), Some(to)) = (at("GroupId"), at("DestinationSecurityGroupId")) {
                    assert!(out.insert((from, to, port)));
                }
            }
            "AWS::EC2::SecurityGroupIngress" => {
                if let (Some(to), Some(from)) = (at("GroupId"), at("SourceSecurityGroupId")) {
                    assert!(into.insert((from, to, port)));
                }
            }
            _ => {}
        }
    }
    assert_eq!(out, expected);
    assert_eq!(into, expected);
}

#[test]
fn the_internet_comes_in_at_the_load_balancer_alone() {
    for environment in ["dev", "staging", "prod"] {
        let lowered = lowered(&example("platform.yaml"), &example("app.yaml"), environment, &BTreeMap::new());
        let scope = Scope::environment("ticketing", environment);
        let open: Vec<String> = lowered
            .graph
            .of_scope(&scope)
            .filter(|resource| resource.type_name.0 == "AWS::EC2::SecurityGroupIngress" && resource.properties.at("CidrIp").is_some())
            .map(|resource| resource.address.name().to_owned())
            .collect();
        assert_eq!(open, ["internet-to-load_balancer-443", "internet-to-load_balancer-80"], "{environment}");
    }
}

#[test]
fn ways_out_are_the_lines_of_egress() {
    let rest = r#", egress: ["pay.example.net:443", "mail.example.net:443", "198.51.100.0/24:5671"]"#;
    let lowered = lowered(PLATFORM, &app("", rest), "dev", &BTreeMap::new());
    let scope = Scope::environment("store", "dev");
    let ways: Vec<String> = lowered
        .graph
        .of_scope(&scope)
        .filter(|resource| resource.type_name.0 == "AWS::EC2::SecurityGroupEgress")
        .filter_map(|resource| {
            let cidr = resource.properties.at("CidrIp")?.as_str()?;
            let text = resource.properties.at("Description")?.as_str()?;
            Some(format!("{} {cidr} {text}", resource.address.name()))
        })
        .collect();
    insta::assert_snapshot!(ways.join("\n"));
}

#[test]
fn variables_read_outputs_and_never_a_password() {
    let rest = r#", env: {DATABASE: "${db.url}", GREETING: "hello ${app.name} in ${env.name}", STOCK: "${stock.url}/items"}"#;
    let lowered = lowered(PLATFORM, &app("db: write, stock: call", rest), "dev", &BTreeMap::new());
    let table = table(&lowered, "dev", "shop");
    assert!(table.contains("variable DATABASE=postgresql://${db_instance.db.Endpoint.Address}:5432/store_db?sslmode=require\n"), "{table}");
    assert!(table.contains("variable GREETING=hello store in dev\n"), "{table}");
    assert!(table.contains("variable STOCK=http://stock.dev.store.services.main.acme.internal:9000/items\n"), "{table}");
    for line in table.lines().filter(|line| line.starts_with("variable ")) {
        assert!(!line.contains("SecretArn"), "{line}");
    }
}

#[test]
fn a_function_that_a_bucket_starts_stands_before_it() {
    let app = r#"
app: store
functions:
  receipt: {code: ./fn/receipt, runtime: python3.13, trigger: {files: created}, uses: {files: write}, env: {WHERE: "${files.name}"}}
  audit: {code: ./fn/receipt, runtime: python3.13, trigger: {orders: received}, uses: {orders: receive}}
  nightly: {code: ./fn/receipt, runtime: python3.13, trigger: {schedule: "0 2 * * *"}, uses: {files: read}}
resources:
  files: {type: bucket}
  orders: {type: queue}
environments:
  dev: {cluster: containers}
"#;
    let lowered = lowered(PLATFORM, app, "dev", &BTreeMap::new());
    let order: Vec<String> = lowered.graph.order().unwrap().into_iter().map(|address| address.short()).collect();
    let place = |short: &str| order.iter().position(|other| other == short).unwrap_or_else(|| panic!("{short} is not there"));
    assert!(place("lambda_function.receipt") < place("lambda_permission.receipt"));
    assert!(place("lambda_permission.receipt") < place("bucket.files"));
    assert!(place("bucket.files") < place("lambda_function.nightly"), "who is not started by it waits for it");
    assert!(place("queue.orders") < place("lambda_event_source_mapping.audit"));
    assert!(order.contains(&"scheduler_schedule.nightly".to_owned()));
    // Six times a minute, so that no message shows again while it is worked on.
    let queue = lowered.graph.iter().find(|resource| resource.address.short() == "queue.orders").unwrap();
    assert_eq!(queue.properties.at("VisibilityTimeout").unwrap(), 360);
}

#[test]
fn what_aws_cannot_do_is_said_with_its_line() {
    let schedule = r#"
app: store
services: {shop: {build: ./shop}}
jobs: {sweep: {image: shop, schedule: "0 0 1 * 1"}}
functions: {receipt: {code: ./fn/missing, runtime: python3.13}}
hosts: {fares: {image: debian-12, setup: ./missing.sh}}
environments:
  dev: {cluster: containers}
"#;
    let problems = try_lowered(PLATFORM, schedule, "dev", &BTreeMap::new()).unwrap_err();
    let text: Vec<String> = problems
        .iter()
        .map(|problem| {
            let place = problem.span.as_ref().map(strata_diag::Span::file_line).unwrap_or_default();
            format!("{} {place} {}", problem.code.as_str(), problem.message)
        })
        .collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn patches_come_last_and_only_reach_what_is_the_applications_own() {
    let with = |address: &str, value: &str| app("", "") + &format!("patch:\n  {address}: {value}\n");
    let lowered =
        lowered(PLATFORM, &with("db_instance.db", "{MonitoringInterval: 15, PreferredBackupWindow: null}"), "dev", &BTreeMap::new());
    let db = lowered.graph.iter().find(|resource| resource.address.short() == "db_instance.db").unwrap();
    assert_eq!(db.properties.at("MonitoringInterval").unwrap(), 15);
    assert_eq!(db.properties.at("PreferredBackupWindow"), None);
    let mut text = String::new();
    for (address, value) in [
        ("db_instance.bd", "{MonitoringInterval: 15}"),
        ("network/main/vpc.main", "{EnableDnsSupport: false}"),
        ("db_instance.db", "{MonitoringIntervall: 15}"),
        ("db_instance.db", "{MonitoringInterval: often}"),
    ] {
        let problems = try_lowered(PLATFORM, &with(address, value), "dev", &BTreeMap::new()).unwrap_err();
        for problem in &problems {
            writeln!(text, "{} {} {}", problem.code.as_str(), problem.message, problem.hint.as_deref().unwrap_or_default()).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_reader_is_told_of_its_user_and_a_writer_is_not() {
    let notes = |uses: &str| -> Vec<String> {
        let lowered = lowered(PLATFORM, &app(uses, ""), "dev", &BTreeMap::new());
        lowered.warnings.iter().map(|note| format!("{} {}", note.code.as_str(), note.hint.as_deref().unwrap_or_default())).collect()
    };
    assert_eq!(notes("db: read"), ["E0506 once, as the owner: CREATE USER shop; GRANT rds_iam, pg_read_all_data TO shop"]);
    assert!(notes("db: write").is_empty());
    let mapped =
        "E0507 once, signed as the role `acme-store-dev-books_administrators`: PUT _plugins/_security/api/rolesmapping/ROLE, with its ARN";
    assert_eq!(notes("books: read"), [mapped]);
    assert_eq!(notes("books: write"), [mapped]);
}

#[test]
fn a_cache_too_old_for_roles_is_refused_with_its_line() {
    let old = app("cache: read", "").replace("{type: redis}", "{type: redis, version: 6.2}");
    let problems = try_lowered(PLATFORM, &old, "dev", &BTreeMap::new()).unwrap_err();
    let problem = problems.iter().next().unwrap();
    assert_eq!(problem.code.as_str(), "E0318");
    assert_eq!(problem.span.as_ref().unwrap().line, 8);
    assert!(problem.message.contains("Redis 6.2"), "{}", problem.message);
}
