//! The list of the conformance suite, read from its own sources: every resource type, and the tests in which it lives.
//!
//! Invariant: a type that no test of the suite makes fails, and so does a list in `docs/conformance.md` that is not this one
//! (`STRATA_UPDATE_DOCS=1` writes it).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut queue = vec![folder.to_path_buf()];
    while let Some(folder) = queue.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                queue.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

/// What follows a marker up to the first character that is not part of a word.
fn word_after<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let rest = text.split_once(marker)?.1;
    Some(&rest[..rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())])
}

/// The Rust name of each type: `AWS::EC2::VPC` -> `Vpc`.
fn structs() -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (_, text) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../aws/src")) {
        for part in text.split("impl AwsResource for ").skip(1) {
            let name = part.split([' ', '{']).next().unwrap().to_owned();
            if let Some(type_name) = part.split_once("type_name: \"").and_then(|(_, rest)| rest.split('"').next()) {
                names.insert(type_name.to_owned(), name);
            }
        }
    }
    names
}

/// Whether a text makes or names the struct.
fn names(text: &str, name: &str) -> bool {
    let word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !word(before) && !word(after)
    })
}

/// (file, test, its text) of the suite; a helper beside the tests counts with the test that calls it.
fn tests() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator");
    let files = sources(&folder);
    let functions = |text: &str| text.split("\n}\n").map(ToOwned::to_owned).collect::<Vec<String>>();
    let helpers: Vec<(String, String)> = files
        .iter()
        .filter(|(path, _)| !["support.rs", "every_type.rs", "engine.rs"].iter().any(|name| path.ends_with(name)))
        .flat_map(|(_, text)| functions(text))
        .filter(|body| !body.contains("#[tokio::test"))
        .filter_map(|body| Some((word_after(&body, "fn ")?.to_owned(), body)))
        .collect();
    let mut all = Vec::new();
    for (path, text) in &files {
        let file = path.strip_prefix(&folder).unwrap().display().to_string();
        let functions = functions(text);
        for function in functions.iter().filter(|function| function.contains("#[tokio::test")) {
            let Some(name) = word_after(function, "async fn ") else { continue };
            let mut whole = function.clone();
            for (helper, body) in &helpers {
                if names(function, helper) && function.contains(&format!("{helper}(")) {
                    whole.push_str(body);
                }
            }
            all.push((file.clone(), name.to_owned(), whole));
        }
    }
    all
}

#[test]
fn every_type_is_in_the_suite() {
    let (structs, tests) = (structs(), tests());
    let mut text = String::from(
        "# The conformance suite\n\nEvery resource type passes one suite (`crates/provider-aws/tests/emulator`). On the emulator a type is made by the real engine, \
         whose first call is\nthrottled and whose process dies after the second was carried out; the next run must find it by name, tag or caller reference and make \
         nothing\ntwice. It is then compared with what was asked for, field by field, changed (twice over, as if an answer had been lost), and removed (twice over).\n\
         What the emulator lacks is tried against a recording server, by the shape of each request.\n\nThe engine itself goes through a crash before and after every \
         write of its journal, lost answers, throttles and refusals of each kind on the fake cloud\n(`crates/engine/tests/engine`), and through random histories of them \
         ([simulation](simulation.md)).\n\n| type | how | tests |\n| --- | --- | --- |\n",
    );
    let mut missing = BTreeSet::new();
    for entry in strata_aws::entries() {
        let type_name = entry.contract.type_name;
        let name = structs.get(type_name).unwrap_or_else(|| panic!("{type_name} has no struct"));
        let mut emulator = BTreeSet::new();
        let mut recorded = BTreeSet::new();
        for (file, test, whole) in &tests {
            if names(whole, name) {
                let list = if whole.contains("recorded(") || file.ends_with("unsupported.rs") { &mut recorded } else { &mut emulator };
                list.insert(format!("`{}::{test}`", file.trim_end_matches(".rs").replace('/', "::")));
            }
        }
        if emulator.is_empty() && recorded.is_empty() {
            missing.insert(type_name);
        }
        let how = match (emulator.is_empty(), recorded.is_empty()) {
            (false, false) => "emulator, recorded requests",
            (false, true) => "emulator",
            _ => "recorded requests",
        };
        let list = emulator.union(&recorded).cloned().collect::<Vec<_>>().join(", ");
        text.push_str(&format!("| `{type_name}` | {how} | {list} |\n"));
    }
    assert_eq!(missing, BTreeSet::new(), "no test of the suite makes these");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    if std::env::var_os("STRATA_UPDATE_DOCS").is_some() {
        std::fs::write(&page, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap_or_default(), text, "STRATA_UPDATE_DOCS=1 writes docs/conformance.md anew");
}
