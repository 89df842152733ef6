//! A resource's properties as data: JSON whose strings may be references.
//!
//! Invariant: resolving a document replaces every reference whose value is known and touches nothing else.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::text::{OutputReference, Pseudo, Text};

/// The properties of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(pub Fields);

/// The fields of a document. A copy shares them with the original until one of both is changed: a graph's properties are also those of a
/// plan's action, a journal's intent, a state and an observation, and take their memory once.
#[derive(Debug, Clone, Default)]
pub struct Fields(Arc<Map<String, Value>>);

impl Deref for Fields {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Fields {}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a String, &'a Value);
    type IntoIter = serde_json::map::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|map| Self(Arc::new(map)))
    }
}

impl From<Map<String, Value>> for Document {
    fn from(map: Map<String, Value>) -> Self {
        Self(Fields(Arc::new(map)))
    }
}

impl Document {
    /// The document of a typed value.
    ///
    /// # Errors
    /// When the value does not serialize to a JSON object.
    pub fn of(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        match serde_json::to_value(value)? {
            Value::Object(map) => Ok(map.into()),
            other => serde_json::from_value(other),
        }
    }

    /// The typed value of the document.
    ///
    /// # Errors
    /// When a field is missing, unknown or of another type.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&*self.0)
    }

    /// The value at a dotted path such as `Policy.Statement`; list items by their index.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = self.0.get(parts.next()?)?;
        for part in parts {
            value = match value {
                Value::Object(map) => map.get(part)?,
                Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Every output that the document refers to, in document order.
    #[must_use]
    pub fn references(&self) -> Vec<OutputReference> {
        let mut found = Vec::new();
        for value in self.0.values() {
            collect(value, &mut found);
        }
        found
    }

    /// The document with every text resolved for which `output` or `pseudo` knows the value.
    #[must_use]
    pub fn resolve(&self, output: &dyn Fn(&OutputReference) -> Option<String>, pseudo: &dyn Fn(Pseudo) -> Option<String>) -> Self {
        if self.is_resolved() {
            return self.clone();
        }
        self.0.iter().map(|(key, value)| (key.clone(), resolve_value(value, output, pseudo))).collect::<Map<_, _>>().into()
    }

    /// Whether nothing is left to resolve.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        !self.0.values().any(holds_reference)
    }
}

/// Whether a JSON object is the wire form of a reference (and not a map of properties).
#[must_use]
pub fn as_reference(value: &Value) -> Option<Text> {
    if matches!(value, Value::String(_)) { None } else { Text::of_json(value) }
}

/// Whether a value is, or holds, a reference.
#[must_use]
pub fn holds_reference(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_reference),
        Value::Object(map) => as_reference(value).is_some() || map.values().any(holds_reference),
        _ => false,
    }
}

fn collect(value: &Value, found: &mut Vec<OutputReference>) {
    if let Some(text) = as_reference(value) {
        text.into_references(found);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn resolve_value(value: &Value, output: &dyn Fn(&OutputReference) -> Option<String>, pseudo: &dyn Fn(Pseudo) -> Option<String>) -> Value {
    if let Some(text) = as_reference(value) {
        return serde_json::to_value(resolve_text(&text, output, pseudo)).unwrap_or_else(|_| value.clone());
    }
    match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| resolve_value(item, output, pseudo)).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, item)| (key.clone(), resolve_value(item, output, pseudo))).collect()),
        plain => plain.clone(),
    }
}

fn resolve_text(text: &Text, output: &dyn Fn(&OutputReference) -> Option<String>, pseudo: &dyn Fn(Pseudo) -> Option<String>) -> Text {
    match text {
        Text::Literal(_) => text.clone(),
        Text::Output(reference) => output(reference).map_or_else(|| text.clone(), Text::Literal),
        Text::Pseudo(kind) => pseudo(*kind).map_or_else(|| text.clone(), Text::Literal),
        Text::Join(parts) => Text::join(parts.iter().map(|part| resolve_text(part, output, pseudo))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Address, Scope};

    #[test]
    fn resolving_fills_what_is_known_and_leaves_the_rest() {
        let vpc = Address::new(Scope::Network("a".into()), "vpc", "main");
        let document = Document::of(&serde_json::json!({
            "VpcId": Text::output(&vpc, "VpcId"),
            "Nested": {"List": [Text::join(["arn:".into(), Pseudo::Region.into()])]},
        }))
        .unwrap();
        assert_eq!(document.references().len(), 1);
        let half = document.resolve(&|_| None, &|_| Some("us-east-1".into()));
        assert!(!half.is_resolved());
        assert_eq!(half.at("Nested.List.0").unwrap(), "arn:us-east-1");
        let mut changed = half.clone();
        changed.0.insert("VpcId".into(), "vpc-0".into());
        assert!(half.at("VpcId").unwrap().is_object(), "a copy that is changed leaves the original as it was");
        let whole = half.resolve(&|_| Some("vpc-1".into()), &|_| None);
        assert!(whole.is_resolved());
        assert_eq!(whole.at("VpcId").unwrap(), "vpc-1");
    }
}
