//! A manifest: one object as a document with references, and why it exists.

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;
use strata_graph::document::as_reference;
use strata_graph::{Document, Origin, OutputReference, Text};

use crate::placeholder;

/// Why an object is no manifest; always a mistake of the code that built it.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be written as JSON.
    #[error("the Kubernetes object {name} cannot be written: {source}")]
    Unwritable {
        /// Its kind and name.
        name: String,
        /// What was wrong.
        source: serde_json::Error,
    },
}

/// One Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// For example `apps/v1`.
    pub api_version: String,
    /// For example `Deployment`.
    pub kind: String,
    /// Its name, unique among its kind in its namespace.
    pub name: String,
    /// Its namespace; none for objects of the whole cluster.
    pub namespace: Option<String>,
    /// The whole object; strings may be references.
    pub object: Document,
    /// The lines that asked for it.
    pub origins: Vec<Origin>,
    /// One sentence on why it exists.
    pub purpose: String,
}

impl Manifest {
    /// The manifest of a typed object, whose strings may hold references in the form of [`placeholder`].
    ///
    /// # Errors
    /// [`ManifestError::Unwritable`] when the object has no JSON form.
    pub fn of<T>(object: &T, origins: Vec<Origin>, purpose: impl Into<String>) -> Result<Self, ManifestError>
    where
        T: Metadata<Ty = ObjectMeta> + Serialize,
    {
        let metadata = object.metadata();
        let name = metadata.name.clone().unwrap_or_default();
        let mut value =
            serde_json::to_value(object).map_err(|source| ManifestError::Unwritable { name: format!("{}/{name}", T::KIND), source })?;
        decode(&mut value);
        let object = Document::of(&value).map_err(|source| ManifestError::Unwritable { name: format!("{}/{name}", T::KIND), source })?;
        Ok(Self {
            api_version: T::API_VERSION.to_owned(),
            kind: T::KIND.to_owned(),
            name,
            namespace: metadata.namespace.clone(),
            object,
            origins,
            purpose: purpose.into(),
        })
    }

    /// Every output that the object refers to, in document order.
    #[must_use]
    pub fn references(&self) -> Vec<OutputReference> {
        self.object.references()
    }
}

/// Turns every string that holds a reference into its wire form.
fn decode(value: &mut Value) {
    match value {
        Value::String(string) => {
            let text = placeholder::decode(string);
            *value = match text {
                Text::Literal(literal) => Value::String(literal),
                other => serde_json::to_value(other).unwrap_or(Value::Null),
            };
        }
        Value::Array(items) => items.iter_mut().for_each(decode),
        // A reference that is there already is left as it is.
        Value::Object(_) if as_reference(value).is_some() => {}
        Value::Object(map) => map.values_mut().for_each(decode),
        _ => {}
    }
}
