//! The files that exported code names: a function's packed code under `artifacts/`.
//!
//! Invariant: a file is there only with the digest that the graph says; a file that was not given is said in the README, so that it can be
//! put there.

use sha2::{Digest, Sha256};
use strata_graph::Graph;

use crate::context::{ExportContext, Files};

/// The files, and the paths of those that were not given.
pub(crate) fn files(graph: &Graph, context: &ExportContext) -> (Files, Vec<String>) {
    let mut files = Files::new();
    let mut missing = Vec::new();
    for resource in graph.iter() {
        let Some(code) = resource.properties.0.get("Code") else { continue };
        let (Some(artifact), Some(digest)) = (code["Artifact"].as_str(), code["Sha256"].as_str()) else { continue };
        let path = format!("artifacts/{artifact}.zip");
        match context.artifacts.values().find(|bytes| hexadecimal(bytes) == digest) {
            Some(bytes) => {
                files.insert(path, bytes.clone());
            }
            None => missing.push(path),
        }
    }
    (files, missing)
}

/// What a README says of the files that were not given.
pub(crate) fn say(missing: &[String]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let list: String = missing.iter().map(|path| format!("- `{path}`\n")).collect();
    format!("\nThese files were not there when this was written; put them here before you use it:\n\n{list}")
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
