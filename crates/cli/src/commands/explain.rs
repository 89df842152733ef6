//! `strata explain`: why a resource exists.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strata_diag::codes;
use strata_graph::document::as_reference;
use strata_graph::{Address, Resource};
use strata_layers::SetBy;
use strata_plan::ResourceState;
use strata_policy::{Status, Verdict};

use crate::arguments::{Arguments, Format, Target};
use crate::compile::{Compiled, compile};
use crate::failure::Failure;
use crate::files::{self, Files};
use crate::output::{self, Paint, wrap};
use crate::session::Session;

/// Runs it.
pub async fn run(arguments: &Arguments, address: &str, target: &Target) -> Result<u8, Failure> {
    let session = Session::new(arguments);
    let files = files::of(arguments)?;
    let spec = files.spec()?;
    let states = session.states().await?;
    let compiled = compile(&files, &spec, &with_environment(target, address), &states, &BTreeMap::new())?;
    let resource = find(&compiled, address)?;
    let state = states.get(resource.address.scope()).and_then(|scope| scope.resources.get(&resource.address));
    let above: Vec<&Address> =
        compiled.graph().iter().filter(|other| other.dependencies().contains(&resource.address)).map(|other| &other.address).collect();
    let reasons = compiled.lowered.reasons.of(resource);
    let verdicts: Vec<&Verdict> = compiled.verdicts.iter().filter(|verdict| verdict.address == resource.address).collect();
    if arguments.format == Some(Format::Json) {
        let value = json!({
            "version": 1, "address": resource.address, "type": resource.type_name, "layer": resource.layer, "purpose": resource.purpose,
            "origins": resource.origins, "stands_on": resource.dependencies(), "carries": above, "data": resource.data,
            "waiting_for": resource.waiting_for, "controls": verdicts, "id": state.and_then(|state| state.id.clone()),
            "status": state.map(|state| state.status.clone()), "set_by": reasons, "properties": resource.properties,
        });
        output::answer(&format!("{value:#}\n"));
        return Ok(0);
    }
    output::answer(&text(resource, state, &above, &reasons, &verdicts, &files));
    Ok(0)
}

/// A full address says its environment itself.
pub fn with_environment(target: &Target, address: &str) -> Target {
    let mut target = target.clone();
    let nothing = target.env.is_none() && target.account.is_none() && target.network.is_none() && target.cluster.is_none();
    if let (true, Ok(address)) = (nothing, address.parse::<Address>()) {
        match address.scope() {
            strata_graph::Scope::Environment { environment, .. } => target.env = Some(environment.clone()),
            strata_graph::Scope::Account(name) => target.account = Some(name.clone()),
            strata_graph::Scope::Network(name) => target.network = Some(name.clone()),
            strata_graph::Scope::Cluster(name) => target.cluster = Some(name.clone()),
        }
    }
    target
}

/// The resource of a full address, or of the only one that ends so.
pub fn find<'a>(compiled: &'a Compiled, text: &str) -> Result<&'a Resource, Failure> {
    let ends =
        |resource: &&Resource| resource.address.to_string() == text || resource.address.short() == text || resource.address.name() == text;
    let found: Vec<&Resource> = compiled.graph().iter().filter(ends).collect();
    let list = |resources: &[&Resource]| {
        let shown: Vec<String> = resources.iter().take(10).map(|resource| resource.address.to_string()).collect();
        let more = resources.len().saturating_sub(10);
        format!("{}{}", shown.join(", "), if more > 0 { format!(" … and {more} more") } else { String::new() })
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let near: Vec<&Resource> = compiled.graph().iter().filter(|resource| resource.address.to_string().contains(text)).collect();
            let hint = if near.is_empty() { "`strata graph --format json` lists every address".to_owned() } else { list(&near) };
            Err(Failure::usage(codes::E0505, format!("there is no resource '{text}'"), hint))
        }
        several => Err(Failure::usage(codes::E0505, format!("'{text}' names {} resources", several.len()), list(several))),
    }
}

fn text(
    resource: &Resource,
    state: Option<&ResourceState>,
    above: &[&Address],
    reasons: &[SetBy],
    verdicts: &[&Verdict],
    files: &Files,
) -> String {
    let (width, paint) = (output::width(), Paint(output::colour(&std::io::stdout())));
    let mut out = format!("{}\n", paint.bold(&resource.address.to_string()));
    let mut line = |name: &str, value: &str| {
        out.push_str(&format!("  {name:<12} {}\n", wrap(value, width.saturating_sub(15), 15)));
    };
    line("type", &resource.type_name.0);
    line("layer", resource.layer.word());
    if !resource.purpose.is_empty() {
        line("why", &resource.purpose);
    }
    match state {
        Some(state) => {
            let id = state.id.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            line("stands as", &id);
        }
        None => line("stands as", "not made yet"),
    }
    if let Some(data) = &resource.data {
        line("data", &format!("holds the data '{data}': deleted only with --delete-data {data}"));
    }
    if let Some(waiting) = &resource.waiting_for {
        line("waits for", waiting);
    }
    for origin in &resource.origins {
        let source = files
            .sources
            .text(&origin.file)
            .and_then(|text| text.lines().nth(usize::try_from(origin.line.saturating_sub(1)).ok()?))
            .map(|text| format!(": {}", text.trim()))
            .unwrap_or_default();
        line("asked for by", &format!("{origin}{source}"));
    }
    for address in resource.dependencies() {
        line("stands on", &address.to_string());
    }
    for address in above {
        line("carries", &address.to_string());
    }
    for reason in reasons {
        line("set by", &format!("{} = {}: {}", reason.property, shown(&reason.value), reason.reason()));
    }
    for verdict in verdicts {
        let word = match verdict.status {
            Status::Met => paint.green("met"),
            Status::Violated => paint.red("violated"),
            Status::NotDecidable => paint.yellow("not decidable"),
        };
        let requirements = verdict.requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        line("control", &format!("{} {word}: {} [{requirements}]", verdict.control, verdict.detail));
    }
    let properties = serde_json::to_string_pretty(&resource.properties).unwrap_or_default();
    out.push_str(&format!("  properties\n    {}\n", properties.replace('\n', "\n    ")));
    out
}

/// The value of a property in one word; what is a map or a list of maps is read under `properties`.
fn shown(value: &Value) -> String {
    if let Some(reference) = as_reference(value) {
        return reference.to_string();
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::Object(_) | Value::Array(_) => "as below".to_owned(),
        plain => plain.to_string(),
    }
}
