//! The JSON Schemas of the two files, generated from the types in [`crate::model`].
//!
//! They serve editors (completion, hover) and the shape check ([`crate::shape`]) alike. Draft 07 is what editors' YAML support reads best.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::model::{Application, Platform};
use crate::values::kind_by_pattern;

static PLATFORM: LazyLock<Value> =
    LazyLock::new(|| generate::<Platform>("platform.yaml: what operations decides once, for every application"));
static APPLICATION: LazyLock<Value> = LazyLock::new(|| generate::<Application>("app.yaml: what developers ask for"));

/// The JSON Schema (draft 07) of `platform.yaml`.
pub fn platform_schema() -> Value {
    PLATFORM.clone()
}

/// The JSON Schema (draft 07) of `app.yaml`.
pub fn application_schema() -> Value {
    APPLICATION.clone()
}

pub(crate) fn platform() -> &'static Value {
    &PLATFORM
}

pub(crate) fn application() -> &'static Value {
    &APPLICATION
}

fn generate<T: schemars::JsonSchema>(title: &str) -> Value {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    let mut value = schema.to_value();
    tidy(&mut value);
    let definitions = value.get("definitions").cloned().unwrap_or_default();
    inline_texts(&mut value, &definitions);
    if let Some(object) = value.as_object_mut() {
        object.insert("title".into(), title.into());
    }
    value
}

/// An absent key is written by leaving it out, so `null` is no value anywhere; and empty defaults say nothing.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(object) => {
            drop_null(object);
            if object.get("default").is_some_and(|default| !default.is_string() && !default.is_number() && !default.is_boolean()) {
                object.remove("default");
            }
            // Integers have a range of their own in Rust; the names of those types say nothing to a reader.
            if let Some(format) = object.get("format").and_then(Value::as_str).map(str::to_owned) {
                object.remove("format");
                let largest = match format.as_str() {
                    "uint32" => Some(u64::from(u32::MAX)),
                    "uint16" => Some(u64::from(u16::MAX)),
                    _ => None,
                };
                if let Some(largest) = largest {
                    object.entry("minimum").or_insert_with(|| 0.into());
                    object.entry("maximum").or_insert_with(|| largest.into());
                }
            }
            named_keys(object);
            object.values_mut().for_each(tidy);
        }
        Value::Array(array) => array.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// A map whose keys are names: `additionalProperties` with `propertyNames`, because editors complete values there and not under
/// `patternProperties`.
fn named_keys(object: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = object.get("patternProperties") else { return };
    let Some((pattern, value)) = patterns.iter().next().filter(|_| patterns.len() == 1) else { return };
    let (pattern, value) = (pattern.clone(), value.clone());
    object.remove("patternProperties");
    object.insert("additionalProperties".into(), value);
    let mut names = json!({ "pattern": pattern });
    if let Some(kind) = kind_by_pattern(&pattern) {
        names["patternErrorMessage"] = kind.hint.into();
    }
    object.insert("propertyNames".into(), names);
}

/// A reference to a text kind that has a description of its own is replaced by the kind itself with both descriptions: editors show only
/// one of the two otherwise.
fn inline_texts(value: &mut Value, definitions: &Value) {
    if let Value::Object(object) = value
        && let Some(reference) = object.get("allOf").and_then(|all| all.get(0)?.get("$ref")?.as_str())
        && let Some(Value::Object(kind)) = definitions.get(reference.rsplit('/').next().unwrap_or_default())
        && kind.contains_key("x-strata")
    {
        let mut merged = kind.clone();
        if let (Some(own), Some(general)) =
            (object.get("description").and_then(Value::as_str), kind.get("description").and_then(Value::as_str))
        {
            merged.insert("description".into(), format!("{own}\n\n{general}").into());
        }
        *object = merged;
        return;
    }
    match value {
        Value::Object(object) => object.values_mut().for_each(|child| inline_texts(child, definitions)),
        Value::Array(array) => array.iter_mut().for_each(|child| inline_texts(child, definitions)),
        _ => {}
    }
}

fn drop_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = object.get_mut(key) else {
            continue;
        };
        branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        let [only] = branches.as_slice() else { continue };
        let only = only.clone();
        object.remove(key);
        // Keys beside `$ref` are ignored in draft 07, so the branch is kept in an `allOf`.
        object.insert("allOf".into(), Value::Array(vec![only]));
    }
}
