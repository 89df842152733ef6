//! The exports of the reference example, of every environment.
//!
//! With STRATA_EXPORT_DIR set, the files are also written there, for programs that judge them.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

use strata_export::{ExportContext, Files, Placement};
use strata_graph::Scope;
use strata_layers::{Artifact, Inputs, Lowered, lower};
use strata_spec::{Source, load};

const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "prod"];

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing")
}

/// Stands for any local file: what is in it does not matter to an export.
fn artifacts() -> BTreeMap<String, Artifact> {
    ["./fn/receipt", "./fares/install.sh"]
        .into_iter()
        .map(|path| (path.to_owned(), Artifact { sha256: "0f".repeat(32), text: Some("#!/bin/sh\nset -e\necho \"${HOME}\"\n".into()) }))
        .collect()
}

fn lowered(environment: &str) -> Lowered {
    let read = |name: &str| Source::new(name, std::fs::read_to_string(example().join(name)).unwrap());
    let loaded = load(&read("platform.yaml"), Some(&read("app.yaml")));
    let spec = loaded.spec.expect("the reference example is right");
    let resolved = spec.resolve(environment).unwrap();
    let inputs = Inputs { resolved: &resolved, claims_of_others: &[], images: &BTreeMap::new(), artifacts: &artifacts() };
    lower(&inputs).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn context(environment: &str, lowered: &Lowered) -> ExportContext {
    let placements = lowered
        .placements
        .iter()
        .map(|(scope, placement)| {
            let placement = Placement {
                account: placement.account.clone(),
                account_id: placement.account_id.clone(),
                role: placement.role.clone(),
                region: placement.region.clone(),
            };
            (scope.clone(), placement)
        })
        .collect();
    ExportContext {
        platform: "acme".into(),
        environment: environment.into(),
        placements,
        endpoints: lowered.endpoints.iter().map(|endpoint| (endpoint.name.clone(), endpoint.url.clone())).collect(),
        ..ExportContext::default()
    }
}

fn write(kind: &str, environment: &str, files: &Files) {
    let Some(folder) = std::env::var_os("STRATA_EXPORT_DIR") else { return };
    for (path, bytes) in files {
        let path = Path::new(&folder).join(environment).join(kind).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_environment_is_exported_as_terraform_that_parses() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let files = strata_export::terraform(&lowered.graph, &context(environment, &lowered)).unwrap();
        write("terraform", environment, &files);
        let mut blocks = 0;
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".tf")) {
            let text = std::str::from_utf8(bytes).unwrap();
            let body: hcl_edit::structure::Body = text.parse().unwrap_or_else(|error| panic!("{environment}/{path}: {error}"));
            blocks += body.get_blocks("resource").count();
        }
        assert!(blocks >= lowered.graph.len(), "{environment}: {blocks} blocks for {} resources", lowered.graph.len());
    }
}

#[test]
fn every_environment_is_exported_as_cloudformation() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        let files = strata_export::cloudformation(&lowered.graph, &context(environment, &lowered)).unwrap();
        write("cloudformation", environment, &files);
        let templates = files.keys().filter(|path| path.ends_with(".template.yaml")).count();
        assert!(templates >= lowered.graph.scopes().len(), "{environment}: {templates}");
        for (path, bytes) in &files {
            assert!(bytes.len() < 1_000_000, "{environment}/{path} is too large for CloudFormation");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, second) = (lowered("dev"), lowered("dev"));
    assert_eq!(
        strata_export::terraform(&first.graph, &context("dev", &first)).unwrap(),
        strata_export::terraform(&second.graph, &context("dev", &second)).unwrap()
    );
}

#[test]
fn kubernetes_environments_have_manifests_and_others_have_none() {
    for environment in ENVIRONMENTS {
        let lowered = lowered(environment);
        if environment != "prod" {
            assert!(lowered.manifests.is_empty(), "{environment}");
            continue;
        }
        let scope = Scope::environment("ticketing", environment);
        let files = strata_export::manifests(&lowered.manifests, &scope, &context(environment, &lowered)).unwrap();
        write("manifests", environment, &files);
        for kind in ["deployment-api", "networkpolicy-default-deny", "ingress-web", "cronjob-expire-holds", "namespace-ticketing-prod"] {
            assert!(files.keys().any(|path| path.contains(kind)), "no {kind} in {:?}", files.keys());
        }
        // Every placeholder in a manifest is listed, so that it can be filled in.
        let listed = String::from_utf8_lossy(&files["placeholders.env"]).into_owned();
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
            for rest in String::from_utf8_lossy(bytes).split("${").skip(1) {
                let name = rest.split('}').next().unwrap();
                assert!(listed.contains(&format!("\n{name}=")), "{path}: {name} is not listed");
            }
        }
    }
}
