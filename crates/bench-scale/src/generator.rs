//! Layered graphs of simulated resources: ten layers, each resource above the first refers to two of the layer below.
//!
//! Invariant: the same number gives the same graph, for Strata and for Terraform (`benches/versus-terraform`).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use serde::Serialize;
use serde_json::{Map, Value, json};
use strata_graph::{
    Address, CloudFormationForm, Contracts, Document, Graph, Layer, Origin, OutputContract, ReplaceOrder, Resource, Scope, Text,
    TypeContract, TypeName,
};
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};

/// How many layers a graph has.
pub const LAYERS: usize = 10;
/// The platform's name.
pub const PLATFORM: &str = "bench";

static THING: TypeContract = TypeContract {
    type_name: "Simulated::Thing",
    kind: "thing",
    service: "simulated",
    replace_on: &["Name"],
    replace_order: ReplaceOrder::CreateBeforeDelete,
    unobservable: &[],
    unordered: &[],
    closed: &[],
    outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" }],
    cloudformation: CloudFormationForm::TagMap,
    terraform: "terraform_data",
    singleton: false,
};

/// What a simulated resource has.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Properties<'a> {
    name: String,
    size: usize,
    on: Vec<Text>,
    tags: BTreeMap<&'a str, &'a str>,
}

/// The one type of these graphs.
pub fn contracts() -> Contracts {
    Contracts::new([&THING])
}

/// The one scope of these graphs.
pub fn scope() -> Scope {
    Scope::environment("scale", "bench")
}

fn address(number: usize) -> Address {
    Address::new(scope(), THING.kind, format!("r{number:06}"))
}

/// The numbers of the resources that a resource refers to.
pub fn below(number: usize, n: usize) -> Vec<usize> {
    let width = n.div_ceil(LAYERS);
    let (layer, place) = (number / width, number % width);
    if layer == 0 {
        return Vec::new();
    }
    let first = (layer - 1) * width;
    let mut both = vec![first + place, first + (place * 7 + 3) % width];
    both.dedup();
    both
}

/// The graph of `n` resources.
///
/// # Errors
/// Never for a number that fits into memory; the graph's own otherwise.
pub fn graph(n: usize) -> anyhow::Result<Graph> {
    let mut graph = Graph::default();
    for number in 0..n {
        let address = address(number);
        let on: Vec<Text> = below(number, n).into_iter().map(|below| Text::output(&self::address(below), "Id")).collect();
        let properties = Properties {
            name: format!("thing-{number}"),
            size: number % 16,
            on,
            tags: [(ADDRESS_TAG, address.as_str()), (PLATFORM_TAG, PLATFORM)].into(),
        };
        graph.insert(Resource {
            type_name: TypeName(THING.type_name.to_owned()),
            layer: Layer::Infrastructure,
            properties: Document::of(&properties)?,
            depends_on: BTreeSet::new(),
            origins: vec![Origin::new("app.yaml", u32::try_from(number + 1).context("too many resources")?, format!("things.{number}"))],
            data: None,
            waiting_for: None,
            purpose: String::new(),
            address,
        })?;
    }
    Ok(graph)
}

/// The same graph for Terraform, in its JSON syntax: each resource its built-in `terraform_data` with the same properties and edges.
///
/// # Errors
/// As [`graph`].
pub fn terraform(n: usize) -> anyhow::Result<Value> {
    let mut resources = Map::new();
    for resource in graph(n)?.iter() {
        let known = resource.properties.resolve(&|reference| Some(format!("${{terraform_data.{}.id}}", reference.of.name())), &|_| None);
        resources.insert(resource.address.name().to_owned(), json!({"input": known}));
    }
    Ok(json!({"resource": {THING.terraform: resources}}))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ten_layers_with_about_two_edges_each() {
        let graph = graph(1000).unwrap();
        assert_eq!(graph.len(), 1000);
        graph.check().unwrap();
        let edges: usize = graph.iter().map(|resource| resource.dependencies().len()).sum();
        assert!((1700..=1800).contains(&edges), "{edges}");
        let mut depth = vec![0; 1000];
        for number in 0..1000 {
            depth[number] = below(number, 1000).into_iter().map(|below| depth[below] + 1).max().unwrap_or(0);
        }
        assert_eq!(depth.iter().max(), Some(&(LAYERS - 1)));
    }

    #[test]
    fn terraform_gets_the_same_edges() {
        let resources = terraform(100).unwrap()["resource"]["terraform_data"].clone();
        assert_eq!(resources.as_object().unwrap().len(), 100);
        let on: Vec<String> = below(57, 100).into_iter().map(|below| format!("${{terraform_data.r{below:06}.id}}")).collect();
        assert_eq!(resources["r000057"]["input"]["On"], json!(on));
    }

    #[test]
    fn small_and_uneven_numbers_make_graphs_too() {
        for n in [1, 2, 9, 11, 25] {
            let graph = graph(n).unwrap();
            assert_eq!(graph.len(), n);
            graph.check().unwrap();
        }
    }
}
