//! An evaluation as people, programs and pull requests read it.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use strata_policy::{Control, Status, Verdict};

use super::against::Difference;
use super::evaluate::{Evaluation, Mode};
use crate::output::{Paint, count, wrap};
use crate::waivers;

/// How many resources a line names before it counts.
const SHOWN: usize = 10;

/// A part of the answer. What is met is counted, not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Violated,
    Waived,
    NotDecidable,
}

impl Section {
    const ALL: [Self; 3] = [Self::Violated, Self::Waived, Self::NotDecidable];

    fn word(self) -> &'static str {
        match self {
            Self::Violated => "Violated",
            Self::Waived => "Violated and waived",
            Self::NotDecidable => "Not decidable",
        }
    }

    fn holds(self, verdict: &Verdict) -> bool {
        match self {
            Self::Violated => verdict.counts_as_violation(),
            Self::Waived => verdict.is_waived(),
            Self::NotDecidable => verdict.status == Status::NotDecidable,
        }
    }
}

/// What a waiver says of a violation.
fn excuse(verdict: &Verdict) -> Option<String> {
    verdict
        .waiver
        .as_ref()
        .map(|waived| if waived.expired { waivers::expired(&waived.waiver) } else { format!("waived {}", waivers::holds(&waived.waiver)) })
}

/// For people.
pub fn text(evaluation: &Evaluation, difference: Option<&Difference<'_>>, width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.bold(&wrap(&heading(evaluation), width, 2)));
    for section in Section::ALL {
        let of_status: Vec<&Verdict> = evaluation.verdicts.iter().filter(|verdict| section.holds(verdict)).collect();
        if of_status.is_empty() {
            continue;
        }
        let word = section.word();
        let _ = writeln!(out, "\n{}", if section == Section::Violated { paint.red(word) } else { paint.yellow(word) });
        for (control, detail, verdicts) in grouped(&of_status) {
            let known = strata_policy::control(control);
            let severity = known.map(|control| format!(" ({})", control.severity)).unwrap_or_default();
            let _ = writeln!(out, "  {}{severity}", paint.bold(control));
            for verdict in verdicts.iter().take(SHOWN) {
                let place = verdict.origin.as_ref().map(|origin| format!(" ({origin})")).unwrap_or_default();
                let _ = writeln!(out, "    {}{place}", verdict.address);
            }
            if verdicts.len() > SHOWN {
                let _ = writeln!(out, "    … and {} more", verdicts.len() - SHOWN);
            }
            let _ = writeln!(out, "      {}", wrap(detail, width.saturating_sub(6), 6));
            if let Some(excuse) = excuse(verdicts[0]) {
                let _ = writeln!(out, "      {}", wrap(&excuse, width.saturating_sub(6), 6));
            }
            let _ = writeln!(out, "      {}", paint.dim(&wrap(&requirements(verdicts[0]), width.saturating_sub(6), 6)));
        }
    }
    for (title, verdicts) in difference.map(Difference::sections).unwrap_or_default() {
        let _ = writeln!(out, "\n{}", paint.bold(title));
        for verdict in verdicts {
            let _ = writeln!(out, "  {}", wrap(&format!("{} by {}", verdict.control, verdict.address), width.saturating_sub(2), 4));
        }
    }
    let _ = writeln!(out, "\n{}", paint.bold(&totals(evaluation)));
    if let Some(difference) = difference {
        let _ = writeln!(out, "{}", wrap(&difference.totals(), width, 2));
    }
    for note in notes(evaluation) {
        let _ = writeln!(out, "{}", wrap(&note, width, 2));
    }
    out
}

/// For programs.
pub fn json(evaluation: &Evaluation, difference: Option<&Difference<'_>>) -> Value {
    let mut value = serde_json::to_value(evaluation).unwrap_or_default();
    value["counts"] = json!({
        "met": evaluation.count(Status::Met),
        "violated": evaluation.count(Status::Violated),
        "waived": evaluation.waived(),
        "not_decidable": evaluation.count(Status::NotDecidable),
    });
    if let Some(difference) = difference {
        value["against"] = difference.json();
    }
    for verdict in value["verdicts"].as_array_mut().into_iter().flatten() {
        let Some(control) = verdict["control"].as_str().and_then(strata_policy::control) else { continue };
        verdict["title"] = control.title.into();
        verdict["severity"] = control.severity.to_string().into();
        verdict["repair"] = control.repair.into();
    }
    value
}

/// For a pull request.
pub fn markdown(evaluation: &Evaluation, difference: Option<&Difference<'_>>) -> String {
    let mut out = format!("## {}\n\n{}\n", heading(evaluation), totals(evaluation));
    if let Some(difference) = difference {
        let _ = write!(out, "\n**{}**\n", difference.totals());
        for (title, verdicts) in difference.sections() {
            let _ = write!(out, "\n### {title}\n\n{}", table(&verdicts));
        }
        if difference.is_nothing() {
            return out;
        }
        let _ = write!(out, "\n<details><summary>Everything that is not met</summary>\n");
    }
    for section in Section::ALL {
        let of_status: Vec<&Verdict> = evaluation.verdicts.iter().filter(|verdict| section.holds(verdict)).collect();
        if !of_status.is_empty() {
            let _ = write!(out, "\n### {}\n\n{}", section.word(), table(&of_status));
        }
    }
    if difference.is_some() {
        let _ = write!(out, "\n</details>\n");
    }
    for note in notes(evaluation) {
        let _ = write!(out, "\n{note}\n");
    }
    out
}

/// Verdicts as a Markdown table.
pub fn table(verdicts: &[&Verdict]) -> String {
    let mut out = String::from("| control | resource | line | what | requirements |\n| --- | --- | --- | --- | --- |\n");
    for (control, detail, verdicts) in grouped(verdicts) {
        let mut addresses: Vec<String> = verdicts.iter().take(SHOWN).map(|verdict| format!("`{}`", verdict.address)).collect();
        if verdicts.len() > SHOWN {
            addresses.push(format!("… and {} more", verdicts.len() - SHOWN));
        }
        let mut lines: Vec<String> = verdicts.iter().filter_map(|verdict| verdict.origin.as_ref()).map(ToString::to_string).collect();
        lines.dedup();
        lines.truncate(SHOWN);
        let what = excuse(verdicts[0]).map_or_else(|| detail.to_owned(), |excuse| format!("{detail} ({excuse})"));
        let cells = [format!("`{control}`"), addresses.join("<br>"), lines.join("<br>"), cell(&what), cell(&requirements(verdicts[0]))];
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Verdicts of one control that say the same, together.
fn grouped<'a>(verdicts: &[&'a Verdict]) -> Vec<(&'a str, &'a str, Vec<&'a Verdict>)> {
    let mut groups: BTreeMap<(&str, &str, Option<&str>), Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        let excuse = verdict.waiver.as_ref().map(|waived| waived.waiver.resource.as_str());
        groups.entry((verdict.control.0.as_str(), verdict.detail.as_str(), excuse)).or_default().push(verdict);
    }
    let severity = |id: &str| strata_policy::control(id).map(|control: &Control| control.severity);
    let mut all: Vec<_> = groups.into_iter().map(|((control, detail, _), verdicts)| (control, detail, verdicts)).collect();
    // What harms most stands first.
    all.sort_by_key(|(control, detail, _)| (std::cmp::Reverse(severity(control)), *control, *detail));
    all
}

fn heading(evaluation: &Evaluation) -> String {
    let by = if evaluation.standards.is_empty() { "no standard".to_owned() } else { evaluation.standards.join(", ") };
    let what = match evaluation.mode {
        Mode::Planned => "as planned",
        Mode::Live => "as the cloud shows it",
    };
    format!("{} {what}, by {by}", evaluation.scope)
}

fn requirements(verdict: &Verdict) -> String {
    verdict.requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `402 met, 0 violated, 12 not decidable, over 190 resources`.
pub fn totals(evaluation: &Evaluation) -> String {
    let (met, violated, open) = (evaluation.count(Status::Met), evaluation.count(Status::Violated), evaluation.count(Status::NotDecidable));
    let excused = if evaluation.waived() > 0 { format!(" ({} waived)", evaluation.waived()) } else { String::new() };
    format!("{met} met, {violated} violated{excused}, {open} not decidable, over {}", count(evaluation.resources, "resource"))
}

fn notes(evaluation: &Evaluation) -> Vec<String> {
    let mut notes = Vec::new();
    if evaluation.standards.is_empty() {
        notes.push("note: no standard is asked for: add `compliance:` to the platform or application file".to_owned());
    }
    let list = |addresses: &[strata_graph::Address]| {
        let shown = addresses.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let more = addresses.len().saturating_sub(SHOWN);
        if more > 0 { format!("{shown} … and {more} more") } else { shown }
    };
    if !evaluation.not_made.is_empty() {
        let number = count(evaluation.not_made.len(), "resource");
        notes.push(format!("note: {number} of the files not made yet, and so not judged: {}", list(&evaluation.not_made)));
    }
    if !evaluation.not_seen.is_empty() {
        let number = count(evaluation.not_seen.len(), "resource");
        notes.push(format!("warning[E0803]: {number} could not be looked at: {}", list(&evaluation.not_seen)));
    }
    notes
}
