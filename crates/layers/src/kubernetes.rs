//! The Kubernetes objects of an environment on a cluster with `runtime: kubernetes`: compiled and exported, not applied yet.
//!
//! Invariants: the AWS side of each pod is the graph's, taken from [`crate::application::Pod`]; an environment on Amazon ECS has no object; a workload without an
//! image runs nothing and says what it waits for; no secret's value is in any object.

mod doors;
mod policies;
mod workloads;

use std::collections::BTreeMap;

use strata_graph::Origin;
use strata_kubernetes::k8s_openapi::Metadata;
use strata_kubernetes::k8s_openapi::api::core::v1::Namespace;
use strata_kubernetes::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use strata_kubernetes::{Labels, Manifest, ManifestError, network};

use crate::environment::Context;

/// What a workload without an image waits for, as an annotation of its object.
pub const WAITING_FOR: &str = "strata/waiting-for";

/// Compiles every object of the environment; none on Amazon ECS.
///
/// # Errors
/// An object has no JSON form, which is a mistake of ours.
pub(crate) fn compile(context: &Context<'_>) -> Result<Vec<Manifest>, ManifestError> {
    if context.cluster.is_ecs() {
        return Ok(Vec::new());
    }
    let mut objects = Objects {
        labels: Labels::new(context.platform.platform.as_str(), context.application(), context.environment()),
        context,
        all: Vec::new(),
    };
    let environment = format!("environments.{}", context.environment());
    let namespace = namespace(&objects.labels);
    objects.add(&namespace, &[&environment], "Holds everything of the environment; admits only pods that give up all privileges.")?;
    let deny = network::default_deny(&objects.labels);
    objects.add(&deny, &[&environment], "Nothing talks and nothing is talked to, but for what the other policies say.")?;
    let dns = network::allow_dns(&objects.labels);
    objects.add(&dns, &[&environment], "Every pod may ask the cluster's name service.")?;
    workloads::compile(&mut objects)?;
    policies::compile(&mut objects)?;
    doors::compile(&mut objects)?;
    Ok(objects.all)
}

/// The namespace admits only pods of the Pod Security Standard `restricted`.
fn namespace(labels: &Labels) -> Namespace {
    let mut all: BTreeMap<String, String> = labels.common();
    for mode in ["enforce", "audit", "warn"] {
        all.insert(format!("pod-security.kubernetes.io/{mode}"), "restricted".to_owned());
        all.insert(format!("pod-security.kubernetes.io/{mode}-version"), "latest".to_owned());
    }
    Namespace {
        metadata: ObjectMeta { name: Some(labels.namespace.clone()), labels: Some(all), ..ObjectMeta::default() },
        ..Namespace::default()
    }
}

/// The objects while they are made.
struct Objects<'c, 'a> {
    context: &'c Context<'a>,
    labels: Labels,
    all: Vec<Manifest>,
}

impl Objects<'_, '_> {
    /// Adds an object that these key paths asked for.
    fn add<T>(&mut self, object: &T, keys: &[&str], purpose: impl Into<String>) -> Result<(), ManifestError>
    where
        T: Metadata<Ty = ObjectMeta> + serde::Serialize,
    {
        let origins: Vec<Origin> = keys.iter().map(|key| self.context.builder.origin(key)).collect();
        self.all.push(Manifest::of(object, origins, purpose)?);
        Ok(())
    }
}
