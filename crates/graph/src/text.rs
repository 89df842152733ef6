//! A string property that may not be known before apply: a literal, another resource's output, or a join of such.
//!
//! Invariant: the JSON form of a text is a plain string exactly when the text is a literal, so a document without
//! references is plain data. References are objects with one key that starts with `$`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Address;

/// An output of another resource, by the name in that resource type's contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutputReference {
    /// Whose output.
    pub of: Address,
    /// Which output, for example `Arn`.
    pub output: String,
}

/// A value that the account or region itself supplies, known when a plan runs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pseudo {
    /// The twelve digits of the account.
    AccountId,
    /// The region's name.
    Region,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    Partition,
}

/// A string that may be, or hold, something known only at apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Text {
    /// Known now.
    Literal(String),
    /// Another resource's output.
    Output(OutputReference),
    /// Supplied by the account or region.
    Pseudo(Pseudo),
    /// The parts one after another.
    Join(Vec<Text>),
}

/// A text that still holds a reference where a known value was needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is known only after apply")]
pub struct Unresolved(pub String);

impl Text {
    /// The output `output` of the resource at `of`.
    pub fn output(of: &Address, output: impl Into<String>) -> Self {
        Self::Output(OutputReference { of: of.clone(), output: output.into() })
    }

    /// The parts one after another; neighbouring literals are merged, so equal texts have equal forms.
    pub fn join(parts: impl IntoIterator<Item = Text>) -> Self {
        let mut merged: Vec<Text> = Vec::new();
        let mut queue: Vec<Text> = parts.into_iter().collect();
        queue.reverse();
        while let Some(part) = queue.pop() {
            match part {
                Self::Join(inner) => queue.extend(inner.into_iter().rev()),
                Self::Literal(text) => {
                    if let Some(Self::Literal(last)) = merged.last_mut() {
                        last.push_str(&text);
                    } else if !text.is_empty() {
                        merged.push(Self::Literal(text));
                    }
                }
                other => merged.push(other),
            }
        }
        match (merged.len(), merged.pop()) {
            (_, None) => Self::Literal(String::new()),
            (1, Some(only)) => only,
            (_, Some(last)) => {
                merged.push(last);
                Self::Join(merged)
            }
        }
    }

    /// The string, if it is known now.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// The string.
    ///
    /// # Errors
    /// [`Unresolved`] where the text still holds a reference.
    pub fn known(&self) -> Result<&str, Unresolved> {
        self.as_literal().ok_or_else(|| Unresolved(self.to_string()))
    }

    /// The text of a JSON value in wire form: a string, or an object with one key that starts with `$`. Says the same as deserializing the value,
    /// without copying it: every look at a document asks this of each of its values.
    #[must_use]
    pub fn of_json(value: &Value) -> Option<Self> {
        let map = match value {
            Value::String(text) => return Some(Self::Literal(text.clone())),
            Value::Object(map) if map.len() == 1 => map,
            _ => return None,
        };
        let (key, inner) = map.iter().next()?;
        match (key.as_str(), inner) {
            ("$output", Value::Object(reference)) => {
                let of = reference.get("of")?.as_str()?.parse().ok()?;
                Some(Self::Output(OutputReference { of, output: reference.get("output")?.as_str()?.to_owned() }))
            }
            ("$pseudo", Value::String(_)) => Pseudo::deserialize(inner).ok().map(Self::Pseudo),
            ("$join", Value::Array(parts)) => parts.iter().map(Self::of_json).collect::<Option<Vec<_>>>().map(Self::Join),
            _ => None,
        }
    }

    /// Puts every output the text refers to into `found`, in order of appearance.
    pub(crate) fn into_references(self, found: &mut Vec<OutputReference>) {
        match self {
            Self::Output(reference) => found.push(reference),
            Self::Join(parts) => parts.into_iter().for_each(|part| part.into_references(found)),
            Self::Literal(_) | Self::Pseudo(_) => {}
        }
    }

    /// Every output the text refers to, in order of appearance.
    #[must_use]
    pub fn references(&self) -> Vec<&OutputReference> {
        match self {
            Self::Output(reference) => vec![reference],
            Self::Join(parts) => parts.iter().flat_map(Self::references).collect(),
            Self::Literal(_) | Self::Pseudo(_) => Vec::new(),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::Literal(String::new())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::Literal(text)
    }
}

impl From<Pseudo> for Text {
    fn from(pseudo: Pseudo) -> Self {
        Self::Pseudo(pseudo)
    }
}

impl fmt::Display for Text {
    /// The form people read: `${vpc.main.VpcId}` for a reference.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => formatter.write_str(text),
            Self::Output(reference) => write!(formatter, "${{{}.{}}}", reference.of.short(), reference.output),
            Self::Pseudo(pseudo) => write!(formatter, "${{{pseudo:?}}}"),
            Self::Join(parts) => parts.iter().try_for_each(|part| part.fmt(formatter)),
        }
    }
}

/// The wire form: untagged, so a literal is a plain string.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Wire {
    Literal(String),
    Output {
        #[serde(rename = "$output")]
        output: OutputReference,
    },
    Pseudo {
        #[serde(rename = "$pseudo")]
        pseudo: Pseudo,
    },
    Join {
        #[serde(rename = "$join")]
        join: Vec<Text>,
    },
}

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(text) => serializer.serialize_str(text),
            Self::Output(reference) => Wire::Output { output: reference.clone() }.serialize(serializer),
            Self::Pseudo(pseudo) => Wire::Pseudo { pseudo: *pseudo }.serialize(serializer),
            Self::Join(parts) => Wire::Join { join: parts.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Literal(text) => Self::Literal(text),
            Wire::Output { output } => Self::Output(output),
            Wire::Pseudo { pseudo } => Self::Pseudo(pseudo),
            Wire::Join { join } => Self::Join(join),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Scope;

    #[test]
    fn a_literal_is_a_plain_string_and_a_reference_survives_json() {
        let vpc = Address::new(Scope::Network("prod".into()), "vpc", "main");
        let text = Text::join(["a-".into(), "b-".into(), Text::output(&vpc, "VpcId"), "".into(), Pseudo::Region.into()]);
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, r#"{"$join":["a-b-",{"$output":{"of":"network/prod/vpc.main","output":"VpcId"}},{"$pseudo":"Region"}]}"#);
        assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), text);
        assert_eq!(serde_json::to_string(&Text::from("x")).unwrap(), "\"x\"");
        assert_eq!(text.to_string(), "a-b-${vpc.main.VpcId}${Region}");
        assert_eq!(text.references().len(), 1);
    }

    #[test]
    fn reading_json_in_place_says_the_same_as_deserializing_it() {
        let output = serde_json::json!({"$output": {"of": "network/prod/vpc.main", "output": "VpcId"}});
        for value in [
            serde_json::json!("plain"),
            output.clone(),
            serde_json::json!({"$pseudo": "Region"}),
            serde_json::json!({"$join": ["a", output, {"$pseudo": "AccountId"}, {"$join": []}]}),
            serde_json::json!({"$pseudo": "Planet"}),
            serde_json::json!({"$pseudo": 1}),
            serde_json::json!({"$output": {"of": "no address", "output": "VpcId"}}),
            serde_json::json!({"$output": {"of": "network/prod/vpc.main"}}),
            serde_json::json!({"$output": "network/prod/vpc.main"}),
            serde_json::json!({"$join": ["a", 1]}),
            serde_json::json!({"$join": "a"}),
            serde_json::json!({"Key": "value"}),
            serde_json::json!({}),
            serde_json::json!(["a"]),
            serde_json::json!(1),
            serde_json::json!(null),
        ] {
            assert_eq!(Text::of_json(&value), serde_json::from_value(value.clone()).ok(), "{value}");
        }
    }

    #[test]
    fn joining_literals_gives_a_literal() {
        assert_eq!(Text::join(["a".into(), Text::join(["b".into(), "c".into()])]), Text::from("abc"));
        assert_eq!(Text::join([]), Text::from(""));
    }
}
