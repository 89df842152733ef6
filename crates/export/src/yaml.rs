//! YAML trees with an order of keys that people expect, printed by serde-saphyr.
//!
//! Invariant: the order of keys never depends on how a map was built: known keys come first in the order of [`FIRST`], the rest by name.
//! Strings that some YAML reader would take for something else (`no`, `1.33`, `2012-10-17`) are quoted by the printer.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

/// Keys that open a map, in this order, where they are in it: of templates, of manifests, of policy statements.
const FIRST: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Type",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Description",
    "Metadata",
    "Parameters",
    "Resources",
    "Outputs",
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "namespace",
    "Version",
    "Sid",
    "Effect",
    "Principal",
    "Action",
];

/// The keys of a map in the order in which they are printed.
pub(crate) fn ordered(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by(|(first, _), (second, _)| rank(first).cmp(&rank(second)).then_with(|| first.cmp(second)));
    entries
}

/// JSON that serializes in the order of [`ordered`].
struct Ordered<'a>(&'a Value);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Ordered(item))?;
                }
                list.end()
            }
            Value::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in ordered(entries) {
                    map.serialize_entry(key, &Ordered(value))?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

/// The YAML document of a JSON value, opened by comment lines.
///
/// # Errors
/// The printer's message; it has none for JSON values that fit in memory.
pub(crate) fn document(comment: &[String], value: &Value) -> Result<String, String> {
    let mut text: String = comment.iter().flat_map(|line| line.lines()).map(|line| format!("# {line}\n")).collect();
    let options = serde_saphyr::ser_options! {
        compact_list_indent: true,
        // Folding would wrap long strings at spaces: correct, but no reader expects it.
        folded_wrap_chars: usize::MAX,
    };
    text.push_str(&serde_saphyr::to_string_with_options(&Ordered(value), options).map_err(|error| error.to_string())?);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_stay_strings() {
        let value = serde_json::json!({
            "kind": "x", "apiVersion": "v1", "a": ["no", "1.33", "2012-10-17", "0x1f", "~", "", "a: b", "- x", "#", "y", "1e3", "12:30:00"],
            "script": "#!/bin/sh\nset -e\n\techo ${x}\n", "tail": "a\nb", "true": true, "n": 7,
        });
        let text = document(&["one".into()], &value).unwrap();
        assert!(text.starts_with("# one\napiVersion: v1\nkind: x\n"), "{text}");
        assert_eq!(serde_saphyr::from_str::<Value>(&text).unwrap(), value, "{text}");
    }

    proptest! {
        #[test]
        fn any_string_is_read_back(text in "\\PC{0,40}|[ -~\n\t]{0,60}", key in "[a-z:# -]{1,12}") {
            let value = serde_json::json!({ key: [text.clone(), {"k": text}] });
            let yaml = document(&[], &value).unwrap();
            prop_assert_eq!(serde_saphyr::from_str::<Value>(&yaml).unwrap(), value, "{}", yaml);
        }
    }
}
