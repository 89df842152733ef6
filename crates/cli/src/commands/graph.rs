//! `strata graph`: the resources and what stands on what, as data or as a picture.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;
use strata_graph::{Address, Graph, Layer, Resource, Scope};

use crate::arguments::{Arguments, Format, Target};
use crate::compile::compile;
use crate::failure::Failure;
use crate::session::Session;
use crate::{files, output};

/// Runs it.
pub async fn run(arguments: &Arguments, target: &Target) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let states = session.states().await?;
    let compiled = compile(&files, &spec, target, &states, &BTreeMap::new())?;
    let graph = compiled.graph();
    output::answer(&match arguments.format {
        Some(Format::Dot) => dot(graph),
        Some(Format::Mermaid) => mermaid(graph),
        Some(Format::Json) => format!("{:#}\n", as_json(graph)),
        _ => svg(graph),
    });
    Ok(0)
}

fn as_json(graph: &Graph) -> serde_json::Value {
    json!({
        "version": 1,
        "nodes": graph.iter().map(|resource| json!({
            "address": resource.address, "type": resource.type_name, "layer": resource.layer, "scope": resource.address.scope(),
            "origins": resource.origins, "purpose": resource.purpose,
        })).collect::<Vec<_>>(),
        "edges": graph.iter().flat_map(|resource| {
            resource.dependencies().into_iter().map(|to| json!({"from": resource.address, "to": to})).collect::<Vec<_>>()
        }).collect::<Vec<_>>(),
    })
}

fn by_scope(graph: &Graph) -> BTreeMap<(strata_graph::ScopeKind, &Scope), Vec<&Resource>> {
    let mut groups: BTreeMap<_, Vec<&Resource>> = BTreeMap::new();
    for resource in graph.iter() {
        groups.entry((resource.address.scope().kind(), resource.address.scope())).or_default().push(resource);
    }
    groups
}

fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph strata {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n");
    for (index, ((_, scope), resources)) in by_scope(graph).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label=\"{scope}\";");
        for resource in resources {
            let _ = writeln!(
                out,
                "    \"{}\" [label=\"{}\", color=\"{}\"];",
                resource.address,
                resource.address.short(),
                colour(resource.layer)
            );
        }
        out.push_str("  }\n");
    }
    for resource in graph.iter() {
        for to in resource.dependencies() {
            let _ = writeln!(out, "  \"{}\" -> \"{to}\";", resource.address);
        }
    }
    out.push_str("}\n");
    out
}

fn mermaid(graph: &Graph) -> String {
    let numbers: BTreeMap<&Address, usize> = graph.iter().enumerate().map(|(index, resource)| (&resource.address, index)).collect();
    let mut out = String::from("flowchart LR\n");
    for (index, ((_, scope), resources)) in by_scope(graph).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph s{index}[\"{scope}\"]");
        for resource in resources {
            let _ = writeln!(out, "    n{}[\"{}\"]", numbers[&resource.address], resource.address.short());
        }
        out.push_str("  end\n");
    }
    for resource in graph.iter() {
        for to in resource.dependencies() {
            if let Some(to) = numbers.get(&to) {
                let _ = writeln!(out, "  n{} --> n{to}", numbers[&resource.address]);
            }
        }
    }
    out
}

/// A colour for each layer that is told apart in print too.
fn colour(layer: Layer) -> &'static str {
    match layer {
        Layer::Network => "#1f77b4",
        Layer::Infrastructure => "#9467bd",
        Layer::Application => "#2ca02c",
        Layer::Observability => "#ff7f0e",
        Layer::Delivery => "#8c564b",
        Layer::Security => "#d62728",
    }
}

const BOX_WIDTH: usize = 260;
const BOX_HEIGHT: usize = 20;
const ROW: usize = 26;
const COLUMN: usize = 340;
const TOP: usize = 60;

/// The depth of each resource: one more than the deepest that it stands on.
fn depths(graph: &Graph) -> BTreeMap<Address, usize> {
    let mut depths: BTreeMap<Address, usize> = BTreeMap::new();
    for address in graph.order().unwrap_or_default() {
        let below = graph.get(&address).map(Resource::dependencies).unwrap_or_default();
        let depth = below.iter().filter_map(|address| depths.get(address)).max().map_or(0, |depth| depth + 1);
        depths.insert(address, depth);
    }
    depths
}

/// Columns from what stands on nothing to what everything stands on; within a column by layer, then near what it stands on.
fn svg(graph: &Graph) -> String {
    let depths = depths(graph);
    let mut columns: BTreeMap<usize, Vec<&Resource>> = BTreeMap::new();
    for resource in graph.iter() {
        columns.entry(depths.get(&resource.address).copied().unwrap_or_default()).or_default().push(resource);
    }
    let mut places: BTreeMap<&Address, (usize, usize)> = BTreeMap::new();
    for (column, resources) in &mut columns {
        // The mean row of what a resource stands on keeps its edges short.
        let weight = |resource: &Resource| {
            let rows: Vec<usize> = resource.dependencies().iter().filter_map(|address| places.get(address).map(|place| place.1)).collect();
            if rows.is_empty() { 0 } else { rows.iter().sum::<usize>() / rows.len() }
        };
        resources.sort_by_key(|resource| (resource.layer, weight(resource), &resource.address));
        for (row, resource) in resources.iter().enumerate() {
            places.insert(&resource.address, (20 + column * COLUMN, TOP + row * ROW));
        }
    }
    let width = 40 + columns.len() * COLUMN;
    let height = TOP + 40 + ROW * columns.values().map(Vec::len).max().unwrap_or_default();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"10\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (index, layer) in Layer::ALL.into_iter().enumerate() {
        let x = 20 + index * 130;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"16\" width=\"12\" height=\"12\" fill=\"{}\"/><text x=\"{}\" y=\"26\" font-size=\"12\">{layer}</text>",
            colour(layer),
            x + 18
        );
    }
    for resource in graph.iter() {
        let Some((x, y)) = places.get(&resource.address) else { continue };
        for to in resource.dependencies() {
            let Some((to_x, to_y)) = places.get(&to) else { continue };
            let (from_x, from_y, to_x, to_y) = (*x, y + BOX_HEIGHT / 2, to_x + BOX_WIDTH, to_y + BOX_HEIGHT / 2);
            let middle = (from_x + to_x) / 2;
            let _ = writeln!(
                out,
                "<path d=\"M{from_x} {from_y} C{middle} {from_y} {middle} {to_y} {to_x} {to_y}\" fill=\"none\" stroke=\"#b0b0b0\" stroke-width=\"0.6\"/>"
            );
        }
    }
    for resource in graph.iter() {
        let Some((x, y)) = places.get(&resource.address) else { continue };
        let _ = writeln!(
            out,
            "<g><title>{}: {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" height=\"{BOX_HEIGHT}\" rx=\"3\" fill=\"#ffffff\" stroke=\"{}\"/>\
             <text x=\"{}\" y=\"{}\">{}</text></g>",
            escape(&resource.address.to_string()),
            escape(&resource.purpose),
            colour(resource.layer),
            x + 6,
            y + 14,
            escape(&clip(&resource.address.short(), 46))
        );
    }
    out.push_str("</svg>\n");
    out
}

fn clip(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit { text.to_owned() } else { format!("{}…", text.chars().take(limit - 1).collect::<String>()) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
