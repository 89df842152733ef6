//! The reference example keeps its own standards, in every environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use strata_graph::{Graph, Scope};
use strata_layers::{Artifact, Inputs, lower, lower_foundations};
use strata_policy::{Status, Verdict, blocking, judge};
use strata_spec::{Source, Spec, load};

pub const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

/// The example, and a search engine beside its other resources: what the example has not is judged too.
fn spec() -> Spec {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let mut app = read("app.yaml");
    for (before, after) in [
        ("\nresources:\n", "\nresources:\n  seats: {type: search, size: small}\n"),
        ("uses: {db: write, cache: write, documents: write", "uses: {db: write, cache: write, seats: write, documents: write"),
        ("uses: {api: call, cache: read}", "uses: {api: call, cache: read, seats: read}"),
    ] {
        assert!(app.contains(before), "the example has no {before} any more");
        app = app.replacen(before, after, 1);
    }
    let (platform, app) = (Source::new("platform.yaml", read("platform.yaml")), Source::new("app.yaml", app));
    load(&platform, Some(&app)).spec.expect("the reference example is right")
}

/// The example's graph, every service with an image.
pub fn graph(environment: &str) -> Graph {
    let spec = spec();
    let resolved = spec.resolve(environment).unwrap();
    let images = ["web", "api", "worker"].map(|name| (name.to_owned(), format!("111111111111.dkr.ecr.us-east-1.amazonaws.com/{name}:1")));
    let artifacts: BTreeMap<String, Artifact> = ["./fn/receipt", "./fares/install.sh"]
        .into_iter()
        .map(|path| (path.to_owned(), Artifact { sha256: "0f".repeat(32), text: Some("#!/bin/sh\nset -e\n".into()) }))
        .collect();
    let images = images.into();
    let inputs = Inputs { resolved: &resolved, claims_of_others: &[], images: &images, artifacts: &artifacts };
    lower(&inputs).unwrap_or_else(|problems| panic!("{problems:?}")).graph
}

/// What the example asks for: the platform's standards and the application's.
pub fn standards() -> Vec<String> {
    ["cis-aws-5.0", "pci-dss-4.0", "soc2"].map(str::to_owned).to_vec()
}

fn lines(verdicts: &[&Verdict]) -> String {
    verdicts.iter().map(|verdict| format!("{:?} {} {}: {}\n", verdict.status, verdict.control, verdict.address, verdict.detail)).collect()
}

#[test]
fn no_environment_violates_a_control() {
    for environment in ENVIRONMENTS {
        let verdicts = judge(&graph(environment), &standards());
        let violated: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.status == Status::Violated).collect();
        assert!(violated.is_empty(), "{environment}:\n{}", lines(&violated));
        assert_eq!(blocking(&verdicts).count(), 0);
    }
}

#[test]
fn no_environment_violates_a_control_of_any_standard_that_could_be_asked_for() {
    let every: Vec<String> = strata_policy::standards::NAMES.iter().map(|(name, _)| (*name).to_owned()).collect();
    for environment in ENVIRONMENTS {
        let verdicts = judge(&graph(environment), &every);
        let violated: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.status == Status::Violated).collect();
        assert!(violated.is_empty(), "{environment}:\n{}", lines(&violated));
        let asked: BTreeSet<&str> =
            verdicts.iter().flat_map(|verdict| &verdict.requirements).map(|asked| asked.standard.as_str()).collect();
        assert_eq!(asked.len(), every.len(), "{environment}: only {asked:?} judge anything");
    }
}

/// In prod a Kubernetes cluster makes the load balancer itself, so only the live cloud shows what its group is on.
#[test]
fn everything_but_what_kubernetes_makes_can_be_decided() {
    for environment in ENVIRONMENTS {
        let verdicts = judge(&graph(environment), &standards());
        let open: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.status == Status::NotDecidable).collect();
        let known = |verdict: &&Verdict| environment == "prod" && verdict.control.0 == "sg-internet-only-to-load-balancers";
        assert!(open.iter().all(known), "{environment}:\n{}", lines(&open));
        assert_eq!(open.len(), if environment == "prod" { 2 } else { 0 }, "{environment}:\n{}", lines(&open));
    }
}

#[test]
fn most_controls_have_something_to_judge() {
    let judged: BTreeSet<String> =
        ENVIRONMENTS.iter().flat_map(|environment| judge(&graph(environment), &standards())).map(|verdict| verdict.control.0).collect();
    let silent: Vec<&str> = strata_policy::controls().map(|control| control.id).filter(|id| !judged.contains(*id)).collect();
    eprintln!("{} controls judged; silent: {silent:?}", judged.len());
    assert!(judged.len() >= 150, "{} controls judged; silent: {silent:?}", judged.len());
}

#[test]
fn foundations_alone_keep_the_standards_too() {
    let spec = spec();
    for scope in [Scope::Account("nonprod".into()), Scope::Network("prod".into()), Scope::Cluster("prod".into())] {
        let lowered = lower_foundations(&spec, &scope, &[]).unwrap_or_else(|problems| panic!("{problems:?}"));
        let verdicts = judge(&lowered.graph, &standards());
        let bad: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.status != Status::Met).collect();
        assert!(bad.is_empty(), "{scope}:\n{}", lines(&bad));
        assert!(!verdicts.is_empty());
    }
}
