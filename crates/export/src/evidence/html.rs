//! The report as one page that is read on a screen and printed on A4: no script, nothing loaded from elsewhere.
//!
//! What is shown is prepared here and typed; the template only lays it out. It escapes every value.

use std::collections::BTreeMap;

use minijinja::Environment;
use serde::Serialize;
use strata_policy::evidence::{
    Attachment, Basis, ControlEvidence, Counts, Report, RequirementEvidence, RequirementStatus, Seen, Source, WaiverState, chapters,
};

use super::EvidenceError;
use super::csv::verdict;

const TEMPLATE: &str = include_str!("../../templates/report.html");

#[derive(Serialize)]
struct Page<'a> {
    report: &'a Report,
    planned: bool,
    day: &'a str,
    scope: String,
    /// What stands at the foot of each printed page: in a string of the style sheet, so of harmless characters alone.
    footer: String,
    figures: Vec<Figure>,
    bar: Vec<Figure>,
    totals: String,
    chapters: Vec<Chapter<'a>>,
    answered: Vec<(&'static str, &'static str, usize)>,
    beyond: Vec<Line<'a>>,
    provider: Vec<Line<'a>>,
    shared: Vec<Line<'a>>,
    findings: Vec<Group<'a>>,
    waivers: Vec<Waived>,
    controls: Vec<ControlPart<'a>>,
    resources: Vec<ResourceRow>,
    attachments: Vec<&'a Attachment>,
    form: Vec<Line<'a>>,
}

/// How many requirements stand how.
#[derive(Clone, Serialize)]
struct Figure {
    word: &'static str,
    class: String,
    meaning: &'static str,
    number: usize,
    percent: String,
}

/// A requirement in a list.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct Chapter<'a> {
    id: String,
    anchor: String,
    title: &'static str,
    counts: Vec<usize>,
    requirements: Vec<RequirementPart<'a>>,
}

#[derive(Serialize)]
struct RequirementPart<'a> {
    requirement: &'a RequirementEvidence,
    anchor: String,
    class: String,
    word: &'static str,
    numbers: String,
    answered: String,
}

/// Resources of which one control said the same.
#[derive(Serialize)]
struct Group<'a> {
    control: &'a str,
    title: &'a str,
    severity: &'a str,
    class: String,
    word: &'static str,
    source: &'static str,
    at: &'a str,
    detail: &'a str,
    resources: Vec<Named>,
    /// The same by scope: the scope, and its resources without it.
    scopes: Vec<(String, Vec<String>)>,
    requirements: &'a [String],
    repair: &'a str,
}

#[derive(Serialize)]
struct Named {
    address: String,
    place: Option<String>,
}

#[derive(Serialize)]
struct Waived {
    control: String,
    resource: String,
    reason: String,
    owner: String,
    approver: String,
    expires: String,
    word: &'static str,
}

#[derive(Serialize)]
struct ControlPart<'a> {
    id: &'a str,
    control: &'a ControlEvidence,
    numbers: String,
    class: String,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct ResourceRow {
    address: String,
    type_name: String,
    id: String,
    place: String,
    run: String,
}

/// The report as HTML.
///
/// # Errors
/// [`EvidenceError`] when the page cannot be laid out.
pub fn html(report: &Report) -> Result<String, EvidenceError> {
    let failed = |error: minijinja::Error| EvidenceError::of("HTML")(&format!("{error:#}"));
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    // The name's ending switches escaping on.
    environment.add_template("report.html", TEMPLATE).map_err(failed)?;
    let template = environment.get_template("report.html").map_err(failed)?;
    template.render(page(report)).map(|text| text + "\n").map_err(failed)
}

fn page(report: &Report) -> Page<'_> {
    let total = report.requirements.len().max(1);
    let figures: Vec<Figure> = RequirementStatus::ALL
        .into_iter()
        .map(|status| {
            let number = report.summary.get(status.word()).copied().unwrap_or_default();
            // Two places are enough for the width of a bar.
            let percent = format!("{}.{:02}", number * 100 / total, number * 10_000 / total % 100);
            Figure { word: status.word(), class: class(status.word()), meaning: status.meaning(), number, percent }
        })
        .collect();
    let lines = |chosen: &dyn Fn(&RequirementEvidence) -> bool| -> Vec<Line<'_>> {
        report.requirements.iter().filter(|requirement| chosen(requirement)).map(|one| Line { id: &one.id, title: &one.title }).collect()
    };
    let by = |who: &str| report.requirements.iter().filter(|requirement| requirement.answered_by.contains(&who)).count();
    Page {
        planned: report.basis == Basis::Planned,
        day: report.at.get(..10).unwrap_or(&report.at),
        scope: report.subject.scope.to_string(),
        footer: footer(report),
        bar: figures.iter().filter(|figure| figure.number > 0).cloned().collect(),
        figures,
        totals: numbers(report.counts),
        chapters: of_chapters(report),
        answered: vec![
            ("provider", "the cloud provider, by its own certification", by("provider")),
            ("strata-provisioning", "Strata, before anything is made: a violation blocks the plan", by("strata-provisioning")),
            ("strata-continuous", "Strata, on the live cloud: what has to be noticed while it runs", by("strata-continuous")),
            ("organisation", "people, contracts and procedures of the organisation", by("organisation")),
        ],
        beyond: lines(&|one| one.status == RequirementStatus::Organisation),
        provider: lines(&|one| one.status == RequirementStatus::Provider),
        shared: lines(&|one| one.organisation && !one.controls.is_empty()),
        findings: findings(report),
        waivers: waivers(report),
        controls: controls(report),
        resources: resources(report),
        attachments: report.requirements.iter().flat_map(|requirement| &requirement.attachments).collect(),
        form: lines(&|one| one.organisation),
        report,
    }
}

fn footer(report: &Report) -> String {
    let text =
        [&report.standard.name, &report.subject.platform, &report.subject.scope.to_string(), &report.at].map(String::as_str).join(" · ");
    let harmless = |character: &char| character.is_alphanumeric() || matches!(character, ' ' | '·' | '/' | '.' | ':' | '-' | '_');
    text.chars().filter(harmless).collect()
}

fn class(word: &str) -> String {
    word.replace(' ', "-")
}

fn anchor(prefix: &str, id: &str) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() || matches!(character, '.' | '-') { character } else { '_' };
    format!("{prefix}-{}", id.chars().map(plain).collect::<String>())
}

/// `12 verdicts: 10 met, 2 violated`.
fn numbers(counts: Counts) -> String {
    let parts: Vec<String> =
        [(counts.met, "met"), (counts.violated, "violated"), (counts.waived, "waived"), (counts.not_decidable, "not decidable")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
    match counts.total() {
        0 => "no verdict".to_owned(),
        1 => format!("1 verdict: {}", parts.join(", ")),
        total => format!("{total} verdicts: {}", parts.join(", ")),
    }
}

fn of_chapters(report: &Report) -> Vec<Chapter<'_>> {
    let mut found: Vec<Chapter<'_>> = Vec::new();
    for requirement in &report.requirements {
        let id = chapters::chapter(&report.standard.name, &requirement.id);
        if found.last().is_none_or(|last| last.id != id) {
            found.push(Chapter {
                anchor: anchor("chapter", &id),
                title: chapters::title(&report.standard.name, &id),
                id,
                counts: vec![0; RequirementStatus::ALL.len()],
                requirements: Vec::new(),
            });
        }
        let Some(chapter) = found.last_mut() else { continue };
        if let Some(place) = RequirementStatus::ALL.iter().position(|status| *status == requirement.status) {
            chapter.counts[place] += 1;
        }
        chapter.requirements.push(RequirementPart {
            anchor: anchor("requirement", &requirement.id),
            class: class(requirement.status.word()),
            word: requirement.status.word(),
            numbers: numbers(requirement.counts),
            answered: requirement.answered_by.iter().map(|who| who.replace("strata-", "Strata, ")).collect::<Vec<_>>().join("; "),
            requirement,
        });
    }
    found
}

/// What a control said, resources of which it said the same together.
fn groups<'a>(report: &'a Report, id: &'a str, control: &'a ControlEvidence, chosen: impl Fn(&Seen) -> bool) -> Vec<Group<'a>> {
    let mut found: Vec<Group<'a>> = Vec::new();
    let mut places: BTreeMap<(&'static str, Source, &str, &str), usize> = BTreeMap::new();
    for seen in control.seen.iter().filter(|seen| chosen(seen)) {
        let word = verdict(seen.status, seen.waiver);
        let place = *places.entry((word, seen.source, &seen.at, &seen.detail)).or_insert_with(|| {
            found.push(Group {
                control: id,
                title: &control.title,
                severity: &control.severity,
                class: class(word),
                word,
                source: match seen.source {
                    Source::Planned => "planned",
                    Source::Observed => "observed",
                },
                at: &seen.at,
                detail: &seen.detail,
                resources: Vec::new(),
                scopes: Vec::new(),
                requirements: &control.requirements,
                repair: &control.repair,
            });
            found.len() - 1
        });
        let resource = report.resources.get(&seen.resource);
        let scope = seen.resource.scope().to_string();
        match found[place].scopes.last_mut() {
            Some((last, names)) if *last == scope => names.push(seen.resource.short()),
            _ => found[place].scopes.push((scope, vec![seen.resource.short()])),
        }
        found[place].resources.push(Named {
            address: seen.resource.to_string(),
            place: resource.and_then(|resource| resource.origins.first()).map(ToString::to_string),
        });
    }
    found
}

fn findings(report: &Report) -> Vec<Group<'_>> {
    let mut found: Vec<Group<'_>> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    // The report has them in their order; a control's own stand together here, under the first of them.
    for finding in &report.findings {
        let id = finding.control.0.as_str();
        if let Some(control) = report.controls.get(&finding.control).filter(|_| !done.contains(&id)) {
            done.push(id);
            found.extend(groups(report, id, control, |seen| verdict(seen.status, seen.waiver) != "met"));
        }
    }
    found
}

fn controls(report: &Report) -> Vec<ControlPart<'_>> {
    report
        .controls
        .iter()
        .map(|(id, control)| {
            let counts = control.counts;
            let class = match (counts.violated, counts.waived, counts.not_decidable, counts.met) {
                (1.., _, _, _) => "violated",
                (0, 1.., _, _) => "waived",
                (0, 0, 1.., _) => "not-decidable",
                (0, 0, 0, 1..) => "met",
                _ => "nothing-to-judge",
            };
            ControlPart {
                id: &id.0,
                control,
                numbers: numbers(counts),
                class: class.to_owned(),
                groups: groups(report, &id.0, control, |_| true),
            }
        })
        .collect()
}

fn waivers(report: &Report) -> Vec<Waived> {
    let rows = report.waivers.iter().map(|(waiver, state)| Waived {
        control: waiver.control.to_string(),
        resource: waiver.resource.to_string(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        approver: waiver.approver.clone(),
        expires: waiver.expires.to_string(),
        word: match state {
            WaiverState::Holds => "holds",
            WaiverState::Expired => "expired: violated again",
            WaiverState::NotNeeded => "no violation to cover",
        },
    });
    rows.collect()
}

fn resources(report: &Report) -> Vec<ResourceRow> {
    report
        .resources
        .iter()
        .map(|(address, resource)| ResourceRow {
            address: address.to_string(),
            type_name: resource.type_name.to_string(),
            id: resource.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            place: resource.origins.first().map(ToString::to_string).unwrap_or_default(),
            run: resource.made.as_ref().map(|made| format!("{} ({})", made.run, made.operation)).unwrap_or_default(),
        })
        .collect()
}
