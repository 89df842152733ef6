//! `standards/config-rules.yaml` against the registry: each rule of AWS Config that a control names is in the pack, or it says why not.
//!
//! With UPDATE_EXPECTED=1 controls and standards are written anew; parameters and regions are AWS's, and stay.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use strata_layers::security::config_rules::{ConfigRules, ManagedRule};
use strata_policy::controls;
use strata_policy::standards::catalogues;

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../standards/config-rules.yaml")
}

/// Rule -> controls that name it.
fn named() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for control in controls() {
        for rule in control.equivalents.config {
            all.entry(rule).or_default().push(control.id);
        }
    }
    all.values_mut().for_each(|ids| ids.sort_unstable());
    all
}

/// The standards that one of the controls serves, in the order of the catalogues.
fn served(ids: &[&str]) -> Vec<String> {
    let serves = |catalogue: &&'static strata_policy::standards::Catalogue| {
        catalogue.requirements.iter().any(|requirement| requirement.controls.iter().any(|control| ids.contains(&control.as_str())))
    };
    catalogues().filter(serves).map(|catalogue| catalogue.standard.clone()).collect()
}

fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    format!("[{}]", items.into_iter().map(|item| item.as_ref().to_owned()).collect::<Vec<_>>().join(", "))
}

fn line(rule: &str, ids: &[&str], known: Option<&ManagedRule>) -> String {
    let mut line = format!("  - {{rule: {rule}, controls: {}, standards: {}", list(ids), list(served(ids)));
    if let Some(known) = known.filter(|known| !known.parameters.is_empty()) {
        let all = known.parameters.iter().map(|(name, value)| format!("{name}: \"{value}\"")).collect::<Vec<_>>().join(", ");
        write!(line, ", parameters: {{{all}}}").unwrap();
    }
    if let Some(known) = known.filter(|known| !known.not_in.is_empty()) {
        write!(line, ", not_in: {}", list(&known.not_in)).unwrap();
    }
    line + "}"
}

#[test]
fn the_rules_of_the_pack_are_those_that_the_controls_name() {
    let text = std::fs::read_to_string(file()).unwrap();
    let written: ConfigRules = serde_saphyr::from_str(&text).unwrap();
    let known: BTreeMap<&str, &ManagedRule> = written.rules.iter().map(|rule| (rule.rule.as_str(), rule)).collect();
    let left_out: BTreeSet<&str> = written.left_out.iter().map(|out| out.rule.as_str()).collect();
    let named = named();
    for out in &written.left_out {
        assert!(named.contains_key(out.rule.as_str()), "{} is left out, and no control names it", out.rule);
        assert!(out.why.len() > 30, "{} does not say why it is left out", out.rule);
    }
    let head: String = text.lines().take_while(|line| !line.starts_with("  - ")).map(|line| format!("{line}\n")).collect();
    let tail: String =
        text.lines().skip_while(|line| !line.starts_with("# What a control names")).map(|line| format!("{line}\n")).collect();
    let rules: String = named
        .iter()
        .filter(|(rule, _)| !left_out.contains(*rule))
        .map(|(rule, ids)| line(rule, ids, known.get(rule).copied()) + "\n")
        .collect();
    let right = head + &rules + &tail;
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(file(), &right).unwrap();
    } else {
        assert!(text == right, "standards/config-rules.yaml is not what the registry says; UPDATE_EXPECTED=1 writes it");
    }
}
