//! Policy documents as typed data (the JSON policy grammar of the IAM reference).
//!
//! Invariant: a document is kept in one normal form (lists always lists and sorted), so two documents that mean the same
//! compare equal whatever form AWS returned.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strata_graph::Text;

/// Allow or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever allows.
    Deny,
}

/// Who a statement of a resource's policy is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// AWS principals: ARNs, account ids or `*`.
    #[serde(rename = "AWS", default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub aws: Vec<Text>,
    /// AWS services, for example `ecs-tasks.amazonaws.com`.
    #[serde(rename = "Service", default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub service: Vec<Text>,
    /// Identity providers.
    #[serde(rename = "Federated", default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub federated: Vec<Text>,
}

/// Operator, then key, then values.
pub type Condition = BTreeMap<String, BTreeMap<String, Vec<Text>>>;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    /// A name of letters and digits, unique in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// Who; only in resources' policies.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "principal")]
    pub principal: Option<Principal>,
    /// Actions, for example `sqs:SendMessage`.
    #[serde(deserialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// Resources; absent in trust policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub resource: Vec<Text>,
    /// Conditions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "condition")]
    pub condition: Condition,
}

impl Statement {
    /// A statement that allows actions on resources.
    pub fn allow<A: Into<String>, R: Into<Text>>(
        sid: impl Into<String>,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self {
            sid: Some(sid.into()),
            effect: Effect::Allow,
            principal: None,
            action: actions.into_iter().map(Into::into).collect(),
            resource: resources.into_iter().map(Into::into).collect(),
            condition: BTreeMap::new(),
        }
    }

    /// The same, denying.
    pub fn deny<A: Into<String>, R: Into<Text>>(
        sid: impl Into<String>,
        actions: impl IntoIterator<Item = A>,
        resources: impl IntoIterator<Item = R>,
    ) -> Self {
        Self { effect: Effect::Deny, ..Self::allow(sid, actions, resources) }
    }

    /// With AWS principals.
    #[must_use]
    pub fn for_aws<P: Into<Text>>(mut self, principals: impl IntoIterator<Item = P>) -> Self {
        self.principal.get_or_insert_with(Principal::default).aws.extend(principals.into_iter().map(Into::into));
        self
    }

    /// With a service principal.
    #[must_use]
    pub fn for_service(mut self, service: impl Into<Text>) -> Self {
        self.principal.get_or_insert_with(Principal::default).service.push(service.into());
        self
    }

    /// With a condition, for example `StringEquals`, `aws:SourceAccount`.
    #[must_use]
    pub fn when<V: Into<Text>>(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.condition
            .entry(operator.to_owned())
            .or_default()
            .entry(key.to_owned())
            .or_default()
            .extend(values.into_iter().map(Into::into));
        self
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    /// Always `2012-10-17`.
    pub version: String,
    /// The statements.
    #[serde(deserialize_with = "one_or_many")]
    pub statement: Vec<Statement>,
}

impl Default for PolicyDocument {
    fn default() -> Self {
        Self { version: "2012-10-17".to_owned(), statement: Vec::new() }
    }
}

impl PolicyDocument {
    /// The policy of these statements, in normal form.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { statement: statements.into_iter().collect(), ..Self::default() }.normalized()
    }

    /// A trust policy: a service may assume the role.
    #[must_use]
    pub fn trust_service(service: &str) -> Self {
        let mut statement = Statement::allow("Trust", ["sts:AssumeRole"], Vec::<Text>::new());
        statement.sid = None;
        Self::new([statement.for_service(service)])
    }

    /// Reads a policy that AWS returned (URL-encoded forms must be decoded first).
    ///
    /// # Errors
    /// When the text is no policy.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<Self>(json).map(Self::normalized)
    }

    /// The JSON text of a policy without references.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        for statement in value.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
            single(statement.get_mut("Action"));
            single(statement.get_mut("Resource"));
            for kind in statement.get_mut("Principal").and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut()) {
                single(Some(kind));
            }
            let operators = statement.get_mut("Condition").and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut());
            for value in operators.filter_map(Value::as_object_mut).flat_map(|keys| keys.values_mut()) {
                single(Some(value));
            }
        }
        serde_json::to_string(&value)
    }

    /// Lists sorted, duplicates gone; the order of statements is kept.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        for statement in &mut self.statement {
            statement.action.sort();
            statement.action.dedup();
            statement.resource.sort();
            statement.resource.dedup();
            for values in statement.condition.values_mut().flat_map(BTreeMap::values_mut) {
                values.sort();
                values.dedup();
            }
            if let Some(principal) = &mut statement.principal {
                for list in [&mut principal.aws, &mut principal.service, &mut principal.federated] {
                    list.sort();
                    list.dedup();
                }
            }
        }
        self
    }
}

/// A list of one as the one: the form that AWS itself returns, and the only one in which the S3 of emulators finds a target of access logs and
/// scanners find a condition.
fn single(value: Option<&mut Value>) {
    if let Some(value) = value
        && let Value::Array(items) = value
        && items.len() == 1
        && let Some(one) = items.pop()
    {
        *value = one;
    }
}

fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    let items = match value {
        Value::Array(items) => items,
        one => vec![one],
    };
    items.into_iter().map(|item| serde_json::from_value(item).map_err(serde::de::Error::custom)).collect()
}

fn principal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Principal>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(star) => Ok(Some(Principal { aws: vec![star.into()], ..Principal::default() })),
        other => serde_json::from_value(other).map(Some).map_err(serde::de::Error::custom),
    }
}

fn condition<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Condition, D::Error> {
    let raw: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::deserialize(deserializer)?;
    raw.into_iter()
        .map(|(operator, keys)| {
            let keys = keys
                .into_iter()
                .map(|(key, value)| {
                    let items = match value {
                        Value::Array(items) => items,
                        one => vec![one],
                    };
                    let values = items
                        .into_iter()
                        .map(|item| match item {
                            Value::Bool(flag) => Ok(Text::from(flag.to_string())),
                            Value::Number(number) => Ok(Text::from(number.to_string())),
                            other => serde_json::from_value(other).map_err(serde::de::Error::custom),
                        })
                        .collect::<Result<Vec<Text>, D::Error>>()?;
                    Ok((key, values))
                })
                .collect::<Result<_, D::Error>>()?;
            Ok((operator, keys))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_aws_shortens_compares_equal() {
        let ours = PolicyDocument::new([Statement::allow("Read", ["s3:GetObject", "s3:GetBucketAcl"], ["arn:aws:s3:::a"])
            .for_aws(["*"])
            .when("Bool", "aws:SecureTransport", ["false"])]);
        let theirs = r#"{"Version":"2012-10-17","Statement":{"Sid":"Read","Effect":"Allow","Principal":"*",
            "Action":["s3:GetObject","s3:GetBucketAcl"],"Resource":"arn:aws:s3:::a","Condition":{"Bool":{"aws:SecureTransport":false}}}}"#;
        assert_eq!(PolicyDocument::parse(theirs).unwrap(), ours);
        assert_eq!(PolicyDocument::parse(&ours.to_json().unwrap()).unwrap(), ours);
    }
}
