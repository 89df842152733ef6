//! Properties: nothing panics, schema and types agree, overrides obey their laws.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;
use strata_diag::{Sources, render_text, to_json, to_sarif};
use strata_spec::{Source, Spec, load};

/// As many cases as a test run can afford; `PROPTEST_CASES=20000` looks longer.
fn config(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

static PLATFORM: LazyLock<String> = LazyLock::new(|| read("platform.yaml"));
static APP: LazyLock<String> = LazyLock::new(|| read("app.yaml"));

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{}/../../examples/ticketing/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Loads, renders in every form, resolves every environment; gives the codes.
fn everything(platform: &str, app: &str) -> Vec<String> {
    let loaded = load(&Source::new("platform.yaml", platform), Some(&Source::new("app.yaml", app)));
    assert_eq!(loaded.spec.is_none(), loaded.diagnostics.has_errors());
    let sources = Sources::new().with("platform.yaml", platform).with("app.yaml", app);
    let text = render_text(&loaded.diagnostics, &sources, 80, false);
    assert_eq!(text.is_empty(), loaded.diagnostics.is_empty());
    assert_eq!(to_json(&loaded.diagnostics)["diagnostics"].as_array().unwrap().len(), loaded.diagnostics.len());
    assert_eq!(to_sarif(&loaded.diagnostics)["runs"][0]["results"].as_array().unwrap().len(), loaded.diagnostics.len());
    for diagnostic in &loaded.diagnostics {
        let span = diagnostic.span.as_ref().unwrap();
        let source = if &*span.file == "app.yaml" { app } else { platform };
        assert!(source.is_char_boundary(span.offset) && source.is_char_boundary(span.offset + span.length), "{diagnostic:?}");
    }
    if let Some(spec) = &loaded.spec {
        for name in spec.environments() {
            let resolved = spec.resolve(name.as_str()).unwrap();
            assert!(!resolved.resolved_yaml_with_origins().is_empty());
            strata_spec::not_built_yet(&resolved);
        }
    }
    loaded.diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
}

fn cut(text: &str, at: usize) -> usize {
    let mut at = at % (text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Words that matter to the language, and characters that matter to YAML.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            ":",
            "-",
            "{",
            "}",
            "[",
            "]",
            "\n",
            "\n  ",
            "\t",
            "'",
            "\"",
            "#",
            "&a ",
            "*a",
            "!!str ",
            "|",
            ">",
            "null",
            "true",
            "0",
            "-1",
            "1e9",
            "é",
            "\u{1F600}",
            "${",
            "${db.url}",
            "${env.host}",
            "$${",
            "uses",
            "db",
            "api",
            "read",
            "write",
            "tiny",
            "override",
            "4294967296",
            "10.0.0.0/8",
            "/16",
            "20s",
            "services.api",
            "---",
            "...",
            "%",
            "@",
            "<<: ",
            "\0",
            "\r",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn arbitrary_text_never_panics(platform in "\\PC{0,200}", app in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        everything(&platform, &app);
        everything(&String::from_utf8_lossy(&bytes), &app);
    }

    #[test]
    fn mutated_reference_files_never_panic(edits in prop::collection::vec((any::<bool>(), any::<usize>(), 0usize..12, fragment()), 1..4)) {
        let (mut platform, mut app) = (PLATFORM.clone(), APP.clone());
        for (which, at, remove, insert) in edits {
            let text = if which { &mut platform } else { &mut app };
            let start = cut(text, at);
            let end = cut(text, start + remove).max(start);
            text.replace_range(start..end, &insert);
        }
        let codes = everything(&platform, &app);
        // E0113 means that the schema accepted what the types refuse.
        prop_assert!(!codes.contains(&"E0113".to_owned()), "{codes:?}");
    }

    /// Every scalar of the files replaced by every other kind of value: shape and types must agree on all of them.
    #[test]
    fn replaced_values_are_read_or_explained(line in any::<usize>(), value in prop::sample::select(vec!["1", "-1", "1.5", "99999999999", "true", "~", "''", "word", "Word", "[]", "{}", "[a, b]", "{a: b}", "[1]", "{a: {b: c}}"]), in_platform in any::<bool>()) {
        let source = if in_platform { &*PLATFORM } else { &*APP };
        let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
        let at = line % lines.len();
        if let Some((key, _)) = lines[at].clone().split_once(": ") {
            lines[at] = format!("{key}: {value}");
        }
        let text = lines.join("\n");
        let codes = if in_platform { everything(&text, &APP) } else { everything(&PLATFORM, &text) };
        prop_assert!(!codes.contains(&"E0113".to_owned()), "{codes:?}\n{text}");
    }
}

fn with_override(text: &str) -> Option<Spec> {
    let app = APP.replace("override: {hosts.fares.count: 2}", &format!("override: {text}"));
    load(&Source::new("platform.yaml", PLATFORM.as_str()), Some(&Source::new("app.yaml", app))).spec
}

/// Paths that may be overridden, with values that are right for them.
fn change() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        (1u32..500).prop_map(|n| ("hosts.fares.count".to_owned(), n.to_string())),
        (10u32..500).prop_map(|n| ("services.web.scale.max".to_owned(), n.to_string())),
        (0u32..10).prop_map(|n| ("services.web.scale.min".to_owned(), n.to_string())),
        (1u16..u16::MAX).prop_map(|n| ("services.api.port".to_owned(), n.to_string())),
        prop::sample::select(vec!["debug", "info", "warn"]).prop_map(|word| ("services.api.env.LOG_LEVEL".to_owned(), word.to_owned())),
        prop::sample::select(vec!["tiny", "small", "large", "4"]).prop_map(|word| ("resources.db.size".to_owned(), word.to_owned())),
        (0u32..15).prop_map(|n| ("resources.db.replicas".to_owned(), n.to_string())),
        (1u32..35).prop_map(|n| ("resources.db.backups".to_owned(), format!("{n}d"))),
        prop::sample::select(vec!["[]", "['a.example.net:443']", "['a.example.net:443', '10.1.2.3:5432']"])
            .prop_map(|list| ("services.api.egress".to_owned(), list.to_owned())),
    ]
}

proptest! {
    #![proptest_config(config(64))]

    /// A path and the map that it stands for mean the same.
    #[test]
    fn a_path_is_the_same_as_nested_maps((path, value) in change()) {
        let flat = with_override(&format!("{{{path}: {value}}}")).unwrap().resolve("dev").unwrap();
        let parts: Vec<&str> = path.split('.').collect();
        let nested = parts.iter().rev().fold(value.clone(), |inner, part| format!("{{{part}: {inner}}}"));
        let nested = with_override(&nested).unwrap().resolve("dev").unwrap();
        prop_assert_eq!(without_overrides(&flat), without_overrides(&nested));
    }

    /// An override changes its own path and nothing else, and leaves other environments alone.
    #[test]
    fn an_override_changes_only_its_path((path, value) in change()) {
        let changed = with_override(&format!("{{{path}: {value}}}")).unwrap();
        let plain = with_override("{}").unwrap();
        prop_assert_eq!(without_overrides(&changed.resolve("staging").unwrap()), without_overrides(&plain.resolve("staging").unwrap()));
        let mut expected = without_overrides(&plain.resolve("dev").unwrap());
        let actual = without_overrides(&changed.resolve("dev").unwrap());
        let pointer = format!("/{}", path.replace('.', "/"));
        let written = actual.pointer(&pointer).cloned().unwrap_or(serde_json::Value::Null);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = expected.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if written.is_null() { parent.remove(key); } else { parent.insert(key.to_owned(), written); }
        prop_assert_eq!(actual, expected);
    }

    /// Different paths do not depend on the order in which they are written.
    #[test]
    fn the_order_of_paths_does_not_matter(first in change(), second in change()) {
        prop_assume!(first.0 != second.0);
        let write = |a: &(String, String), b: &(String, String)| format!("{{{}: {}, {}: {}}}", a.0, a.1, b.0, b.1);
        let one = with_override(&write(&first, &second)).unwrap().resolve("dev").unwrap();
        let two = with_override(&write(&second, &first)).unwrap().resolve("dev").unwrap();
        prop_assert_eq!(without_overrides(&one), without_overrides(&two));
    }
}

/// The application as JSON, without the environments, whose overrides are written differently.
fn without_overrides(resolved: &strata_spec::Resolved) -> serde_json::Value {
    let mut value = serde_json::to_value(&resolved.application).unwrap();
    value.as_object_mut().unwrap().remove("environments");
    value
}
