//! `patch:`, the escape hatch: merge patches (RFC 7396) on generated resources, applied last, before policy judges.
//!
//! Invariants: a patch reaches only resources of its own environment, never those of the platform; a patched resource is still one of its
//! type; the line of the patch is one of the resource's origins from then on.

use serde_json::Value;
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Address, Document, Graph, Resource, Scope};
use strata_spec::{Patch, Resolved};

use crate::posture::{Reasons, Said};

/// Applies every patch of the environment, in the order of the files.
///
/// # Errors
/// An address that names nothing here, or a value that the type does not take.
pub(crate) fn apply(graph: &mut Graph, scope: &Scope, resolved: &Resolved, reasons: &mut Reasons) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for patch in resolved.patches() {
        if let Err(problem) = apply_one(graph, scope, &patch, reasons) {
            problems.push(problem);
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

fn apply_one(graph: &mut Graph, scope: &Scope, patch: &Patch, reasons: &mut Reasons) -> Result<(), Diagnostic> {
    let Some(address) = find(graph, scope, &patch.address) else {
        return Err(unknown(graph, scope, patch));
    };
    let key = format!("patch.{}", patch.address);
    let origin = strata_graph::Origin::new(patch.span.file.clone(), patch.span.line, key);
    let Some(resource) = graph.get_mut(&address) else {
        return Err(unknown(graph, scope, patch));
    };
    let patched = patched(resource, &patch.value).map_err(|message| {
        Diagnostic::error(codes::E0113, format!("the patch of `{}` {message}", address.short()))
            .at(patch.span.clone())
            .hint(format!("write properties of {} as CloudFormation names them", resource.type_name))
    })?;
    resource.properties = patched;
    let said = reasons.said.entry(address).or_default();
    said.extend(leaves(&patch.value).into_iter().map(|path| Said::Property(path, origin.clone())));
    if !resource.origins.contains(&origin) {
        resource.origins.push(origin);
    }
    Ok(())
}

/// The resource's properties after the patch, in the type's normal form.
fn patched(resource: &Resource, patch: &Value) -> Result<Document, String> {
    let mut value = Value::Object((*resource.properties.0).clone());
    merge(&mut value, patch);
    let Value::Object(map) = value else {
        return Err("is no map of properties".to_owned());
    };
    let Some(entry) = strata_aws::entry(&resource.type_name.0) else {
        return Err("is for a type that has no properties".to_owned());
    };
    // The error may quote a value, which may be a secret written by mistake: only what names a property is passed on.
    (entry.normalize)(&Document::from(map)).map_err(|error| {
        let text = error.to_string();
        if let Some((unknown, known)) = unknown_field(&text) {
            let near = known.into_iter().min_by_key(|name| strsim::damerau_levenshtein(name, unknown));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("names a property `{unknown}`, which the type does not have{near}")
        } else if text.starts_with("missing field") {
            format!("takes away what the type needs: {text}")
        } else {
            "does not fit: a value has another type than the property takes".to_owned()
        }
    })
}

/// The names in serde's message on a field that is not known: the field, and those that are.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let mut names = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    Some((names.next()?, names.collect()))
}

/// The dotted paths of the values that a patch sets.
fn leaves(patch: &Value) -> Vec<String> {
    let Value::Object(map) = patch else { return Vec::new() };
    let below = |(key, value): (&String, &Value)| match leaves(value) {
        deeper if deeper.is_empty() => vec![key.clone()],
        deeper => deeper.into_iter().map(|path| format!("{key}.{path}")).collect(),
    };
    map.iter().flat_map(below).collect()
}

/// RFC 7396: maps merge, `null` removes, everything else replaces.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() || strata_graph::document::as_reference(target).is_some() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(map) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// The resource that an address names: written in full, or as `KIND.NAME` of this environment.
fn find(graph: &Graph, scope: &Scope, written: &str) -> Option<Address> {
    let all = graph.of_scope(scope);
    all.map(|resource| &resource.address).find(|address| address.short() == written || address.to_string() == written).cloned()
}

fn unknown(graph: &Graph, scope: &Scope, patch: &Patch) -> Diagnostic {
    let written = &patch.address;
    let diagnostic = if written.starts_with("account/") || written.starts_with("network/") || written.starts_with("cluster/") {
        let message = format!("`{written}` belongs to the platform: an application patches only what is its own");
        return Diagnostic::error(codes::E0505, message).at(patch.span.clone()).hint("ask the platform's operators");
    } else {
        let message = format!("there is no resource `{written}` in {scope}");
        Diagnostic::error(codes::E0505, message).at(patch.span.clone())
    };
    let nearest = graph
        .of_scope(scope)
        .map(|resource| resource.address.short())
        .map(|address| (strsim::damerau_levenshtein(&address, written), address))
        .min();
    match nearest {
        Some((distance, address)) if distance <= written.len().div_ceil(3) => diagnostic.hint(format!("did you mean `{address}`?")),
        _ => diagnostic.hint("`strata plan` lists the addresses"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_merge_as_the_standard_says() {
        // The examples of RFC 7396, appendix A, that have a meaning for properties.
        for (target, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, expected, "{target} with {patch}");
        }
    }
}
