//! Exports what every break of a control looks like in Terraform, for checkov to judge: see `tests/agreement`.
//!
//! A tree holds what the break touches, all that refers to it and all that these refer to; the trees of the unbroken environments tell what checkov
//! found before. Nothing is written unless `STRATA_AGREEMENT_DIR` names a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::json;
use strata_export::{ExportContext, ExportError, Files, Placement, terraform};
use strata_graph::{Address, Graph, Scope};
use strata_policy::control;

use super::breaks;
use super::edit::{Edit, apply};
use super::reference::{ENVIRONMENTS, graph};

/// What an edit changes.
fn touched(edit: &Edit) -> Address {
    let (Edit::Set(of, ..) | Edit::Unset(of, _) | Edit::Push(of, ..) | Edit::Item(of, ..) | Edit::Gone(of) | Edit::New(of, ..)) = edit;
    of.parse().unwrap()
}

/// The part of a graph around some of its resources.
fn around(whole: &Graph, centre: &BTreeSet<Address>) -> Graph {
    let mut wanted: BTreeSet<Address> = centre.iter().filter(|address| whole.get(address).is_some()).cloned().collect();
    let near: Vec<Address> = whole
        .iter()
        .filter(|resource| resource.properties.references().iter().any(|reference| centre.contains(&reference.of)))
        .map(|resource| resource.address.clone())
        .collect();
    wanted.extend(near);
    let mut open: Vec<Address> = wanted.iter().cloned().collect();
    while let Some(address) = open.pop() {
        for reference in whole.get(&address).into_iter().flat_map(|resource| resource.properties.references()) {
            if wanted.insert(reference.of.clone()) {
                open.push(reference.of);
            }
        }
    }
    let mut part = Graph::default();
    for resource in whole.iter().filter(|resource| wanted.contains(&resource.address)) {
        let mut resource = resource.clone();
        resource.depends_on.retain(|address| wanted.contains(address));
        part.insert(resource).unwrap();
    }
    part
}

fn exported(environment: &str, part: &Graph) -> Result<Files, ExportError> {
    let placement = Placement { account: environment.into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() };
    let scopes: Vec<Scope> = part.scopes().into_iter().collect();
    terraform(
        part,
        &ExportContext {
            platform: "acme".into(),
            environment: environment.into(),
            placements: scopes.into_iter().map(|scope| (scope, placement.clone())).collect(),
            ..ExportContext::default()
        },
    )
}

fn write(folder: &Path, files: &Files) {
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn every_break_is_exported_or_says_why_not() {
    let folder: Option<PathBuf> = std::env::var_os("STRATA_AGREEMENT_DIR").map(PathBuf::from);
    let graphs: BTreeMap<&str, Graph> = ENVIRONMENTS.map(|environment| (environment, graph(environment))).into();
    let mut list = Vec::new();
    let mut written = 0;
    for (number, case) in breaks::all().iter().enumerate() {
        let equivalents = control(case.control).unwrap().equivalents;
        let given = apply(&graphs[case.environment], &case.given);
        let broken = apply(&given, &case.edits);
        let mut centre: BTreeSet<Address> = case.edits.iter().map(touched).collect();
        centre.insert(case.address.parse().unwrap());
        // What went has no place in the broken tree: what it stood on has.
        for gone in case.edits.iter().map(touched).filter(|address| broken.get(address).is_none()) {
            centre.extend(given.get(&gone).into_iter().flat_map(|resource| resource.properties.references()).map(|reference| reference.of));
        }
        let before = exported(case.environment, &around(&given, &centre)).unwrap_or_else(|error| panic!("{number} before: {error}"));
        let after = exported(case.environment, &around(&broken, &centre));
        written += usize::from(after.is_ok());
        if let Some(folder) = &folder
            && !equivalents.checkov.is_empty()
        {
            write(&folder.join(format!("trees/{number:03}/before")), &before);
            after.iter().for_each(|files| write(&folder.join(format!("trees/{number:03}/after")), files));
        }
        list.push(json!({
            "number": number, "control": case.control, "address": case.address, "checkov": equivalents.checkov,
            "prowler": equivalents.prowler, "refused": after.err().map(|error| error.to_string()),
        }));
    }
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("breaks.json"), serde_json::to_string_pretty(&list).unwrap()).unwrap();
    }
    // What removes a thing to which others refer has no export: that is an error, and no agreement.
    assert!(written * 10 >= list.len() * 9, "{written} of {} breaks can be exported", list.len());
}
