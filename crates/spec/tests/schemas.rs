//! The JSON Schemas in `schema/` are those of the types. `UPDATE_EXPECTED=1 cargo test -p strata-spec --test schemas` writes them anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn the_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (name, schema) in [("platform.json", strata_spec::platform_schema()), ("app.json", strata_spec::application_schema())] {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = folder.join(name);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == text, "{name} is stale: run `UPDATE_EXPECTED=1 cargo test -p strata-spec --test schemas`");
    }
}

/// Every key of both files has a description, so that completion can say what it is for.
#[test]
fn every_key_is_described() {
    fn walk(schema: &serde_json::Value, path: &str, bare: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(object) => {
                if let Some(properties) = object.get("properties").and_then(|properties| properties.as_object()) {
                    for (key, property) in properties {
                        if property.get("description").is_none() && property.get("const").is_none() {
                            bare.push(format!("{path}/{key}"));
                        }
                    }
                }
                object.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), bare));
            }
            serde_json::Value::Array(array) => array.iter().for_each(|value| walk(value, path, bare)),
            _ => {}
        }
    }
    let mut bare = Vec::new();
    walk(&strata_spec::platform_schema(), "platform", &mut bare);
    walk(&strata_spec::application_schema(), "app", &mut bare);
    assert!(bare.is_empty(), "{bare:#?}");
}
