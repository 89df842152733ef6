//! Every code has a page in `docs/errors/`, every page a code, and the index lists them all. The index is written anew by
//! `UPDATE_EXPECTED=1 cargo test -p strata-diag --test pages`.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use strata_diag::Code;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors")
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .map(|name| name.trim_end_matches(".md").to_owned())
        .collect();
    let codes: BTreeSet<String> = Code::all().iter().map(|(code, _)| code.to_string()).collect();
    let without_page: Vec<&String> = codes.difference(&pages).collect();
    let without_code: Vec<&String> = pages.difference(&codes).collect();
    assert!(without_page.is_empty(), "codes without a page in docs/errors: {without_page:?}");
    assert!(without_code.is_empty(), "pages without a row in codes.rs: {without_code:?}");
}

#[test]
fn every_page_says_what_happened_shows_it_and_how_to_fix_it() {
    for (code, title) in Code::all() {
        let path = folder().join(format!("{code}.md"));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        assert_eq!(text.lines().next(), Some(format!("# {code}: {title}").as_str()), "{code}: the title differs from the row in codes.rs");
        let mut rest = text.as_str();
        for heading in ["\n## What happened\n", "\n## Example\n", "\n```", "\n## Fix\n"] {
            let at = rest.find(heading).unwrap_or_else(|| panic!("{code}: no {:?} where it belongs", heading.trim()));
            rest = &rest[at + heading.len()..];
            assert!(rest.trim_start().len() > 20, "{code}: nothing under {:?}", heading.trim());
        }
        assert!(text.matches("\n```").count() % 2 == 0, "{code}: a code block is not closed");
    }
}

#[test]
fn the_index_lists_every_page() {
    let mut index = String::from(
        "# Diagnostic codes\n\nEvery message of Strata carries a code, and every code has a page: what happened, an example, the fix.\n\
         This list is generated from the table in `crates/diag/src/codes.rs`; a test keeps it current.\n",
    );
    let ranges = [
        ("E01", "Reading the files"),
        ("E02", "References in the files"),
        ("E03", "Values that do not fit together"),
        ("E04", "Security, guardrails and compliance in the files"),
        ("E05", "Plan"),
        ("E06", "Policy"),
        ("E07", "Engine, state and store"),
        ("E08", "Providers and credentials"),
        ("E09", "Command line and sandbox"),
    ];
    for (prefix, title) in ranges {
        let rows: Vec<String> = Code::all()
            .iter()
            .filter(|(code, _)| code.as_str().starts_with(prefix))
            .map(|(code, title)| format!("| [{code}]({code}.md) | {title} |\n"))
            .collect();
        if !rows.is_empty() {
            index.push_str(&format!("\n## {title}\n\n| code | what |\n| --- | --- |\n{}", rows.concat()));
        }
    }
    let path = folder().join("README.md");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &index).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == index, "docs/errors/README.md is stale: run `UPDATE_EXPECTED=1 cargo test -p strata-diag --test pages`");
    for (code, _) in Code::all() {
        assert!(index.contains(&format!("[{code}]")), "{code} is in no range of the index");
    }
}
