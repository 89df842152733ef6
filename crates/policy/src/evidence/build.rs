//! From verdicts to the report.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use strata_graph::{Address, Graph, Origin, PhysicalId};

use super::model::{
    Attachment, Basis, ControlEvidence, Counts, Finding, Made, Report, RequirementEvidence, RequirementStatus, ResourceEvidence, Run, Seen,
    Source, StandardPart, Statement, Subject, WaiverState,
};
use crate::control::{Control, Severity, When};
use crate::registry::control;
use crate::standards::{Answerer, Catalogue, CatalogueRequirement};
use crate::verdict::{ControlId, Status, Verdict};
use crate::waiver::Waiver;

/// A verdict with where it comes from and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Where it comes from.
    pub source: Source,
    /// The time of the look or of the plan, RFC 3339.
    pub at: String,
}

/// All that a report is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The standard.
    pub catalogue: &'a Catalogue,
    /// The lines that ask for it.
    pub asked_for_by: Vec<Origin>,
    /// What the report is about.
    pub subject: Subject,
    /// What made it.
    pub tool: String,
    /// When, RFC 3339. A waiver holds up to and on the day of this time.
    pub at: String,
    /// What it rests on.
    pub basis: Basis,
    /// What the rules said.
    pub judged: Vec<Judged>,
    /// The resources that may be spoken of, planned and standing.
    pub resources: &'a Graph,
    /// What the cloud calls those that stand.
    pub ids: BTreeMap<Address, PhysicalId>,
    /// Which run made or last changed them.
    pub made: BTreeMap<Address, Made>,
    /// Those runs.
    pub runs: Vec<Run>,
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// What the organisation attached.
    pub attachments: Vec<Attachment>,
}

/// Builds the report.
#[must_use]
pub fn build(input: Input<'_>) -> Report {
    let served = served(input.catalogue);
    let waivers = waivers(&input, &served);
    let controls = controls(&input, &served, &waivers);
    let requirements: Vec<RequirementEvidence> = input
        .catalogue
        .requirements
        .iter()
        .map(|requirement| {
            let attachments = input.attachments.iter().filter(|attachment| attachment.requirement == requirement.id).cloned().collect();
            of_requirement(requirement, &controls, input.basis, attachments)
        })
        .collect();
    let mut counts = Counts::default();
    for control in controls.values() {
        add(&mut counts, control.counts);
    }
    let mut summary: BTreeMap<&'static str, usize> = RequirementStatus::ALL.iter().map(|status| (status.word(), 0)).collect();
    for requirement in &requirements {
        *summary.entry(requirement.status.word()).or_default() += 1;
    }
    let spoken_of: BTreeSet<&Address> = controls.values().flat_map(|control| control.seen.iter().map(|seen| &seen.resource)).collect();
    let resources: BTreeMap<Address, ResourceEvidence> = spoken_of
        .into_iter()
        .filter_map(|address| input.resources.get(address))
        .map(|resource| {
            let evidence = ResourceEvidence {
                type_name: resource.type_name.clone(),
                layer: resource.layer,
                purpose: resource.purpose.clone(),
                origins: resource.origins.clone(),
                id: input.ids.get(&resource.address).cloned(),
                made: input.made.get(&resource.address).cloned(),
            };
            (resource.address.clone(), evidence)
        })
        .collect();
    let named: BTreeSet<&str> = resources.values().filter_map(|resource| resource.made.as_ref()).map(|made| made.run.as_str()).collect();
    let runs = input.runs.iter().filter(|run| named.contains(run.id.as_str())).cloned().collect();
    let waivers = waivers.into_iter().map(|(waiver, state)| (waiver.clone(), state)).collect();
    Report {
        version: Report::VERSION,
        statement: statement(&input, &requirements),
        tool: input.tool,
        standard: StandardPart {
            name: input.catalogue.standard.clone(),
            title: input.catalogue.title.clone(),
            source: input.catalogue.source.clone(),
            asked_for_by: input.asked_for_by,
        },
        subject: input.subject,
        at: input.at,
        basis: input.basis,
        summary,
        counts,
        requirements,
        findings: findings(&controls),
        controls,
        resources,
        waivers,
        runs,
    }
}

/// The controls that serve the standard, with the requirements that they serve, in the standard's order.
fn served(catalogue: &Catalogue) -> BTreeMap<&'static str, (&'static Control, Vec<String>)> {
    let mut served: BTreeMap<&'static str, (&'static Control, Vec<String>)> = BTreeMap::new();
    for requirement in &catalogue.requirements {
        for control in requirement.controls.iter().filter_map(|id| control(id)) {
            served.entry(control.id).or_insert_with(|| (control, Vec::new())).1.push(requirement.id.clone());
        }
    }
    served
}

/// The waivers of those controls, sorted, with what they do on the day of the report.
fn waivers<'a>(input: &'a Input<'_>, served: &BTreeMap<&'static str, (&'static Control, Vec<String>)>) -> Vec<(&'a Waiver, WaiverState)> {
    // A time that is none makes every waiver expire, rather than none of them.
    let today: Date = input.at.get(..10).and_then(|day| day.parse().ok()).unwrap_or(Date::MAX);
    let mut waivers: Vec<&Waiver> = input.waivers.iter().filter(|waiver| served.contains_key(waiver.control.0.as_str())).collect();
    waivers.sort_by(|left, right| (&left.control, &left.resource, left.expires).cmp(&(&right.control, &right.resource, right.expires)));
    let covers = |waiver: &Waiver| {
        input.judged.iter().any(|judged| {
            let verdict = &judged.verdict;
            verdict.status == Status::Violated && waiver.speaks_of(&verdict.control, &verdict.address)
        })
    };
    waivers
        .into_iter()
        .map(|waiver| {
            let state = match (covers(waiver), waiver.has_expired(today)) {
                (_, true) => WaiverState::Expired,
                (true, false) => WaiverState::Holds,
                (false, false) => WaiverState::NotNeeded,
            };
            (waiver, state)
        })
        .collect()
}

fn controls(
    input: &Input<'_>,
    served: &BTreeMap<&'static str, (&'static Control, Vec<String>)>,
    waivers: &[(&Waiver, WaiverState)],
) -> BTreeMap<ControlId, ControlEvidence> {
    let mut controls: BTreeMap<ControlId, ControlEvidence> = served
        .values()
        .map(|(control, requirements)| {
            let evidence = ControlEvidence {
                title: control.title.to_owned(),
                why: control.why.to_owned(),
                repair: control.repair.to_owned(),
                severity: control.severity.to_string(),
                judged: control.when.to_string(),
                requirements: requirements.clone(),
                counts: Counts::default(),
                seen: Vec::new(),
            };
            (ControlId(control.id.to_owned()), evidence)
        })
        .collect();
    for judged in &input.judged {
        let verdict = &judged.verdict;
        let Some(control) = controls.get_mut(&verdict.control) else { continue };
        let waiver = (verdict.status == Status::Violated)
            .then(|| {
                waivers
                    .iter()
                    .position(|(waiver, state)| *state == WaiverState::Holds && waiver.speaks_of(&verdict.control, &verdict.address))
            })
            .flatten();
        match (verdict.status, waiver) {
            (Status::Met, _) => control.counts.met += 1,
            (Status::Violated, Some(_)) => control.counts.waived += 1,
            (Status::Violated, None) => control.counts.violated += 1,
            (Status::NotDecidable, _) => control.counts.not_decidable += 1,
        }
        control.seen.push(Seen {
            resource: verdict.address.clone(),
            status: verdict.status,
            source: judged.source,
            at: judged.at.clone(),
            detail: verdict.detail.clone(),
            waiver,
        });
    }
    for control in controls.values_mut() {
        control.seen.sort_by(|left, right| left.resource.cmp(&right.resource));
    }
    controls
}

fn add(counts: &mut Counts, more: Counts) {
    counts.met += more.met;
    counts.violated += more.violated;
    counts.waived += more.waived;
    counts.not_decidable += more.not_decidable;
}

fn of_requirement(
    requirement: &CatalogueRequirement,
    controls: &BTreeMap<ControlId, ControlEvidence>,
    basis: Basis,
    attachments: Vec<Attachment>,
) -> RequirementEvidence {
    let ids: Vec<ControlId> = requirement.controls.iter().map(|id| ControlId(id.clone())).collect();
    let of: Vec<(&ControlId, &ControlEvidence)> = ids.iter().filter_map(|id| controls.get_key_value(id)).collect();
    let mut counts = Counts::default();
    let mut resources = BTreeSet::new();
    let mut only_planned = false;
    for (id, evidence) in &of {
        add(&mut counts, evidence.counts);
        // A control of plans alone has nothing else to look at; where nothing stands, its plan is a plan like any other.
        let plan_alone = basis == Basis::Observed && control(&id.0).is_some_and(|control| control.when == When::Plan);
        for seen in &evidence.seen {
            resources.insert(&seen.resource);
            only_planned |= seen.source == Source::Planned && !plan_alone;
        }
    }
    let organisation = requirement.by.contains(&Answerer::Organisation);
    let status = if requirement.controls.is_empty() {
        if organisation { RequirementStatus::Organisation } else { RequirementStatus::Provider }
    } else if counts.violated > 0 {
        RequirementStatus::Violated
    } else if counts.waived > 0 {
        RequirementStatus::Waived
    } else if counts.not_decidable > 0 {
        RequirementStatus::NotDecidable
    } else if counts.met == 0 {
        RequirementStatus::NothingToJudge
    } else if only_planned {
        RequirementStatus::Planned
    } else {
        RequirementStatus::Met
    };
    let resources = resources.len();
    RequirementEvidence {
        id: requirement.id.clone(),
        title: requirement.title.clone(),
        answered_by: requirement.by.iter().map(|by| by.word()).collect(),
        status,
        controls: ids,
        counts,
        resources,
        organisation,
        remains: remains(requirement, status, &attachments),
        attachments,
    }
}

/// What is left to do, and for whom.
fn remains(requirement: &CatalogueRequirement, status: RequirementStatus, attachments: &[Attachment]) -> Vec<String> {
    let mut remains = Vec::new();
    match status {
        RequirementStatus::Violated => remains.push("Repair the violations, or have each waived by a person who may.".to_owned()),
        RequirementStatus::Waived => remains.push("Remove the reason of each waiver before its day.".to_owned()),
        RequirementStatus::NotDecidable => remains.push("Show by other means what could not be decided.".to_owned()),
        RequirementStatus::Planned => remains.push("Build it and report again: what is planned is not yet seen.".to_owned()),
        RequirementStatus::NothingToJudge => {
            remains.push("Say in writing that the environment has nothing of the kind, or show how it is met outside of it.".to_owned());
        }
        _ => {}
    }
    if requirement.by.contains(&Answerer::Provider) {
        remains.push("Attach the provider's attestation (AWS Artifact) and its responsibility matrix.".to_owned());
    }
    if requirement.by.contains(&Answerer::Organisation) {
        remains.push(match (attachments.len(), requirement.controls.is_empty()) {
            (0, true) => "The organisation shows all of it: no evidence is attached yet.".to_owned(),
            (0, false) => "The organisation shows its own part, people and procedures: no evidence is attached yet.".to_owned(),
            (1, _) => "1 document is attached; Strata did not judge what it says.".to_owned(),
            (number, _) => format!("{number} documents are attached; Strata did not judge what they say."),
        });
    }
    remains
}

/// Violations first, by severity; then what could not be decided.
fn findings(controls: &BTreeMap<ControlId, ControlEvidence>) -> Vec<Finding> {
    let mut found: Vec<(u8, std::cmp::Reverse<Severity>, Finding)> = Vec::new();
    for (id, evidence) in controls {
        let severity = control(&id.0).map_or(Severity::Low, |control| control.severity);
        for (index, seen) in evidence.seen.iter().enumerate() {
            let rank = match (seen.status, seen.waiver) {
                (Status::Violated, None) => 0,
                (Status::Violated, Some(_)) => 1,
                (Status::NotDecidable, _) => 2,
                (Status::Met, _) => continue,
            };
            found.push((rank, std::cmp::Reverse(severity), Finding { control: id.clone(), seen: index }));
        }
    }
    found.sort_by(|left, right| (left.0, left.1, &left.2.control, left.2.seen).cmp(&(right.0, right.1, &right.2.control, right.2.seen)));
    found.into_iter().map(|(_, _, finding)| finding).collect()
}

fn statement(input: &Input<'_>, requirements: &[RequirementEvidence]) -> Statement {
    let ids = |chosen: &dyn Fn(&RequirementEvidence) -> bool| -> Vec<String> {
        requirements.iter().filter(|requirement| chosen(requirement)).map(|requirement| requirement.id.clone()).collect()
    };
    let beyond_configuration = ids(&|requirement| requirement.status == RequirementStatus::Organisation);
    let provider = ids(&|requirement| requirement.status == RequirementStatus::Provider);
    let shared = ids(&|requirement| !requirement.controls.is_empty() && requirement.organisation);
    let controls_alone = ids(&|requirement| !requirement.controls.is_empty() && !requirement.organisation);
    let (total, title) = (requirements.len(), &input.catalogue.title);
    let mut sentences = vec![
        format!(
            "{title} has {total} requirements. No configuration of a cloud can meet {} of them: people, contracts and procedures do, and this \
             report cannot show that they did.",
            beyond_configuration.len()
        ),
        format!("For {} the cloud provider alone answers, by its own certification.", provider.len()),
        format!(
            "Controls of the environment serve {}: {} of these alone or with the provider, and {} together with the organisation, whose part \
             the controls do not show.",
            shared.len() + controls_alone.len(),
            controls_alone.len(),
            shared.len()
        ),
        match input.basis {
            Basis::Planned => "Nothing was looked at: the verdicts are about what is planned. No requirement is called met.".to_owned(),
            Basis::Observed => format!(
                "The verdicts are about what the cloud showed at {}, and hold for that moment. What stands only in the plan is called planned.",
                input.at
            ),
        },
    ];
    if input.subject.emulator {
        sentences.push("An emulator answered, not AWS: this report proves nothing about AWS and is for trying out alone.".to_owned());
    }
    if input.asked_for_by.is_empty() {
        sentences.push(format!(
            "The files do not ask for '{}': its controls are judged here, and neither shape the environment nor stop a plan that breaks them.",
            input.catalogue.standard
        ));
    }
    sentences.push(
        "This is evidence for an assessment and not the assessment. Which controls serve a requirement is our reading of public mappings; \
         whether they are enough is for the assessor to say."
            .to_owned(),
    );
    Statement { beyond_configuration, provider, shared, controls_alone, sentences }
}
