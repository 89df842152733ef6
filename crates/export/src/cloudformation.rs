//! The graph as CloudFormation: one template for each scope, in the order in which the stacks are made.
//!
//! Invariants: a template refers only to stacks that come before it, through exports; logical ids depend on addresses alone; what holds the
//! user's data is retained when its stack goes; what CloudFormation cannot make is named in the README, with what to do instead, and is a
//! parameter where other resources need it.

mod adjust;
mod readme;
mod references;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use strata_aws::contracts;
use strata_graph::{Address, CloudFormationForm, Contracts, Graph, Resource, Scope, TypeContract};

use crate::artifacts;
use crate::context::{ExportContext, ExportError, Files, waiting};
use crate::names::{camel, logical_ids};
use crate::yaml;
use adjust::Uploads;
use references::References;

/// CloudFormation takes 500 resources in a template; a scope with more is split.
const MOST_RESOURCES: usize = 500;

/// One template: a scope, or a part of one that is too large.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stack {
    scope: Scope,
    part: usize,
}

impl Stack {
    /// The name of the stack, and of its file.
    fn name(&self) -> String {
        let scope = self.scope.to_string().replace('/', "-");
        if self.part == 0 { scope } else { format!("{scope}-{}", self.part + 1) }
    }
}

/// The graph as CloudFormation templates.
///
/// # Errors
/// [`ExportError`] when a type is unknown, a reference leads out of the graph, or a scope has no placement.
pub fn cloudformation(graph: &Graph, context: &ExportContext) -> Result<Files, ExportError> {
    let contracts = contracts();
    let ids = logical_ids(graph);
    let (stacks, missing) = stacks(graph, &contracts)?;
    let mut templates: BTreeMap<&Stack, Template> = BTreeMap::new();
    let mut uploads = Uploads::new();
    let mut references = References { contracts: &contracts, ids: &ids, stacks: &stacks, graph, context, exports: BTreeMap::new() };
    for resource in graph.iter() {
        let Some(stack) = stacks.get(&resource.address) else {
            continue;
        };
        let template = templates.entry(stack).or_default();
        let (id, body) = body(resource, stack, &mut references, &mut template.parameters, &mut uploads)?;
        template.resources.insert(id, body);
    }
    let mut files = Files::new();
    let order: BTreeMap<&Stack, usize> = templates.keys().enumerate().map(|(index, stack)| (*stack, index + 1)).collect();
    for (stack, template) in &templates {
        let outputs = references.exports.remove(*stack).unwrap_or_default();
        let text = template.print(stack, outputs, context)?;
        files.insert(file_name(order[stack], stack), text.into_bytes());
    }
    let list: Vec<(String, &Stack)> = order.iter().map(|(stack, index)| (file_name(*index, stack), *stack)).collect();
    let (artifacts, absent) = artifacts::files(graph, context);
    let text = readme::text(context, &list, &missing, &uploads) + &artifacts::say(&absent) + &waiting(graph);
    files.insert("README.md".to_owned(), text.into_bytes());
    files.extend(artifacts);
    Ok(files)
}

fn file_name(index: usize, stack: &Stack) -> String {
    format!("{index}-{}.template.yaml", stack.name())
}

/// What CloudFormation cannot make: type and what to do instead, with the resources.
type Missings = BTreeMap<(String, String), Vec<Address>>;

/// Why a resource is in no template; none if it is in one.
fn left_out(resource: &Resource, contract: &TypeContract, contracts: &Contracts) -> Option<&'static str> {
    if let CloudFormationForm::Absent(sentence) = contract.cloudformation {
        return Some(sentence);
    }
    resource.properties.references().iter().find_map(|reference| {
        let target = contracts.of_kind(reference.of.kind())?;
        adjust::no_attribute(target.type_name, &reference.output)
    })
}

/// The stack of each resource that CloudFormation can make, and the others by type.
fn stacks(graph: &Graph, contracts: &Contracts) -> Result<(BTreeMap<Address, Stack>, Missings), ExportError> {
    let mut missing: Missings = BTreeMap::new();
    let mut stacks = BTreeMap::new();
    let mut counts: BTreeMap<Scope, usize> = BTreeMap::new();
    // In the order of dependencies a later part of a scope refers to earlier parts only.
    let order = graph.order().map_err(|error| ExportError::NoForm { address: "the graph".to_owned(), what: error.to_string() })?;
    for address in order {
        let Some(resource) = graph.get(&address) else { continue };
        let contract = contracts
            .of_type(&resource.type_name.0)
            .ok_or_else(|| ExportError::UnknownType { address: address.clone(), type_name: resource.type_name.0.clone() })?;
        if let Some(sentence) = left_out(resource, contract, contracts) {
            missing.entry((contract.type_name.to_owned(), sentence.to_owned())).or_default().push(address);
            continue;
        }
        let count = counts.entry(address.scope().clone()).or_default();
        let stack = Stack { scope: address.scope().clone(), part: *count / MOST_RESOURCES };
        *count += 1;
        stacks.insert(address, stack);
    }
    Ok((stacks, missing))
}

/// A template while it is made.
#[derive(Default)]
struct Template {
    parameters: BTreeMap<String, Value>,
    resources: BTreeMap<String, Value>,
}

impl Template {
    fn print(&self, stack: &Stack, outputs: BTreeMap<String, Value>, context: &ExportContext) -> Result<String, ExportError> {
        let mut template = Map::new();
        template.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
        template.insert(
            "Description".to_owned(),
            json!(format!("{} on the platform {}, for {}", stack.scope, context.platform, context.environment)),
        );
        for (key, entries) in [("Parameters", &self.parameters), ("Resources", &self.resources), ("Outputs", &outputs)] {
            if !entries.is_empty() {
                template.insert(key.to_owned(), json!(entries));
            }
        }
        yaml::document(&context.header(&format!("Stack {}", stack.name())), &Value::Object(template))
            .map_err(|what| ExportError::NoForm { address: stack.scope.to_string(), what })
    }
}

/// One resource of a template with its logical id.
fn body(
    resource: &Resource,
    stack: &Stack,
    references: &mut References<'_>,
    parameters: &mut BTreeMap<String, Value>,
    uploads: &mut Uploads,
) -> Result<(String, Value), ExportError> {
    let id = references.id(&resource.address);
    let mut properties = Map::new();
    for (key, value) in &resource.properties.0 {
        properties.insert(key.clone(), references.value(value, &resource.address, stack, parameters)?);
    }
    let contract = references.contracts.of_type(&resource.type_name.0);
    let form = contract.map(|contract| contract.cloudformation);
    adjust::properties(&resource.type_name.0, form, &mut properties, parameters, uploads);
    let mut body = Map::new();
    body.insert("Type".to_owned(), json!(resource.type_name.0));
    let depends_on = depends_on(resource, stack, references);
    if !depends_on.is_empty() {
        body.insert("DependsOn".to_owned(), json!(depends_on));
    }
    if resource.data.is_some() {
        body.insert("DeletionPolicy".to_owned(), json!("Retain"));
        body.insert("UpdateReplacePolicy".to_owned(), json!("Retain"));
    }
    body.insert("Metadata".to_owned(), metadata(resource));
    if !properties.is_empty() {
        body.insert("Properties".to_owned(), Value::Object(properties));
    }
    Ok((id, Value::Object(body)))
}

fn metadata(resource: &Resource) -> Value {
    let origins: BTreeSet<String> = resource.origins.iter().map(|origin| format!("{origin} ({})", origin.key)).collect();
    let mut strata = Map::new();
    strata.insert("Address".to_owned(), json!(resource.address.to_string()));
    strata.insert("Origins".to_owned(), json!(origins));
    if !resource.purpose.is_empty() {
        strata.insert("Purpose".to_owned(), json!(resource.purpose));
    }
    json!({ "Strata": strata })
}

/// What the resource waits for in its own stack without a property saying so; other stacks stand already.
fn depends_on(resource: &Resource, stack: &Stack, references: &References<'_>) -> BTreeSet<String> {
    let named: BTreeSet<Address> = resource.properties.references().into_iter().map(|reference| reference.of).collect();
    resource
        .depends_on
        .iter()
        .filter(|address| !named.contains(*address) && references.stacks.get(*address) == Some(stack))
        .map(|address| references.id(address))
        .collect()
}

/// The name of a parameter that stands for an output of a resource that the template cannot refer to.
fn parameter_name(id: &str, output: &str) -> String {
    format!("{id}{}", camel(output))
}

#[cfg(test)]
mod tests;
