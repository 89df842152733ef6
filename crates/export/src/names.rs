//! Names of resources in exported code.
//!
//! Invariant: two resources never share a name of the same sort, and a name depends only on the address and on whether another
//! address would have had it too.

use std::collections::{BTreeMap, BTreeSet};

use strata_aws::registry::local_name;
use strata_graph::name::fingerprint;
use strata_graph::{Address, Graph};

/// The local name of every resource in Terraform: the registry's, with a fingerprint of the address where two of a kind would share it.
pub(crate) fn terraform_names(graph: &Graph) -> BTreeMap<Address, String> {
    unique(graph, |address| (address.kind().to_owned(), local_name(address)), "_")
}

/// The logical id of every resource in CloudFormation: letters and digits only, unique in its template.
pub(crate) fn logical_ids(graph: &Graph) -> BTreeMap<Address, String> {
    unique(
        graph,
        |address| {
            let id = format!("{}{}", camel(address.kind()), camel(address.name()));
            (address.scope().to_string(), id)
        },
        "",
    )
}

fn unique(graph: &Graph, name: impl Fn(&Address) -> (String, String), joint: &str) -> BTreeMap<Address, String> {
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut twice: BTreeSet<(String, String)> = BTreeSet::new();
    for resource in graph.iter() {
        let name = name(&resource.address);
        if !seen.insert(name.clone()) {
            twice.insert(name);
        }
    }
    graph
        .iter()
        .map(|resource| {
            let own = name(&resource.address);
            let text =
                if twice.contains(&own) { format!("{}{joint}{}", own.1, fingerprint(&resource.address.to_string(), 7)) } else { own.1 };
            (resource.address.clone(), text)
        })
        .collect()
}

/// `db_instance` and `app-db` as `DbInstance` and `AppDb`.
pub(crate) fn camel(text: &str) -> String {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut characters = word.chars();
            characters.next().map(|first| first.to_ascii_uppercase().to_string() + characters.as_str()).unwrap_or_default()
        })
        .collect()
}
