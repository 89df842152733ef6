//! Kubernetes manifests: one file for each object, and a kustomization that applies all of them.
//!
//! Invariants: references to AWS resources are values where state knows them and placeholders `${NAME}` where it does not; every placeholder
//! is listed in `placeholders.env` with what it stands for; a literal is never taken for a placeholder, because only listed names are
//! replaced; no value of a secret is in any file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};
use strata_aws::contracts;
use strata_graph::document::as_reference;
use strata_graph::name::fingerprint;
use strata_graph::{Address, OutputReference, Scope, Text};
use strata_kubernetes::Manifest;

use crate::context::{ExportContext, ExportError, Files, Placement};
use crate::yaml;

/// The order in which kinds are listed, which is an order in which they can be made.
const ORDER: &[&str] = &[
    "Namespace",
    "IngressClass",
    "NetworkPolicy",
    "ServiceAccount",
    "ConfigMap",
    "SecretProviderClass",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "CronJob",
    "Ingress",
];

/// The objects of an environment as files.
///
/// # Errors
/// [`ExportError`] when the environment has no placement, two objects would have one file, or an object cannot be printed.
pub fn manifests(manifests: &[Manifest], scope: &Scope, context: &ExportContext) -> Result<Files, ExportError> {
    let mut placeholders = Placeholders::of(manifests, context.placement(scope)?, context);
    let mut sorted: Vec<&Manifest> = manifests.iter().collect();
    let rank = |manifest: &Manifest| ORDER.iter().position(|kind| *kind == manifest.kind).unwrap_or(ORDER.len());
    sorted.sort_by(|first, second| {
        (rank(first), &first.kind, &first.namespace, &first.name).cmp(&(rank(second), &second.kind, &second.namespace, &second.name))
    });
    let mut files = Files::new();
    let mut listed = Vec::new();
    for manifest in sorted {
        let path = path(manifest);
        let object = placeholders.fill(&Value::Object((*manifest.object.0).clone()));
        let text = yaml::document(&comment(manifest, context), &object)
            .map_err(|what| ExportError::NoForm { address: format!("{}/{}", manifest.kind, manifest.name), what })?;
        if files.insert(path.clone(), text.into_bytes()).is_some() {
            return Err(ExportError::SameName {
                name: path,
                first: "an object".to_owned(),
                second: format!("{}/{}", manifest.kind, manifest.name),
            });
        }
        listed.push(path);
    }
    let kustomization = json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": listed});
    let text = yaml::document(&context.header("All objects"), &kustomization)
        .map_err(|what| ExportError::NoForm { address: "kustomization.yaml".to_owned(), what })?;
    files.insert("kustomization.yaml".to_owned(), text.into_bytes());
    if !placeholders.used.is_empty() {
        files.insert("placeholders.env".to_owned(), placeholders.list(context).into_bytes());
    }
    files.insert("README.md".to_owned(), readme(context, !placeholders.used.is_empty()).into_bytes());
    Ok(files)
}

/// `api/deployment-api.yaml`; objects of no workload lie in `shared`.
fn path(manifest: &Manifest) -> String {
    let workload = manifest.object.0.get("metadata").and_then(|metadata| metadata["labels"]["app.kubernetes.io/name"].as_str());
    format!("{}/{}-{}.yaml", workload.unwrap_or("shared"), manifest.kind.to_lowercase(), manifest.name)
}

fn comment(manifest: &Manifest, context: &ExportContext) -> Vec<String> {
    let mut lines = context.header(&format!("{} {}", manifest.kind, manifest.name));
    if !manifest.purpose.is_empty() {
        lines.push(manifest.purpose.clone());
    }
    let origins: BTreeSet<String> = manifest.origins.iter().map(|origin| format!("{origin} ({})", origin.key)).collect();
    if !origins.is_empty() {
        lines.push(format!("Asked for by {}.", origins.into_iter().collect::<Vec<_>>().join(", ")));
    }
    lines
}

/// What stands for references.
struct Placeholders<'a> {
    names: BTreeMap<(Address, String), String>,
    placement: &'a Placement,
    context: &'a ExportContext,
    used: BTreeSet<(Address, String)>,
}

impl<'a> Placeholders<'a> {
    fn of(manifests: &[Manifest], placement: &'a Placement, context: &'a ExportContext) -> Self {
        let all: BTreeSet<(Address, String)> =
            manifests.iter().flat_map(Manifest::references).map(|reference| (reference.of, reference.output)).collect();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for reference in &all {
            *count.entry(name(reference)).or_default() += 1;
        }
        let names = all
            .into_iter()
            .map(|reference| {
                let mut own = name(&reference);
                if count.get(&own).is_some_and(|count| *count > 1) {
                    own = format!("{own}_{}", fingerprint(&format!("{}#{}", reference.0, reference.1), 7).to_uppercase());
                }
                (reference, own)
            })
            .collect();
        Self { names, placement, context, used: BTreeSet::new() }
    }

    /// The value with every reference as a string.
    fn fill(&mut self, value: &Value) -> Value {
        if let Some(text) = as_reference(value) {
            return Value::String(self.text(&text));
        }
        match value {
            Value::Array(items) => Value::Array(items.iter().map(|item| self.fill(item)).collect()),
            Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), self.fill(value))).collect::<Map<_, _>>()),
            other => other.clone(),
        }
    }

    fn text(&mut self, text: &Text) -> String {
        match text {
            Text::Literal(literal) => literal.clone(),
            Text::Output(OutputReference { of, output }) => {
                let key = (of.clone(), output.clone());
                if let Some(known) = self.context.outputs.get(&key) {
                    return known.clone();
                }
                let name = self.names.get(&key).cloned().unwrap_or_else(|| name(&key));
                self.used.insert(key);
                format!("${{{name}}}")
            }
            Text::Pseudo(pseudo) => self.placement.pseudo(*pseudo).to_owned(),
            Text::Join(parts) => parts.iter().map(|part| self.text(part)).collect(),
        }
    }

    /// The file of placeholders, each with where its value comes from.
    fn list(&self, context: &ExportContext) -> String {
        let contracts = contracts();
        let names = |address: &Address| strata_aws::registry::local_name(address);
        let mut text: String = context
            .header("Values that the manifests need and that state does not know yet")
            .iter()
            .map(|line| format!("# {line}\n"))
            .collect();
        for key @ (address, output) in &self.used {
            let contract = contracts.of_kind(address.kind());
            let terraform = contract
                .and_then(|contract| Some((contract, contract.output(output)?)))
                .map(|(contract, output)| format!(", in Terraform {}.{}.{}", contract.terraform, names(address), output.terraform))
                .unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = write!(text, "\n# {output} of {address}{terraform}\n{}=\n", self.names.get(key).cloned().unwrap_or_else(|| name(key)));
        }
        text
    }
}

/// The name of a placeholder: `DB_INSTANCE_DB_ENDPOINT_ADDRESS`.
fn name((address, output): &(Address, String)) -> String {
    let scope = match address.scope() {
        Scope::Environment { .. } => String::new(),
        other => format!("{other}_"),
    };
    format!("{scope}{}_{}_{output}", address.kind(), address.name())
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect()
}

fn readme(context: &ExportContext, has_placeholders: bool) -> String {
    let mut text = format!(
        "# {} as Kubernetes manifests\n\nThe workloads of {} on the platform {}, written by `strata export manifests`. They run without Strata.\n\n",
        context.environment, context.environment, context.platform
    );
    if has_placeholders {
        text.push_str(
            "Some values are known only once the AWS side stands. Export again after `strata up` has made it, or fill in `placeholders.env` \
             (it says where each value comes from) and apply with:\n\n```\nset -a; . ./placeholders.env; set +a\nkubectl kustomize . | envsubst \
             \"$(grep -o '^[A-Z0-9_]*=' placeholders.env | sed 's/^/$/; s/=$//' | tr '\\n' ' ')\" | kubectl apply --server-side -f -\n```\n",
        );
    } else {
        text.push_str("```\nkubectl apply --server-side -k .\n```\n");
    }
    text.push_str(
        "\nThe cluster needs: a network plugin that enforces network policies, the AWS Load Balancer Controller, the Secrets Store CSI Driver \
         with its provider for AWS, the EKS Pod Identity Agent, and the metrics server.\n\nNo secret is in these files: pods get secrets by name \
         from AWS Secrets Manager.\n\nA workload whose image does not exist yet has no copies, or is suspended, and carries the annotation \
         `strata/waiting-for`: deploy its first image, then export again.\n",
    );
    text
}

#[cfg(test)]
mod tests;
