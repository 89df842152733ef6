//! The reference application, lowered for each of its environments.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use strata_graph::Scope;
use strata_layers::{Artifact, Inputs, Lowered, lower};
use strata_spec::{Source, load};

fn example(file: &str) -> String {
    let path = format!("{}/../../examples/ticketing/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn artifacts() -> BTreeMap<String, Artifact> {
    let code = Artifact { sha256: "0f".repeat(32), text: None };
    let setup = Artifact { sha256: "1e".repeat(32), text: Some("#!/bin/sh\nexec /opt/fares\n".to_owned()) };
    [("./fn/receipt".to_owned(), code), ("./fares/install.sh".to_owned(), setup)].into()
}

fn lowered(app: &str, environment: &str, images: &BTreeMap<String, String>) -> Lowered {
    let loaded = load(&Source::new("platform.yaml", example("platform.yaml")), Some(&Source::new("app.yaml", app)));
    let spec = loaded.spec.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let resolved = spec.resolve(environment).unwrap();
    let artifacts = artifacts();
    lower(&Inputs { resolved: &resolved, claims_of_others: &[], images, artifacts: &artifacts })
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn reference(environment: &str) -> Lowered {
    lowered(&example("app.yaml"), environment, &BTreeMap::new())
}

/// Address and type of every resource of the environment's own scope.
fn listing(environment: &str) -> String {
    let lowered = reference(environment);
    let scope = Scope::environment("ticketing", environment);
    let mut text = String::new();
    for resource in lowered.graph.of_scope(&scope) {
        let mut line = format!("{:<16} {:<60} {}", resource.layer.word(), resource.address.short(), resource.type_name);
        if let Some(data) = &resource.data {
            line += &format!("  data={data}");
        }
        if let Some(waiting) = &resource.waiting_for {
            line += &format!("  waiting for {waiting}");
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[test]
fn the_resources_of_dev() {
    insta::assert_snapshot!(listing("dev"));
}

#[test]
fn the_resources_of_staging() {
    insta::assert_snapshot!(listing("staging"));
}

#[test]
fn the_resources_of_prod() {
    insta::assert_snapshot!(listing("prod"));
}
