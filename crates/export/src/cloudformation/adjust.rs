//! Where a template's properties differ from our documents.
//!
//! Documents are in CloudFormation's own vocabulary, so this table is short; each row says why it is there. It works on properties whose
//! references are intrinsic functions already.

use serde_json::{Map, Value, json};
use strata_graph::CloudFormationForm;

/// Puts the properties of a type into the form that templates have.
pub(super) fn properties(type_name: &str, form: Option<CloudFormationForm>, properties: &mut Map<String, Value>) {
    if form == Some(CloudFormationForm::TagList) {
        tag_list(properties, "Tags");
    }
    let _ = type_name;
}

/// Attributes of a resource beside its properties.
pub(super) fn attributes(_type_name: &str, _body: &mut Map<String, Value>) {}

/// Documents hold tags as a map; most types of CloudFormation want a list of `Key` and `Value`.
fn tag_list(properties: &mut Map<String, Value>, key: &str) {
    if let Some(Value::Object(tags)) = properties.get(key) {
        let mut keys: Vec<(&String, &Value)> = tags.iter().collect();
        keys.sort_by_key(|(key, _)| *key);
        let list: Vec<Value> = keys.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        properties.insert(key.to_owned(), Value::Array(list));
    }
}
