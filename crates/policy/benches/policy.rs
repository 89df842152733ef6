//! How long the rules take: all standards over a generated application, and all controls over two hundred buckets.
//!
//! `cargo bench -p strata-policy --bench policy` prints one JSON line a measure: the median of twenty-one runs after three to warm up, each from
//! a graph that no rule has looked at. `STRATA_BENCH_EXPORT=DIR` also writes the buckets as Terraform, for `benches/policy`, which runs checkov over
//! the same. No library for it: one figure with its goal is asked for, and a build of one costs more than the rules do.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use strata_export::{ExportContext, Placement, terraform};
use strata_graph::Graph;
use strata_layers::{Artifact, Inputs, Lowered, lower};
use strata_policy::{Status, Verdict, View, controls, judge, judge_control, standards};
use strata_spec::{Source, load};

const PLATFORM: &str = "
platform: bench
version: 1
owner: platform@bench.example
compliance: [cis-aws-5.0]
accounts:
  main: {aws: '111111111111', role: arn:aws:iam::111111111111:role/strata}
address_space: 10.0.0.0/8
domains:
  bench.example: {zone: public, delegate: per-environment}
networks:
  main: {account: main, region: us-east-1, zones: 3, size: /16, nat: per-zone}
clusters:
  main: {network: main, runtime: ecs}
";

/// An application of so many services and resources.
fn application(services: usize, resources: usize) -> String {
    let kinds = [
        "{type: postgres, version: 16, size: medium, storage: 100GB}",
        "{type: redis, size: small}",
        "{type: bucket}",
        "{type: queue}",
        "{type: bucket, versioned: true}",
    ];
    let verbs = ["write", "write", "write", "send", "read"];
    let mut text = String::from("app: bench\nversion: 1\nowner: bench\ndata: {cardholder: tokenised, personal: true}\nservices:\n");
    for service in 0..services {
        let uses: Vec<String> = (0..3)
            .map(|step| (service * 3 + step * 7) % resources)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|resource| format!("r{resource}: {}", verbs[resource % verbs.len()]))
            .collect();
        writeln!(
            text,
            "  s{service}: {{build: ./s{service}, port: 8080, route: \"${{env.host}}/s{service}\", uses: {{{}}}}}",
            uses.join(", ")
        )
        .unwrap();
    }
    text.push_str("resources:\n");
    for resource in 0..resources {
        writeln!(text, "  r{resource}: {}", kinds[resource % kinds.len()]).unwrap();
    }
    text.push_str("environments:\n  prod: {cluster: main, host: bench.example}\n");
    text
}

/// An application of buckets alone.
fn buckets(number: usize) -> String {
    let mut text = String::from("app: bench\nversion: 1\nowner: bench\nresources:\n");
    for bucket in 0..number {
        writeln!(text, "  b{bucket}: {{type: bucket, versioned: true}}").unwrap();
    }
    text.push_str("environments:\n  prod: {cluster: main}\n");
    text
}

fn lowered(application: &str) -> Lowered {
    let loaded = load(&Source::new("platform.yaml", PLATFORM.to_owned()), Some(&Source::new("app.yaml", application.to_owned())));
    let spec = loaded.spec.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let resolved = spec.resolve("prod").unwrap();
    let artifacts: BTreeMap<String, Artifact> = BTreeMap::new();
    let images =
        (0..40).map(|service| (format!("s{service}"), format!("111111111111.dkr.ecr.us-east-1.amazonaws.com/s{service}:1"))).collect();
    lower(&Inputs { resolved: &resolved, claims_of_others: &[], images: &images, artifacts: &artifacts })
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The median and the fastest of the runs, in milliseconds, and the last run's answer.
fn measured(work: impl Fn() -> Vec<Verdict>) -> (f64, f64, Vec<Verdict>) {
    let mut times = Vec::new();
    let mut answer = Vec::new();
    for run in 0..24 {
        let started = Instant::now();
        answer = work();
        if run >= 3 {
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[0], answer)
}

fn say(measure: &str, graph: &Graph, goal: f64, work: impl Fn() -> Vec<Verdict>) {
    let (median, fastest, verdicts) = measured(work);
    let count = |status| verdicts.iter().filter(|verdict| verdict.status == status).count();
    println!(
        "{}",
        json!({
            "measure": measure, "resources": graph.len(), "verdicts": verdicts.len(), "met": count(Status::Met),
            "violated": count(Status::Violated), "not_decidable": count(Status::NotDecidable),
            "median_ms": (median * 100.0).round() / 100.0, "fastest_ms": (fastest * 100.0).round() / 100.0,
            "goal_ms": goal, "under_goal": median < goal,
        })
    );
}

/// The graph of one scope alone.
fn own(lowered: &Lowered) -> Graph {
    let mut graph = Graph::default();
    let wanted =
        ["AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::KMS::Key", "AWS::KMS::Alias", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy"];
    for resource in lowered.graph.iter().filter(|resource| wanted.contains(&resource.type_name.0.as_str())) {
        let mut resource = resource.clone();
        resource.depends_on.clear();
        graph.insert(resource).unwrap();
    }
    graph
}

fn main() {
    let every: Vec<String> = standards::NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let large = lowered(&application(40, 25));
    // The catalogues are read once a process: not what is measured.
    let _ = judge(&Graph::default(), &every);
    say("all standards, 40 services and 25 resources", &large.graph, 100.0, || judge(&large.graph, &every));

    let many = lowered(&buckets(200));
    let graph = own(&many);
    say("all controls, 200 buckets", &graph, 50.0, || {
        let view = View::new(&graph);
        controls().flat_map(|control| judge_control(&view, control)).collect()
    });
    if let Some(folder) = std::env::var_os("STRATA_BENCH_EXPORT") {
        let placement = |placement: &strata_layers::Placement| Placement {
            account: placement.account.clone(),
            account_id: placement.account_id.clone(),
            role: None,
            region: placement.region.clone(),
        };
        let context = ExportContext {
            platform: "bench".into(),
            environment: "prod".into(),
            placements: many.placements.iter().map(|(scope, one)| (scope.clone(), placement(one))).collect(),
            ..ExportContext::default()
        };
        for (path, bytes) in terraform(&graph, &context).unwrap() {
            let path = Path::new(&folder).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}
