//! An evaluation as SARIF 2.1.0: a result for each violation, at the line of the specification that asked for the resource.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use strata_policy::{Severity, Status, Verdict};

use super::evaluate::{Evaluation, Mode};

/// The log.
pub fn log(evaluation: &Evaluation) -> Value {
    let shown: Vec<&Verdict> = evaluation.verdicts.iter().filter(|verdict| verdict.status != Status::Met).collect();
    let ids: Vec<&str> = shown.iter().map(|verdict| verdict.control.0.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let rules: Vec<Value> = ids
        .iter()
        .map(|id| {
            let Some(control) = strata_policy::control(id) else { return json!({"id": id}) };
            json!({
                "id": id,
                "shortDescription": {"text": control.title},
                "fullDescription": {"text": control.why},
                "help": {"text": control.repair},
                "helpUri": format!("docs/controls/{id}.md"),
                "properties": {"security-severity": security_severity(control.severity), "tags": ["security", control.layer.word()]},
            })
        })
        .collect();
    let results: Vec<Value> = shown.iter().map(|verdict| result(verdict, &ids, evaluation.mode)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "strata", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "results": results,
        }],
    })
}

/// The number by which code hosts sort: the middle of the band of CVSS 3.1 that bears the word.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "2.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}

fn result(verdict: &Verdict, ids: &[&str], mode: Mode) -> Value {
    let requirements = verdict.requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (kind, level) = match verdict.status {
        Status::Met => ("pass", "none"),
        Status::Violated => ("fail", if mode == Mode::Planned { "error" } else { "warning" }),
        // The standard's own word for what needs a person's look.
        Status::NotDecidable => ("review", "none"),
    };
    let locations: Vec<Value> = verdict
        .origin
        .iter()
        .map(|origin| {
            json!({"physicalLocation": {"artifactLocation": {"uri": &*origin.file}, "region": {"startLine": origin.line}},
                "logicalLocations": [{"fullyQualifiedName": verdict.address.to_string(), "kind": "resource"}]})
        })
        .collect();
    let mut value = json!({
        "ruleId": verdict.control.0,
        "ruleIndex": ids.iter().position(|id| *id == verdict.control.0),
        "kind": kind,
        "level": level,
        "message": {"text": format!("{}: {} [{requirements}]", verdict.address, verdict.detail)},
        "locations": locations,
        // What makes two results the same over time, whatever the line.
        "partialFingerprints": {"controlAndAddress/v1": format!("{}@{}", verdict.control, verdict.address)},
    });
    if let Some(waived) = &verdict.waiver {
        // SARIF 2.1.0, 3.35: a suppression that is no longer accepted does not suppress.
        value["suppressions"] = json!([{
            "kind": "external",
            "status": if waived.expired { "rejected" } else { "accepted" },
            "justification": crate::waivers::holds(&waived.waiver),
            "location": {"physicalLocation": {"artifactLocation": {"uri": &*waived.waiver.origin.file}, "region": {"startLine": waived.waiver.origin.line}}},
        }]);
    }
    value
}
