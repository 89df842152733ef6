//! What stands, by scope and layer, and what waits for whom.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use strata_graph::{Layer, Scope, Text};
use strata_plan::{Endpoint, Plan, Purpose, ResourceState, ResourceStatus, ScopeState};

use super::{Paint, count, wrap};

/// The command that made a plan, with its target.
pub fn verb(plan: &Plan) -> String {
    let verb = match plan.purpose {
        Purpose::Up => "up",
        Purpose::Down => "down",
        Purpose::Correct => "drift --correct",
    };
    match &plan.target {
        Scope::Environment { environment, .. } => format!("{verb} --env {environment}"),
        Scope::Account(name) => format!("{verb} --account {name}"),
        Scope::Network(name) => format!("{verb} --network {name}"),
        Scope::Cluster(name) => format!("{verb} --cluster {name}"),
    }
}

/// A table of what stands: a row for each scope and layer.
pub fn table(states: &[&ScopeState], width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.bold(&format!("{:<34} {:<15} {:>6}  {}", "scope", "layer", "number", "what")));
    let mut total = 0;
    for state in states {
        for layer in Layer::ALL {
            let of_layer: Vec<&ResourceState> =
                state.resources.values().filter(|resource| resource.layer == layer && !is_unsupported(resource)).collect();
            if of_layer.is_empty() {
                continue;
            }
            total += of_layer.len();
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for resource in &of_layer {
                *kinds.entry(resource.address.kind()).or_default() += 1;
            }
            let kinds: Vec<String> =
                kinds.into_iter().map(|(kind, number)| if number == 1 { kind.to_owned() } else { format!("{number} {kind}") }).collect();
            let line = wrap(&kinds.join(", "), width.saturating_sub(59).max(21), 0).replace('\n', &format!("\n{}", " ".repeat(59)));
            let _ = writeln!(out, "{:<34} {:<15} {:>6}  {line}", state.scope.to_string(), layer.word(), of_layer.len());
        }
    }
    let _ = writeln!(out, "{}", paint.bold(&format!("{:<34} {:<15} {total:>6}", "all", "")));
    out
}

fn is_unsupported(resource: &ResourceState) -> bool {
    matches!(resource.status, ResourceStatus::Unsupported(_))
}

/// What is not as it shall be: unsupported, pending, broken, waiting.
pub fn conditions(states: &[&ScopeState], waiting: &[(String, String)], width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let all = || states.iter().flat_map(|state| state.resources.values());
    let mut unsupported: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for resource in all() {
        if let ResourceStatus::Unsupported(what) = &resource.status {
            unsupported.entry(what).or_default().push(resource.address.short());
        }
    }
    if !unsupported.is_empty() {
        let number: usize = unsupported.values().map(Vec::len).sum();
        let _ = writeln!(
            out,
            "\n{}",
            paint.yellow(&format!("{} not supported by this emulator (neither made nor failed)", count(number, "resource")))
        );
        for (what, addresses) in unsupported {
            let _ = writeln!(out, "  {}", wrap(&format!("{what}: {}", addresses.join(", ")), width.saturating_sub(2), 4));
        }
    }
    let pending: Vec<(&ResourceState, &str, bool)> = all()
        .filter_map(|resource| match &resource.status {
            ResourceStatus::Pending(detail) => Some((resource, detail.as_str(), false)),
            ResourceStatus::Tainted(detail) => Some((resource, detail.as_str(), true)),
            _ => None,
        })
        .collect();
    if !pending.is_empty() {
        let _ = writeln!(out, "\n{}", paint.red(&format!("{} not ready", count(pending.len(), "resource"))));
        for (resource, detail, broken) in pending {
            let word = if broken { "broken" } else { "not ready" };
            let _ = writeln!(out, "  {}", wrap(&format!("{}: {word}: {detail}", resource.address), width.saturating_sub(2), 4));
        }
    }
    let failing: Vec<_> = states.iter().flat_map(|state| &state.failures).filter(|(_, failure)| failure.is_open()).collect();
    if !failing.is_empty() {
        let head = format!("{} held, since it keeps failing in the same way", count(failing.len(), "resource"));
        let _ = writeln!(out, "\n{}", paint.red(&head));
        for (address, failure) in failing {
            let line =
                format!("{address}: {} runs failed to {} it since {}: {}", failure.times, failure.tried, failure.since, failure.detail);
            let _ = writeln!(out, "  {}", wrap(&line, width.saturating_sub(2), 4));
        }
    }
    if !waiting.is_empty() {
        let _ = writeln!(out, "\n{}", paint.yellow("Waiting for people"));
        for (who, what) in waiting {
            let _ = writeln!(out, "  {}", wrap(&format!("{who}: waiting for {what}"), width.saturating_sub(2), 4));
        }
    }
    out
}

/// Where it is reached, with what is known filled in.
pub fn endpoints(list: &[Endpoint], states: &BTreeMap<Scope, ScopeState>) -> Vec<(String, String)> {
    list.iter().map(|endpoint| (endpoint.name.clone(), resolve(&endpoint.url, states))).collect()
}

fn resolve(text: &Text, states: &BTreeMap<Scope, ScopeState>) -> String {
    match text {
        Text::Output(reference) => states
            .get(reference.of.scope())
            .and_then(|scope| scope.resources.get(&reference.of))
            .and_then(|resource| resource.outputs.get(&reference.output).cloned())
            .unwrap_or_else(|| format!("({text}: not known yet)")),
        Text::Join(parts) => parts.iter().map(|part| resolve(part, states)).collect(),
        other => other.to_string(),
    }
}

/// The same for programs.
pub fn json(states: &[&ScopeState], waiting: &[(String, String)], endpoints: &[(String, String)]) -> Value {
    let mut layers: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for state in states {
        for resource in state.resources.values().filter(|resource| !is_unsupported(resource)) {
            *layers.entry(state.scope.to_string()).or_default().entry(resource.layer.word()).or_default() += 1;
        }
    }
    let resources: Vec<Value> = states
        .iter()
        .flat_map(|state| state.resources.values())
        .map(|resource| {
            json!({
                "address": resource.address, "type": resource.type_name, "layer": resource.layer, "id": resource.id,
                "status": resource.status, "origins": resource.origins,
            })
        })
        .collect();
    json!({
        "version": 1,
        "scopes": states.iter().map(|state| json!({"scope": state.scope, "serial": state.serial, "placement": state.placement})).collect::<Vec<_>>(),
        "layers": layers,
        "resources": resources,
        "waiting": waiting.iter().map(|(who, what)| json!({"address": who, "for": what})).collect::<Vec<_>>(),
        "held": states.iter().flat_map(|state| &state.failures).filter(|(_, failure)| failure.is_open())
            .map(|(address, failure)| json!({"address": address, "failure": failure})).collect::<Vec<_>>(),
        "endpoints": endpoints.iter().map(|(name, url)| json!({"name": name, "url": url})).collect::<Vec<_>>(),
    })
}
