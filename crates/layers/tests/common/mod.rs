//! What the tests of this crate share: the reference files, and lowering without a disk.
#![allow(clippy::unwrap_used, dead_code)]

use std::collections::BTreeMap;

use serde_json::Value;
use strata_diag::Diagnostics;
use strata_layers::{Artifact, Inputs, Lowered, lower};
use strata_spec::{Source, load};

/// A file of the reference application.
pub fn example(file: &str) -> String {
    let path = format!("{}/../../examples/ticketing/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// What the command line would have read from the disk.
pub fn artifacts() -> BTreeMap<String, Artifact> {
    let code = Artifact { sha256: "0f".repeat(32), text: None };
    let setup = Artifact { sha256: "1e".repeat(32), text: Some("#!/bin/sh\nexec /opt/fares\n".to_owned()) };
    [("./fn/receipt".to_owned(), code), ("./fares/install.sh".to_owned(), setup)].into()
}

/// Lowers one environment of two files.
pub fn try_lowered(platform: &str, app: &str, environment: &str, images: &BTreeMap<String, String>) -> Result<Lowered, Diagnostics> {
    let loaded = load(&Source::new("platform.yaml", platform), Some(&Source::new("app.yaml", app)));
    let Some(spec) = loaded.spec else {
        panic!("{:#?}\n{app}", loaded.diagnostics);
    };
    let resolved = spec.resolve(environment)?;
    lower(&Inputs { resolved: &resolved, claims_of_others: &[], images, artifacts: &artifacts() })
}

/// The same, where nothing may be wrong.
pub fn lowered(platform: &str, app: &str, environment: &str, images: &BTreeMap<String, String>) -> Lowered {
    try_lowered(platform, app, environment, images).unwrap_or_else(|problems| panic!("{problems:#?}\n{app}"))
}

/// Every statement of every inline policy, with the address of the policy.
pub fn policies(lowered: &Lowered) -> Vec<(String, Value)> {
    lowered
        .graph
        .iter()
        .filter(|resource| resource.type_name.0 == "AWS::IAM::RolePolicy")
        .flat_map(|resource| {
            let statements = resource.properties.at("PolicyDocument.Statement").unwrap().as_array().unwrap().clone();
            statements.into_iter().map(|statement| (resource.address.to_string(), statement))
        })
        .collect()
}
