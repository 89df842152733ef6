//! Secrets by name: an object that says which secrets of AWS Secrets Manager a pod gets, never what they are.
//!
//! The object is a `SecretProviderClass` of the Secrets Store CSI Driver with the provider for AWS; the driver reads the values with the pod's
//! own identity when the pod starts, and keeps them in a Kubernetes secret for as long as the pod lives.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, NamespaceResourceScope, Resource};
use serde::Serialize;
use serde_json::json;
use strata_graph::Text;

use crate::metadata::{Labels, name};
use crate::placeholder::encode;

/// `SecretProviderClass` of the Secrets Store CSI Driver.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretProviderClass {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: SecretProviderClassSpec,
}

/// What is read, and into which Kubernetes secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretProviderClassSpec {
    provider: String,
    parameters: BTreeMap<String, String>,
    secret_objects: Vec<serde_json::Value>,
}

impl Resource for SecretProviderClass {
    const API_VERSION: &'static str = "secrets-store.csi.x-k8s.io/v1";
    const GROUP: &'static str = "secrets-store.csi.x-k8s.io";
    const KIND: &'static str = "SecretProviderClass";
    const VERSION: &'static str = "v1";
    const URL_PATH_SEGMENT: &'static str = "secretproviderclasses";
    type Scope = NamespaceResourceScope;
}

impl Metadata for SecretProviderClass {
    type Ty = ObjectMeta;

    fn metadata(&self) -> &Self::Ty {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut Self::Ty {
        &mut self.metadata
    }
}

/// One secret that a workload gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The environment variable.
    pub variable: String,
    /// The ARN of the secret in AWS Secrets Manager.
    pub arn: Text,
    /// The key, where the secret is a JSON object.
    pub json_key: Option<String>,
}

impl Reference {
    /// From the form that Amazon ECS takes: the ARN, or `ARN:KEY::` for a key of a JSON object.
    #[must_use]
    pub fn of_ecs_form(variable: &str, text: &Text) -> Self {
        let (arn, json_key) = match text {
            Text::Join(parts) => match parts.split_last() {
                Some((Text::Literal(last), before)) => match last.strip_suffix("::").and_then(|rest| rest.rsplit_once(':')) {
                    Some((prefix, key)) => {
                        let arn = Text::join(before.iter().cloned().chain([prefix.into()]));
                        (arn, Some(key.to_owned()))
                    }
                    None => (text.clone(), None),
                },
                _ => (text.clone(), None),
            },
            _ => (text.clone(), None),
        };
        Self { variable: variable.to_owned(), arn, json_key }
    }
}

/// The name of a workload's SecretProviderClass, and of the Kubernetes secret that it fills.
#[must_use]
pub fn provider_name(workload: &str) -> String {
    name(&[workload, "secrets"])
}

/// The SecretProviderClass of a workload.
#[must_use]
pub fn provider(labels: &Labels, workload: &str, component: &str, region: &str, references: &[Reference]) -> SecretProviderClass {
    // JSON is YAML: the provider reads this string as a list of objects.
    let objects: Vec<serde_json::Value> = references
        .iter()
        .map(|reference| match &reference.json_key {
            Some(key) => json!({
                "objectName": encode(&reference.arn),
                "objectType": "secretsmanager",
                // The same secret may be read twice with another key: the alias of the whole must differ.
                "objectAlias": format!("{}.json", reference.variable),
                "jmesPath": [{"path": format!("\"{key}\""), "objectAlias": reference.variable}],
            }),
            None => json!({
                "objectName": encode(&reference.arn),
                "objectType": "secretsmanager",
                "objectAlias": reference.variable,
            }),
        })
        .collect();
    let data: Vec<serde_json::Value> =
        references.iter().map(|reference| json!({"key": reference.variable, "objectName": reference.variable})).collect();
    let name = provider_name(workload);
    SecretProviderClass {
        api_version: SecretProviderClass::API_VERSION,
        kind: SecretProviderClass::KIND,
        metadata: labels.metadata(&name, workload, component),
        spec: SecretProviderClassSpec {
            provider: "aws".to_owned(),
            parameters: [
                ("objects".to_owned(), serde_json::Value::from(objects).to_string()),
                ("region".to_owned(), region.to_owned()),
                ("usePodIdentity".to_owned(), "true".to_owned()),
            ]
            .into(),
            secret_objects: vec![json!({"secretName": name, "type": "Opaque", "data": data})],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strata_graph::{Address, Scope};

    #[test]
    fn a_key_of_a_secret_is_split_from_its_arn() {
        let arn = Text::output(&Address::new(Scope::environment("a", "b"), "db_instance", "db"), "MasterUserSecret.SecretArn");
        let with_key = Reference::of_ecs_form("DB_PASSWORD", &Text::join([arn.clone(), ":password::".into()]));
        assert_eq!((with_key.arn, with_key.json_key.as_deref()), (arn.clone(), Some("password")));
        let whole = Reference::of_ecs_form("API_KEY", &arn);
        assert_eq!((whole.arn, whole.json_key), (arn, None));
    }
}
