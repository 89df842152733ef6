//! The graph as Terraform for `hashicorp/aws`: one file for each layer, and what a root module needs beside them.
//!
//! Invariants: every resource of the graph is there; every reference is a traversal to a block of the same folder; `terraform fmt -check`
//! has nothing to say; values that change by themselves after the export (an image, a number of copies) are variables or ignored.

mod hcl;
mod imports;
mod providers;
mod readme;
mod references;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::{Array, Expression};
use strata_aws::terraform::{Block, Body, Expression as Tree};
use strata_aws::{TypeEntry, contracts, entry};
use strata_graph::{Address, Graph, Layer, Resource};

use crate::artifacts;
use crate::context::{ExportContext, ExportError, Files, waiting};
use crate::names::terraform_names;
use hcl::Line;
use providers::Providers;
use references::{References, Referrer};

/// A resource with its Terraform blocks; the first stands for it in references.
struct Exported<'a> {
    resource: &'a Resource,
    entry: TypeEntry,
    blocks: Vec<Block>,
}

/// The graph as a Terraform root module.
///
/// # Errors
/// [`ExportError`] when a type is unknown, a reference leads out of the graph, a scope has no placement, or two resources would have one
/// name.
pub fn terraform(graph: &Graph, context: &ExportContext) -> Result<Files, ExportError> {
    let contracts = contracts();
    let names = terraform_names(graph);
    let providers = Providers::new(graph, context)?;
    let exported = blocks(graph, &names)?;
    let variables = Variables::of(context);
    let references = References {
        contracts: &contracts,
        names: &names,
        sources: providers.sources(),
        variables: &variables.by_value,
        used: RefCell::new(BTreeSet::new()),
    };
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for layer in Layer::ALL {
        let mut lines = Vec::new();
        for item in exported.values().filter(|item| item.resource.layer == layer) {
            for (index, block) in item.blocks.iter().enumerate() {
                let comment = if index == 0 { comment(item.resource) } else { Vec::new() };
                let waits = index == 0 || !refers_to_first(block, &item.blocks);
                lines.push(resource_block(block, comment, waits, item.resource, &exported, &references, &providers)?);
            }
        }
        if !lines.is_empty() {
            let header = context.header(&format!("Layer {layer}"));
            files.insert(format!("{layer}.tf"), hcl::file(&header, lines));
        }
    }
    let outputs = outputs(graph, context, &references)?;
    if !outputs.is_empty() {
        files.insert("outputs.tf".to_owned(), hcl::file(&context.header("Outputs"), outputs));
    }
    files.insert("versions.tf".to_owned(), hcl::file(&context.header("Versions"), providers::versions()));
    files.insert("providers.tf".to_owned(), hcl::file(&context.header("Providers"), providers.lines()));
    let data = providers.data(&references.used.borrow());
    if !data.is_empty() {
        files.insert("data.tf".to_owned(), hcl::file(&context.header("Data sources"), data));
    }
    if !variables.by_name.is_empty() {
        files.insert("variables.tf".to_owned(), hcl::file(&context.header("Variables"), variables.lines()));
    }
    let mut not_imported = Vec::new();
    if context.with_imports {
        let imports = imports::lines(&exported, context, &mut not_imported)?;
        if !imports.is_empty() {
            files.insert("imports.tf".to_owned(), hcl::file(&context.header("Imports"), imports));
        }
    }
    let (artifacts, missing) = artifacts::files(graph, context);
    files.insert("README.md".to_owned(), readme::text(&exported, context, &not_imported) + &artifacts::say(&missing) + &waiting(graph));
    let mut files: Files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    files.extend(artifacts);
    Ok(files)
}

fn blocks<'a>(graph: &'a Graph, names: &BTreeMap<Address, String>) -> Result<BTreeMap<&'a Address, Exported<'a>>, ExportError> {
    let mut all = BTreeMap::new();
    let mut owners: BTreeMap<(String, String), &Address> = BTreeMap::new();
    for resource in graph.iter() {
        let entry = entry(&resource.type_name.0)
            .ok_or_else(|| ExportError::UnknownType { address: resource.address.clone(), type_name: resource.type_name.0.clone() })?;
        let name = names.get(&resource.address).map_or("", String::as_str);
        let blocks = (entry.terraform)(&resource.properties, name).map_err(|source| ExportError::Properties {
            address: resource.address.clone(),
            type_name: resource.type_name.0.clone(),
            source,
        })?;
        for block in &blocks {
            let key = (block.resource_type.to_owned(), block.local_name.clone());
            if let Some(first) = owners.insert(key, &resource.address) {
                return Err(ExportError::SameName {
                    name: format!("{}.{}", block.resource_type, block.local_name),
                    first: first.to_string(),
                    second: resource.address.to_string(),
                });
            }
        }
        all.insert(&resource.address, Exported { resource, entry, blocks });
    }
    Ok(all)
}

/// Why a resource is there, for the reader of the code.
fn comment(resource: &Resource) -> Vec<String> {
    let mut lines = Vec::new();
    if !resource.purpose.is_empty() {
        lines.push(resource.purpose.clone());
    }
    let origins: Vec<String> =
        resource.origins.iter().map(|origin| format!("{origin} ({})", origin.key)).collect::<BTreeSet<_>>().into_iter().collect();
    const SHOWN: usize = 3;
    if !origins.is_empty() {
        let more = origins.len().saturating_sub(SHOWN);
        let shown = origins.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("Asked for by {shown}{rest}."));
    }
    lines
}

fn resource_block(
    block: &Block,
    comment: Vec<String>,
    waits_by_itself: bool,
    resource: &Resource,
    exported: &BTreeMap<&Address, Exported<'_>>,
    references: &References<'_>,
    providers: &Providers,
) -> Result<Line, ExportError> {
    let name = resource.address.to_string();
    let from = Referrer { name: &name, scope: resource.address.scope() };
    let mut lines = Vec::new();
    if let Some(alias) = providers.alias(resource.address.scope()) {
        lines.push(Line::attribute(
            "provider",
            hcl::traversal(&format!("aws.{alias}")).map_err(|error| ExportError::NoForm { address: name.clone(), what: error })?,
        ));
    }
    lines.extend(body(&block.body, from, references)?);
    // A block that refers to the resource's first block comes after it, and so after what that one waits for.
    let depends_on = if waits_by_itself { depends_on(resource, exported) } else { Vec::new() };
    if !depends_on.is_empty() {
        let mut array = Array::new();
        for target in &depends_on {
            array.push(hcl::traversal(target).map_err(|error| ExportError::NoForm { address: name.clone(), what: error })?);
        }
        lines.push(Line::Apart("depends_on".to_owned(), Expression::from(array)));
    }
    Ok(Line::Block {
        comment,
        keyword: "resource".to_owned(),
        labels: vec![block.resource_type.to_owned(), block.local_name.clone()],
        lines,
    })
}

/// Whether a further block of a resource refers to the first one by a traversal.
fn refers_to_first(block: &Block, blocks: &[Block]) -> bool {
    fn in_expression(expression: &Tree, start: &str) -> bool {
        match expression {
            Tree::Traversal(text) => text.starts_with(start),
            Tree::List(items) | Tree::Call(_, items) => items.iter().any(|item| in_expression(item, start)),
            Tree::Map(entries) => entries.values().any(|item| in_expression(item, start)),
            _ => false,
        }
    }
    fn in_body(body: &Body, start: &str) -> bool {
        body.attributes.iter().any(|(_, value)| in_expression(value, start)) || body.blocks.iter().any(|(_, inner)| in_body(inner, start))
    }
    blocks.first().is_some_and(|first| in_body(&block.body, &format!("{}.{}.", first.resource_type, first.local_name)))
}

fn body(body: &Body, from: Referrer<'_>, references: &References<'_>) -> Result<Vec<Line>, ExportError> {
    let mut lines = Vec::new();
    for (name, value) in &body.attributes {
        lines.push(Line::Attribute(name.clone(), references.expression(value, from)?));
    }
    for (name, inner) in &body.blocks {
        lines.push(Line::block(name, &[], self::body(inner, from, references)?));
    }
    Ok(lines)
}

/// Every block of what a resource waits for without a property saying so. All blocks: a bucket stands when its policy stands.
fn depends_on(resource: &Resource, exported: &BTreeMap<&Address, Exported<'_>>) -> Vec<String> {
    let named: BTreeSet<Address> = resource.properties.references().into_iter().map(|reference| reference.of).collect();
    resource
        .depends_on
        .iter()
        .filter_map(|address| exported.get(address).map(|item| (address, item)))
        .flat_map(|(address, item)| {
            // The first block is waited for already where a property refers to it.
            let skip = usize::from(named.contains(address));
            item.blocks.iter().skip(skip).map(|block| format!("{}.{}", block.resource_type, block.local_name))
        })
        .collect()
}

fn outputs(graph: &Graph, context: &ExportContext, references: &References<'_>) -> Result<Vec<Line>, ExportError> {
    // Outputs stand on the uppermost scope, where the environment is.
    let scopes = graph.scopes();
    let Some(scope) = scopes.last() else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for (name, value) in &context.endpoints {
        let from = Referrer { name: "the list of endpoints", scope };
        lines.push(Line::block(
            "output",
            &[&identifier(name)],
            vec![
                Line::attribute("description", hcl::literal(&format!("The address of {name}."))),
                Line::attribute("value", references.text(value, from)?),
            ],
        ));
    }
    Ok(lines)
}

/// A text as an identifier of Terraform: other characters than letters, digits and `_` become `_`.
fn identifier(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect()
}

/// The variables of the module: the image of each service, so that a new version is a change of one value.
struct Variables {
    /// Name of the variable: the service, its default.
    by_name: BTreeMap<String, (String, String)>,
    /// Literal of the graph: the name of the variable that stands for it.
    by_value: BTreeMap<String, String>,
}

impl Variables {
    fn of(context: &ExportContext) -> Self {
        let mut all = Self { by_name: BTreeMap::new(), by_value: BTreeMap::new() };
        for (service, image) in &context.images {
            // Services that share an image share the variable of the first.
            if !all.by_value.contains_key(image) {
                let name = format!("image_{}", identifier(service));
                all.by_value.insert(image.clone(), name.clone());
                all.by_name.insert(name, (service.clone(), image.clone()));
            }
        }
        all
    }

    fn lines(&self) -> Vec<Line> {
        self.by_name
            .iter()
            .map(|(name, (service, image))| {
                Line::block(
                    "variable",
                    &[name],
                    vec![
                        Line::attribute("description", hcl::literal(&format!("The image of {service}, best named by its digest."))),
                        Line::attribute("type", hcl::word("string")),
                        Line::attribute("default", hcl::literal(image)),
                    ],
                )
            })
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests;
