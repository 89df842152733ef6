//! `docs/language.md` is current: its tables of values and keys are made from the schemas, and what it says about verbs, outputs, sizes
//! and standards is compared with the code. `UPDATE_EXPECTED=1 cargo test -p strata-spec --test language` writes the generated parts anew.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};
use strata_spec::{Source, Standard, TargetKind, application_schema, load, outputs, platform_schema, sizes};

fn page() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language.md")
}

/// What may stand behind a key, in a few words.
fn kind(root: &Value, schema: &Value) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap();
        let target = &root["definitions"][name];
        return if target.get("properties").is_some() || tagged(target).is_some() {
            format!("[{}](#{})", title(name), anchor(name))
        } else {
            kind(root, target)
        };
    }
    if let Some(only) = schema.get("allOf").and_then(|all| all.get(0)) {
        return kind(root, only);
    }
    if let Some(text) = schema.get("x-strata").and_then(Value::as_str) {
        return format!("[{text}](#values)");
    }
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        return format!("`{word}`");
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(branches) = schema.get(key).and_then(Value::as_array) {
            let all: Vec<String> = branches.iter().map(|branch| kind(root, branch)).collect();
            return all.join(if all.iter().all(|one| one.starts_with('`')) { ", " } else { " or " });
        }
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => match schema.get("items") {
            Some(Value::Array(items)) => format!("[{}]", items.iter().map(|item| kind(root, item)).collect::<Vec<_>>().join(", ")),
            Some(item) => format!("list of {}", kind(root, item)),
            None => "list".to_owned(),
        },
        Some("object") => match schema.get("additionalProperties") {
            Some(Value::Object(value)) if !value.is_empty() => format!("name: {}", kind(root, &Value::Object(value.clone()))),
            _ => match schema.get("properties").and_then(Value::as_object) {
                Some(properties) => format!(
                    "{{{}}}",
                    properties.iter().map(|(key, value)| format!("`{key}`: {}", kind(root, value))).collect::<Vec<_>>().join(", ")
                ),
                None => "map".to_owned(),
            },
        },
        Some("integer") => {
            let bound = |key: &str| schema.get(key).and_then(Value::as_u64).filter(|bound| *bound < u64::from(u32::MAX));
            match (bound("minimum"), bound("maximum")) {
                (Some(least), Some(most)) => format!("whole number, {least} to {most}"),
                _ => "whole number".to_owned(),
            }
        }
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") => "text".to_owned(),
        _ => "anything".to_owned(),
    }
}

/// The branches of a definition that one key tells apart.
fn tagged(definition: &Value) -> Option<Vec<(&str, &Value)>> {
    let branches = definition.get("oneOf")?.as_array()?;
    branches.iter().map(|branch| Some((branch.get("properties")?.get("type")?.get("const")?.as_str()?, branch))).collect()
}

/// `ServiceLevel` is "Service level".
fn title(name: &str) -> String {
    let mut text = String::new();
    for (at, c) in name.chars().enumerate() {
        if at > 0 && c.is_uppercase() {
            text.push(' ');
        }
        text.extend(if at > 0 { c.to_lowercase().collect::<Vec<_>>() } else { vec![c] });
    }
    text
}

fn anchor(name: &str) -> String {
    title(name).to_lowercase().replace(' ', "-")
}

fn first(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().split("\n\n").next().unwrap_or_default()
}

fn table(root: &Value, schema: &Value, text: &mut String) {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let rows: Vec<_> = properties.iter().filter(|(_, value)| value.get("const").is_none()).collect();
    if rows.is_empty() {
        text.push_str("No options.\n");
        return;
    }
    text.push_str("| key | value | meaning |\n| --- | --- | --- |\n");
    for (key, value) in rows {
        let needed = if required.contains(&key.as_str()) { " **Required.**" } else { "" };
        writeln!(text, "| `{key}` | {} | {}{needed} |", kind(root, value), first(value).replace('|', "\\|")).unwrap();
    }
}

fn keys(root: &Value) -> String {
    let mut text = String::new();
    table(root, root, &mut text);
    for (name, definition) in root["definitions"].as_object().unwrap() {
        if let Some(branches) = tagged(definition) {
            writeln!(text, "\n### {}\n\n{} `type` says which; each type has options of its own.", title(name), first(definition)).unwrap();
            for (word, branch) in branches {
                writeln!(text, "\n#### `type: {word}`\n\n{}\n", first(branch)).unwrap();
                table(root, branch, &mut text);
            }
        } else if definition.get("properties").is_some() {
            writeln!(text, "\n### {}\n\n{}\n", title(name), first(definition)).unwrap();
            table(root, definition, &mut text);
        }
    }
    text
}

/// Every kind of text value of both schemas.
fn values() -> String {
    fn walk<'a>(schema: &'a Value, all: &mut BTreeMap<&'a str, &'a str>) {
        match schema {
            Value::Object(object) => {
                if let (Some(name), Some(hint)) =
                    (object.get("x-strata").and_then(Value::as_str), object.get("patternErrorMessage").and_then(Value::as_str))
                {
                    all.insert(name, hint);
                }
                object.values().for_each(|child| walk(child, all));
            }
            Value::Array(array) => array.iter().for_each(|child| walk(child, all)),
            _ => {}
        }
    }
    let (platform, app) = (platform_schema(), application_schema());
    let mut all = BTreeMap::new();
    walk(&platform, &mut all);
    walk(&app, &mut all);
    let rows: Vec<String> = all.iter().map(|(name, hint)| format!("| {name} | {} |\n", hint.replace('|', "\\|"))).collect();
    format!("| kind | how it is written |\n| --- | --- |\n{}", rows.concat())
}

#[test]
fn the_generated_parts_are_current() {
    let text = std::fs::read_to_string(page()).unwrap();
    let mut fresh = text.clone();
    for (name, content) in [("values", values()), ("platform", keys(&platform_schema())), ("app", keys(&application_schema()))] {
        let start_mark = format!("<!-- generated: {name} -->\n");
        let start = fresh.find(&start_mark).unwrap_or_else(|| panic!("no mark for {name}")) + start_mark.len();
        let end = start + fresh[start..].find("<!-- end -->").unwrap();
        fresh.replace_range(start..end, &format!("\n{content}\n"));
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(page(), &fresh).unwrap();
    }
    let written = std::fs::read_to_string(page()).unwrap();
    assert!(written == fresh, "docs/language.md is stale: run `UPDATE_EXPECTED=1 cargo test -p strata-spec --test language`");
}

/// The cells of the rows of a hand-written table whose first cell names this word.
fn row(text: &str, section: &str, word: &str) -> String {
    let start = text.find(&format!("\n## {section}\n")).unwrap_or_else(|| panic!("no section {section}"));
    let body = &text[start + 4..];
    let body = &body[..body.find("\n## ").unwrap_or(body.len())];
    let names = |line: &&str| {
        line.starts_with("| ") && line.split('|').nth(1).unwrap().split(',').any(|cell| cell.trim().trim_matches('`') == word)
    };
    body.lines().find(names).unwrap_or_else(|| panic!("no row for {word} in {section}")).to_owned()
}

#[test]
fn the_tables_written_by_hand_are_right() {
    let text = std::fs::read_to_string(page()).unwrap();
    for target in TargetKind::ALL {
        let verbs = row(&text, "`uses`", target.as_str());
        for verb in target.verbs() {
            assert!(verbs.contains(&format!("`{verb}`")), "{target}: {verb}");
        }
        assert_eq!(verbs.matches('`').count(), 2 * target.verbs().len(), "{target}: a verb too many");
        let published = row(&text, "Outputs", target.as_str());
        for output in outputs::outputs(*target) {
            assert!(published.contains(&format!("`{output}`")), "{target}: {output}");
        }
        assert_eq!(published.matches('`').count(), 2 * outputs::outputs(*target).len(), "{target}: an output too many");
    }
    for (target, published) in [("env", outputs::ENVIRONMENT_OUTPUTS), ("app", outputs::APPLICATION_OUTPUTS)] {
        assert!(published.iter().all(|output| row(&text, "Outputs", target).contains(&format!("`{output}`"))), "{target}");
    }
    for standard in Standard::ALL {
        assert!(text.contains(&format!("`{standard}`")), "{standard}");
    }
    let platform = load(&Source::new("platform.yaml", "platform: acme"), None).spec.unwrap();
    let platform = platform.platform();
    for word in sizes::WORDS {
        let size = strata_spec::Size::Word(word.parse().unwrap());
        let cells = row(&text, "Sizes", word);
        let database = sizes::postgres_size(platform, Some(&size));
        let cache = sizes::redis_size(platform, Some(&size));
        let search = sizes::search_size(platform, Some(&size));
        let container = sizes::container_size(platform, Some(&size));
        let memory = |mib: u64| if mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") };
        for expected in [
            database.class.as_str(),
            cache.class.as_str(),
            search.class.as_str(),
            &sizes::host_instance_type(platform, Some(&size)),
            &sizes::node_instance_type(platform, Some(&size)),
            &memory(container.memory_mib),
            &memory(sizes::function_memory_mib(platform, Some(&size))),
        ] {
            assert!(cells.contains(expected), "{word}: {expected}");
        }
        assert_eq!(cells.contains("two zones"), database.multi_zone, "{word}");
        assert_eq!(cells.contains("every zone"), search.multi_zone, "{word}");
        assert_eq!(cells.contains(&format!("{} replica", cache.replicas)), cache.replicas > 0, "{word}");
    }
}

/// The example at the top of the page is a good application.
#[test]
fn the_first_example_loads() {
    let text = std::fs::read_to_string(page()).unwrap();
    let start = text.find("```yaml\n").unwrap() + 8;
    let example = &text[start..start + text[start..].find("```").unwrap()];
    let platform = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ticketing/platform.yaml")).unwrap();
    let loaded = load(&Source::new("platform.yaml", platform), Some(&Source::new("app.yaml", example)));
    let said: Vec<&String> = loaded.diagnostics.iter().map(|diagnostic| &diagnostic.message).collect();
    assert!(loaded.spec.is_some(), "{said:?}");
}
