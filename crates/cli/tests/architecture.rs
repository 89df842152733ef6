//! The crates' edges are those of ARCHITECTURE.md, and the pure crates stay free of I/O and of an asynchronous runtime.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names under `[dependencies]` of a crate's manifest.
fn dependencies(name: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(crates().join(name).join("Cargo.toml")).unwrap();
    let section = text.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .map(|line| line.split(['.', ' ', '=']).next().unwrap().to_owned())
        .collect()
}

/// What each crate may use, from the table of ARCHITECTURE.md.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(crates().join("../ARCHITECTURE.md")).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let name = cells.next().unwrap().trim_end_matches('`').to_owned();
            let uses = cells.nth(1).unwrap_or_default().split(',').map(|name| name.trim().to_owned()).filter(|name| name != "–").collect();
            (name, uses)
        })
        .collect()
}

#[test]
fn every_crate_uses_only_what_the_table_allows() {
    let allowed = allowed();
    for entry in std::fs::read_dir(crates()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !crates().join(&name).join("Cargo.toml").exists() {
            continue;
        }
        let may = allowed.get(&name).unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for the crate {name}"));
        for dependency in dependencies(&name).iter().filter_map(|dependency| dependency.strip_prefix("strata-")) {
            assert!(may.contains(dependency) || may.contains("all above"), "{name} uses {dependency}, which the table does not allow");
        }
    }
}

#[test]
fn the_pure_crates_have_no_runtime_no_files_no_clock() {
    for name in ["diag", "spec", "graph", "aws", "kubernetes", "layers", "policy", "rego", "plan", "export"] {
        for dependency in dependencies(name) {
            assert!(
                !matches!(dependency.as_str(), "tokio" | "sqlx" | "async-trait" | "reqwest") && !dependency.starts_with("aws-sdk"),
                "{name} is pure and uses {dependency}"
            );
        }
        let mut queue = vec![crates().join(name).join("src")];
        while let Some(folder) = queue.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    queue.push(path);
                    continue;
                }
                // What follows the tests' marker may read files.
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                // An address of `std::net` is a value; a socket is not.
                let forbidden = [
                    "std::fs",
                    "TcpStream",
                    "TcpListener",
                    "UdpSocket",
                    "ToSocketAddrs",
                    "std::process::Command",
                    "SystemTime::now",
                    "Instant::now",
                    "std::env::var",
                ];
                for forbidden in forbidden {
                    assert!(!code.contains(forbidden), "{} is in a pure crate and names {forbidden}", path.display());
                }
            }
        }
    }
}
