//! Controls as documents: one page for each, and an index, written from the registry.
//!
//! Invariant: everything on a page comes from the registry and the catalogues, so a page is never out of date unseen (a test compares).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::control::{Control, Rule};
use crate::registry::controls;
use crate::standards::{Answerer, CatalogueRequirement, catalogues};

/// Every page by its file's name.
#[must_use]
pub fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = controls().map(|control| (format!("{}.md", control.id), page(control))).collect();
    pages.insert("README.md".to_owned(), index());
    pages
}

/// The page of one control.
#[must_use]
pub fn page(control: &Control) -> String {
    let mut text = format!("# {}\n\n{}.\n\n{}\n\n", control.id, control.title, control.why);
    let mut line = |what: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {what} | {value} |");
    };
    line("", "");
    line("---", "---");
    line("Layer", control.layer.word());
    line("Severity", &control.severity.to_string());
    line("Judged", &control.when.to_string());
    line("Speaks of", &speaks_of(control));
    text.push_str("\n## Repair\n\n");
    text.push_str(control.repair);
    text.push_str("\n\n## Requirements that it serves\n\n");
    let mut served = false;
    for catalogue in catalogues() {
        for requirement in catalogue.requirements.iter().filter(|requirement| requirement.controls.iter().any(|id| id == control.id)) {
            served = true;
            let _ = writeln!(text, "- {} {}: {}", catalogue.standard, requirement.id, requirement.title);
        }
    }
    if !served {
        text.push_str("None of the standards.\n");
    }
    text.push_str("\n## What others call it\n\n");
    let others = [
        ("prowler", control.equivalents.prowler),
        ("checkov", control.equivalents.checkov),
        ("AWS Config", control.equivalents.config),
        ("AWS Security Hub", control.equivalents.security_hub),
    ];
    let mut known = false;
    for (who, ids) in others.iter().filter(|(_, ids)| !ids.is_empty()) {
        known = true;
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(text, "- {who}: {}", ids.join(", "));
    }
    if !known {
        text.push_str("None of prowler, checkov, AWS Config and AWS Security Hub has a check of this kind.\n");
    }
    text
}

fn speaks_of(control: &Control) -> String {
    let types = control.types.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match control.rule {
        Rule::Each(_) if control.types.is_empty() => "every resource".to_owned(),
        Rule::Each(_) => types,
        Rule::InEveryAccount { home_only: true, .. } => format!("{types}, of which every account must have one"),
        Rule::InEveryAccount { home_only: false, .. } => {
            format!("{types}, of which every account must have one in every region that it uses")
        }
    }
}

fn index() -> String {
    let mut text = String::from(
        "# Controls\n\nEvery control that Strata judges, by layer. A control is one checkable statement about resources; the catalogues in `standards/` say which \
         requirements it serves.\n\nThese pages are written from the registry in `crates/policy`: `STRATA_UPDATE_DOCS=1 cargo test -p strata-policy` writes them anew.\n",
    );
    let mut by_layer: BTreeMap<_, Vec<&Control>> = BTreeMap::new();
    for control in controls() {
        by_layer.entry(control.layer).or_default().push(control);
    }
    for (layer, controls) in by_layer {
        let _ = write!(text, "\n## {layer}\n\n| control | asks | severity |\n| --- | --- | --- |\n");
        for control in controls {
            let _ = writeln!(text, "| [{0}]({0}.md) | {1} | {2} |", control.id, control.title, control.severity);
        }
    }
    text.push_str("\n## Standards\n\nRequirements by who answers; several may have a part in one.\n\n| standard | requirements | served by our controls |");
    for who in Answerer::ALL {
        let _ = write!(text, " {} |", who.word());
    }
    text.push_str(" the organisation alone | controls |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for catalogue in catalogues() {
        let of =
            |holds: &dyn Fn(&CatalogueRequirement) -> bool| catalogue.requirements.iter().filter(|requirement| holds(requirement)).count();
        let _ = write!(text, "| {} ({}) | {}", catalogue.title, catalogue.standard, catalogue.requirements.len());
        let _ = write!(text, " | {} |", of(&|requirement| !requirement.controls.is_empty()));
        for who in Answerer::ALL {
            let _ = write!(text, " {} |", of(&|requirement| requirement.by.contains(&who)));
        }
        let serving: BTreeSet<&String> = catalogue.requirements.iter().flat_map(|requirement| &requirement.controls).collect();
        let _ = writeln!(text, " {} | {} |", of(&CatalogueRequirement::beyond_configuration), serving.len());
    }
    text.push_str(
        "\nWhat the organisation alone answers for is people, contracts and procedures: no configuration of a cloud can do it. A service of a cloud provider answers \
         by the provider's own certification.\n",
    );
    text
}
