//! Names and labels of Kubernetes objects.
//!
//! Invariant: a name is a DNS label of at most 63 characters; labels that selectors use never change while an application lives.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use strata_graph::name::bounded;

/// The longest DNS label (RFC 1123).
const LONGEST: usize = 63;

/// A name of the parts, joined by `-`: lower case, other characters than letters and digits as `-`.
#[must_use]
pub fn name(parts: &[&str]) -> String {
    let clean: Vec<String> = parts
        .iter()
        .map(|part| {
            part.chars()
                .map(|character| {
                    let lower = character.to_ascii_lowercase();
                    if lower.is_ascii_alphanumeric() { lower } else { '-' }
                })
                .collect::<String>()
                .trim_matches('-')
                .to_owned()
        })
        .filter(|part| !part.is_empty())
        .collect();
    bounded(&clean.iter().map(String::as_str).collect::<Vec<_>>(), LONGEST)
}

/// What all objects of an environment have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The platform's name.
    pub platform: String,
    /// The application's name.
    pub application: String,
    /// The environment's name.
    pub environment: String,
    /// The namespace of its objects.
    pub namespace: String,
}

impl Labels {
    /// The labels of an environment of an application.
    #[must_use]
    pub fn new(platform: &str, application: &str, environment: &str) -> Self {
        Self {
            platform: platform.to_owned(),
            application: application.to_owned(),
            environment: environment.to_owned(),
            namespace: name(&[application, environment]),
        }
    }

    /// The labels of every object (the recommended labels of Kubernetes).
    #[must_use]
    pub fn common(&self) -> BTreeMap<String, String> {
        [
            ("app.kubernetes.io/part-of", &self.application),
            ("app.kubernetes.io/managed-by", &"strata".to_owned()),
            ("strata/platform", &self.platform),
            ("strata/environment", &self.environment),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), label_value(value)))
        .collect()
    }

    /// The labels of a workload's objects.
    #[must_use]
    pub fn of(&self, workload: &str, component: &str) -> BTreeMap<String, String> {
        let mut all = self.common();
        all.insert("app.kubernetes.io/component".to_owned(), label_value(component));
        all.extend(Self::selecting(workload));
        all
    }

    /// The labels by which a workload's pods are found.
    #[must_use]
    pub fn selecting(workload: &str) -> BTreeMap<String, String> {
        [("app.kubernetes.io/name".to_owned(), name(&[workload]))].into()
    }

    /// The selector of a workload's pods.
    #[must_use]
    pub fn selector(workload: &str) -> LabelSelector {
        LabelSelector { match_labels: Some(Self::selecting(workload)), ..LabelSelector::default() }
    }

    /// The metadata of an object of a workload in the namespace.
    #[must_use]
    pub fn metadata(&self, object: &str, workload: &str, component: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(object.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(self.of(workload, component)),
            ..ObjectMeta::default()
        }
    }

    /// The metadata of an object of the environment itself.
    #[must_use]
    pub fn shared(&self, object: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(object.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(self.common()),
            ..ObjectMeta::default()
        }
    }
}

/// A label's value: letters, digits, `-`, `_`, `.`, at most 63, beginning and ending with a letter or digit.
fn label_value(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || "-_.".contains(character) { character } else { '-' })
        .take(LONGEST)
        .collect();
    clean.trim_matches(|character: char| !character.is_ascii_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_labels() {
        assert_eq!(name(&["Ticketing", "dev"]), "ticketing-dev");
        assert_eq!(name(&["_a.b_", "", "c"]), "a-b-c");
        let long = name(&["a-very-long-application-name-indeed", "with-an-environment-name-as-long"]);
        assert!(long.len() <= 63 && !long.ends_with('-'), "{long}");
        assert_eq!(label_value("platform@acme.example"), "platform-acme.example");
    }
}
