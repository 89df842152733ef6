//! Reading a catalogue's file: typed, every mistake at once, each with its file and line.
//!
//! Invariant: what is returned keeps the rules that [`super`] names, so nobody who uses a catalogue checks them again.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Answerer, Catalogue, CatalogueRequirement};
use crate::registry::control;

/// A mistake in a catalogue's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for Mistake {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    standard: String,
    title: String,
    source: String,
    requirements: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Spanned<String>,
    title: String,
    by: Vec<Answerer>,
    #[serde(default)]
    controls: Vec<Spanned<String>>,
}

/// Reads a catalogue.
///
/// # Errors
///
/// Every mistake of the file, in its order: one where it is no such YAML at all; else ids that are there twice, requirements that nobody answers for,
/// controls that do not exist or stand in no order, and answerers that do not fit the controls.
pub fn read(file: &str, text: &str) -> Result<Catalogue, Vec<Mistake>> {
    let mistake = |line: u64, what: String| Mistake { file: file.to_owned(), line, what };
    let whole: Whole = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        vec![mistake(line, error.to_string().lines().next().unwrap_or_default().to_owned())]
    })?;
    let mut mistakes = Vec::new();
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for row in &whole.requirements {
        let (id, line) = (&row.id.value, row.id.referenced.line());
        if let Some(first) = lines.insert(id.clone(), line) {
            mistakes.push(mistake(line, format!("requirement {id} is already there in line {first}")));
        }
        mistakes.extend(of(row).into_iter().map(|(line, what)| mistake(line, what)));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let requirements = whole.requirements.into_iter().map(|row| CatalogueRequirement {
        id: row.id.value,
        title: row.title,
        by: row.by,
        controls: row.controls.into_iter().map(|control| control.value).collect(),
    });
    Ok(Catalogue { standard: whole.standard, title: whole.title, source: whole.source, requirements: requirements.collect() })
}

/// What is wrong with one requirement.
fn of(row: &Row) -> Vec<(u64, String)> {
    let (id, line) = (&row.id.value, row.id.referenced.line());
    let mut found = Vec::new();
    if row.title.trim().is_empty() {
        found.push((line, format!("requirement {id} has no title")));
    }
    if row.by.is_empty() {
        found.push((line, format!("nobody answers for requirement {id}")));
    }
    if !row.by.windows(2).all(|pair| pair[0] < pair[1]) {
        let order = Answerer::ALL.map(Answerer::word).join(", ");
        found.push((line, format!("requirement {id}: name each answerer once, in the order {order}")));
    }
    for pair in row.controls.windows(2) {
        if pair[0].value >= pair[1].value {
            let (name, before) = (&pair[1].value, &pair[0].value);
            found
                .push((pair[1].referenced.line(), format!("requirement {id}: {name} stands after {before}; sort the controls, each once")));
        }
    }
    let mut known = Vec::new();
    for name in &row.controls {
        match control(&name.value) {
            Some(control) => known.push(control),
            None => found.push((name.referenced.line(), format!("requirement {id} names {}, which is no control", name.value))),
        }
    }
    if known.len() == row.controls.len() {
        let says = |who: Answerer| row.by.contains(&who);
        let planned = known.iter().any(|control| control.when.in_plan());
        if says(Answerer::StrataProvisioning) != planned {
            let what = if planned {
                "is served in the plan, and strata-provisioning is not among who answers"
            } else {
                "names strata-provisioning, and no control of it is judged in the plan"
            };
            found.push((line, format!("requirement {id} {what}")));
        }
        if says(Answerer::StrataContinuous) && !known.iter().any(|control| control.when.in_cloud()) {
            found.push((line, format!("requirement {id} names strata-continuous, and no control of it is judged on the live cloud")));
        }
        if !known.is_empty() && !says(Answerer::StrataProvisioning) && !says(Answerer::StrataContinuous) {
            found.push((line, format!("requirement {id} has controls, and Strata is not among who answers")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mistakes(requirements: &str) -> Vec<String> {
        let text = format!("standard: x\ntitle: X\nsource: here\nrequirements:\n{requirements}");
        read("x.yaml", &text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let found = mistakes(
            "  - {id: '1', title: one, by: [strata-provisioning], controls: [rds-encrypted]}\n  \
               - {id: '1', title: again, by: [organisation]}\n  \
               - {id: '2', title: two, by: []}\n  \
               - id: '3'\n    title: three\n    by: [strata-provisioning]\n    controls: [rds-encrypted, no-such-control]\n  \
               - {id: '4', title: four, by: [organisation], controls: [rds-encrypted, rds-backed-up]}\n  \
               - {id: '5', title: five, by: [organisation, provider]}\n  \
               - {id: '6', title: six, by: [strata-continuous]}\n",
        );
        assert_eq!(
            found,
            [
                "x.yaml:6: requirement 1 is already there in line 5",
                "x.yaml:7: nobody answers for requirement 2",
                "x.yaml:11: requirement 3: no-such-control stands after rds-encrypted; sort the controls, each once",
                "x.yaml:11: requirement 3 names no-such-control, which is no control",
                "x.yaml:12: requirement 4: rds-backed-up stands after rds-encrypted; sort the controls, each once",
                "x.yaml:12: requirement 4 is served in the plan, and strata-provisioning is not among who answers",
                "x.yaml:12: requirement 4 has controls, and Strata is not among who answers",
                "x.yaml:13: requirement 5: name each answerer once, in the order provider, strata-provisioning, strata-continuous, organisation",
                "x.yaml:14: requirement 6 names strata-continuous, and no control of it is judged on the live cloud",
            ]
        );
    }

    #[test]
    fn what_is_no_catalogue_is_told_with_its_line() {
        let found = mistakes("  - {id: '1', title: one, by: [somebody]}\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("x.yaml:5: ") && found[0].contains("somebody"), "{found:?}");
        let found = mistakes("  - {id: '1', title: one, by: [organisation], colour: red}\n");
        assert!(found[0].starts_with("x.yaml:5: ") && found[0].contains("colour"), "{found:?}");
    }
}
