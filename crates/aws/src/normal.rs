//! Normal forms that the property documents are written in.
//!
//! Invariant: two values that mean the same to AWS are written the same, whatever order or layout AWS returned them in.

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

/// Writes a list sorted: for lists whose order means nothing and whose items have a name of their own.
pub(crate) fn sorted<T: Serialize + Ord, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort();
    serializer.collect_seq(items)
}

/// Writes JSON text with sorted keys and without blanks; text that is no JSON stays as it is.
pub(crate) fn json_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => serializer.serialize_str(&with_sorted_keys(value).to_string()),
        Err(_) => serializer.serialize_str(text),
    }
}

fn with_sorted_keys(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(entries.into_iter().map(|(key, item)| (key, with_sorted_keys(item))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_sorted_keys).collect()),
        other => other,
    }
}
