//! What was found: an observation for each verdict, a finding for each requirement, a risk for each violation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use strata_policy::evidence::{RequirementEvidence, RequirementStatus, Source};
use strata_policy::{ControlId, Status};

use super::super::csv::verdict;
use super::plan::reviewed;
use super::{Context, PLAN, line, property, token};

pub(super) fn assessment_results(context: &Context<'_>) -> Value {
    let report = context.report;
    let (observations, of_control) = observations(context);
    let risks = risks(context);
    let findings: Vec<Value> = report.requirements.iter().map(|requirement| finding(context, requirement, &of_control, &risks)).collect();
    let mut result = json!({
        "uuid": context.id_now("result"),
        "title": format!("{} of {}", report.standard.title, context.system_name()),
        "description": line(&report.statement.sentences.join(" ")),
        "start": report.at,
        "end": report.at,
        "props": [property("basis", basis(report.basis)), property("emulator", if report.subject.emulator { "yes" } else { "no" })],
        "reviewed-controls": reviewed(context),
        "findings": findings,
    });
    if !observations.is_empty() {
        result["observations"] = json!(observations);
    }
    if !risks.is_empty() {
        result["risks"] = json!(risks.iter().map(|(_, risk)| risk).collect::<Vec<_>>());
    }
    json!({"assessment-results": {
        "uuid": context.id_now("assessment-results"),
        "metadata": context.metadata_with_parties(&format!("{}: results for {}", report.standard.title, context.system_name())),
        "import-ap": {"href": PLAN},
        "results": [result],
    }})
}

fn basis(basis: strata_policy::evidence::Basis) -> &'static str {
    match basis {
        strata_policy::evidence::Basis::Planned => "planned",
        strata_policy::evidence::Basis::Observed => "observed",
    }
}

/// One observation for each control and answer, with the resources it was seen on; and which observations each control has.
fn observations<'a>(context: &Context<'a>) -> (Vec<Value>, BTreeMap<&'a ControlId, Vec<String>>) {
    let report = context.report;
    let mut all = Vec::new();
    let mut of_control: BTreeMap<&ControlId, Vec<String>> = BTreeMap::new();
    for (id, control) in &report.controls {
        let mut groups: BTreeMap<(&str, Source, &str, &str), Vec<&strata_policy::evidence::Seen>> = BTreeMap::new();
        for seen in &control.seen {
            groups.entry((verdict(seen.status, seen.waiver), seen.source, &seen.at, &seen.detail)).or_default().push(seen);
        }
        for ((word, source, at, detail), seen) in groups {
            let uuid = context.id_now(&format!("observation/{id}/{word}/{source:?}/{at}/{detail}"));
            of_control.entry(id).or_default().push(uuid.clone());
            let subjects: Vec<Value> = seen
                .iter()
                .filter(|seen| report.resources.contains_key(&seen.resource))
                .map(|seen| {
                    json!({
                        "subject-uuid": context.id(&format!("resource/{}", seen.resource)),
                        "type": "inventory-item",
                        "title": seen.resource.to_string(),
                    })
                })
                .collect();
            let mut observation = json!({
                "uuid": uuid,
                "title": format!("{id}: {word}"),
                "description": line(detail),
                "methods": [if source == Source::Observed { "TEST" } else { "EXAMINE" }],
                "types": ["control-objective"],
                "collected": at,
                "props": [
                    property("control", &id.0),
                    property("verdict", word),
                    property("source", if source == Source::Observed { "observed" } else { "planned" }),
                ],
            });
            if !subjects.is_empty() {
                observation["subjects"] = json!(subjects);
            }
            all.push(observation);
        }
    }
    (all, of_control)
}

/// A risk for each violation: open, or accepted under a waiver.
fn risks<'a>(context: &Context<'a>) -> Vec<(&'a ControlId, Value)> {
    let report = context.report;
    let mut risks = Vec::new();
    for finding in &report.findings {
        let Some((id, control)) = report.controls.get_key_value(&finding.control) else { continue };
        let Some(seen) = control.seen.get(finding.seen).filter(|seen| seen.status == Status::Violated) else { continue };
        let mut risk = json!({
            "uuid": context.id_now(&format!("risk/{id}/{}", seen.resource)),
            "title": format!("{id} is violated by {}", seen.resource),
            "description": line(&seen.detail),
            "statement": line(&control.why),
            "status": if seen.waiver.is_some() { "deviation-approved" } else { "open" },
            "props": [property("severity", &control.severity), property("address", &seen.resource.to_string())],
            "remediations": [{
                "uuid": context.id_now(&format!("remediation/{id}/{}", seen.resource)),
                "lifecycle": "recommendation",
                "title": "Repair",
                "description": line(&control.repair),
            }],
        });
        if let Some((waiver, _)) = seen.waiver.and_then(|index| report.waivers.get(index)) {
            risk["remarks"] = json!(line(&format!(
                "Waived until {}: {} Owner: {}. Approved by: {}.",
                waiver.expires, waiver.reason, waiver.owner, waiver.approver
            )));
            risk["deadline"] = json!(format!("{}T23:59:59Z", waiver.expires));
        }
        risks.push((id, risk));
    }
    risks
}

fn finding(
    context: &Context<'_>,
    requirement: &RequirementEvidence,
    of_control: &BTreeMap<&ControlId, Vec<String>>,
    risks: &[(&ControlId, Value)],
) -> Value {
    let standard = &context.report.standard.name;
    let (state, reason, why) = answer(requirement);
    let related: Vec<Value> =
        requirement.controls.iter().filter_map(|id| of_control.get(id)).flatten().map(|uuid| json!({"observation-uuid": uuid})).collect();
    let served: BTreeSet<&ControlId> = requirement.controls.iter().collect();
    let risks: Vec<Value> =
        risks.iter().filter(|(id, _)| served.contains(id)).map(|(_, risk)| json!({"risk-uuid": risk["uuid"]})).collect();
    let mut finding = json!({
        "uuid": context.id_now(&format!("finding/{}", requirement.id)),
        "title": format!("{} {}", requirement.id, requirement.status.word()),
        "description": line(&format!("{}. {}", requirement.title.trim_end_matches('.'), why)),
        "props": [property("status", requirement.status.word())],
        "target": {
            "type": "statement-id",
            "target-id": format!("{}_smt", token(standard, &requirement.id)),
            "status": {"state": state, "reason": reason, "remarks": why},
        },
    });
    if !related.is_empty() {
        finding["related-observations"] = json!(related);
    }
    if !risks.is_empty() {
        finding["related-risks"] = json!(risks);
    }
    if !requirement.remains.is_empty() {
        finding["remarks"] = json!(line(&format!("Remains: {}", requirement.remains.join(" "))));
    }
    finding
}

/// OSCAL knows two states. 'Satisfied' is said only where nothing is left to anybody.
fn answer(requirement: &RequirementEvidence) -> (&'static str, &'static str, String) {
    let meaning = format!("{}.", requirement.status.meaning());
    let others = requirement.organisation || requirement.answered_by.contains(&"provider");
    match requirement.status {
        RequirementStatus::Met if !others => ("satisfied", "pass", meaning),
        RequirementStatus::Met => ("not-satisfied", "other", format!("{meaning} What is left is not Strata's to show.")),
        RequirementStatus::Violated => ("not-satisfied", "fail", meaning),
        _ => ("not-satisfied", "other", meaning),
    }
}
