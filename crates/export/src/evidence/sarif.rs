//! The findings as SARIF 2.1.0: each at the line of the file that asked for the resource.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strata_policy::evidence::Report;
use strata_policy::{ControlId, Status};

use super::EvidenceError;

/// The report's violations (errors, or suppressed where a waiver holds) and what could not be decided (notes).
///
/// # Errors
/// [`EvidenceError`] when the log has no JSON form.
pub fn sarif(report: &Report) -> Result<String, EvidenceError> {
    let mut indices: BTreeMap<&ControlId, usize> = BTreeMap::new();
    for finding in &report.findings {
        indices.entry(&finding.control).or_default();
    }
    for (index, place) in indices.values_mut().enumerate() {
        *place = index;
    }
    let rules: Vec<Value> = indices
        .keys()
        .filter_map(|id| Some((*id, report.controls.get(*id)?)))
        .map(|(id, control)| {
            json!({
                "id": id,
                "shortDescription": {"text": format!("{}.", control.title.trim_end_matches('.'))},
                "fullDescription": {"text": control.why},
                "help": {"text": control.repair},
                "helpUri": format!("docs/controls/{id}.md"),
                "properties": {
                    "severity": control.severity,
                    "tags": control.requirements.iter().map(|requirement| format!("{} {requirement}", report.standard.name)).collect::<Vec<_>>(),
                },
            })
        })
        .collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .filter_map(|finding| {
            let control = report.controls.get(&finding.control)?;
            let seen = control.seen.get(finding.seen)?;
            let resource = report.resources.get(&seen.resource);
            let locations: Vec<Value> = resource
                .iter()
                .flat_map(|resource| &resource.origins)
                .take(1)
                .map(|origin| {
                    json!({
                        "physicalLocation": {"artifactLocation": {"uri": &*origin.file}, "region": {"startLine": origin.line.max(1)}},
                        "logicalLocations": [{"fullyQualifiedName": seen.resource.to_string(), "kind": "resource"}],
                    })
                })
                .collect();
            let mut result = json!({
                "ruleId": finding.control,
                "ruleIndex": indices.get(&finding.control),
                // SARIF 2.1.0, 3.27.10: what is no failure has the level 'none'.
                "level": if seen.status == Status::Violated { "error" } else { "none" },
                "kind": if seen.status == Status::Violated { "fail" } else { "open" },
                "message": {"text": format!("{}: {}", seen.resource, seen.detail)},
                "locations": locations,
                "partialFingerprints": {"controlAndResource/v1": format!("{}/{}", finding.control, seen.resource)},
                "properties": {"source": seen.source, "at": seen.at},
            });
            if let Some((waiver, _)) = seen.waiver.and_then(|index| report.waivers.get(index)) {
                let justification =
                    format!("{} (owner {}, approved by {}, until {})", waiver.reason, waiver.owner, waiver.approver, waiver.expires);
                result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": justification}]);
            }
            Some(result)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "strata", "version": report.tool.trim_start_matches("strata "), "rules": rules}},
            "automationDetails": {"id": format!("{}/{}/{}", report.standard.name, report.subject.scope, report.at)},
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log).map_err(|error| EvidenceError::of("SARIF")(&error))?;
    Ok(text + "\n")
}
