//! Two evaluations beside each other: what a change adds and what it removes.
//!
//! Invariant: a verdict that is not there any more is told, not taken for one that is met.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use strata_diag::codes;
use strata_graph::Address;
use strata_policy::{ControlId, Status, Verdict};

use super::evaluate::Evaluation;
use crate::failure::Failure;
use crate::output::count;

/// Reads the answer of an earlier `comply check --format json`.
pub fn read(path: &Path) -> Result<Evaluation, Failure> {
    let hint = "write one on the other branch: strata comply check --env ENVIRONMENT --format json > FILE";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(codes::E0902, format!("{} cannot be read: {error}", path.display()), hint))?;
    let evaluation: Evaluation = serde_json::from_str(&text)
        .map_err(|error| Failure::new(codes::E0616, format!("{} is no answer of `comply check`: {error}", path.display()), hint))?;
    if evaluation.version != Evaluation::VERSION {
        let what = format!("{} has form {}, this version knows {}", path.display(), evaluation.version, Evaluation::VERSION);
        return Err(Failure::new(codes::E0616, what, hint));
    }
    Ok(evaluation)
}

/// What differs between two evaluations.
#[derive(Debug, Default)]
pub struct Difference<'a> {
    /// Violations that were none before, and that no waiver excuses.
    pub violated: Vec<&'a Verdict>,
    /// Violations with a waiver that had none before.
    pub waived: Vec<&'a Verdict>,
    /// What cannot be decided any more and was met before.
    pub undecided: Vec<&'a Verdict>,
    /// Violations of before that are met now.
    pub repaired: Vec<&'a Verdict>,
    /// What was judged before and is not any more.
    pub gone: Vec<&'a Verdict>,
    /// How many verdicts there are that were not there before.
    pub new: usize,
}

/// Compares.
pub fn difference<'a>(before: &'a Evaluation, after: &'a Evaluation) -> Difference<'a> {
    let earlier = by_key(before);
    let later = by_key(after);
    let mut difference = Difference::default();
    for (key, verdict) in &later {
        let was = earlier.get(key);
        if was.is_none() {
            difference.new += 1;
        }
        if verdict.counts_as_violation() && !was.is_some_and(|was| was.counts_as_violation()) {
            difference.violated.push(verdict);
        }
        if verdict.is_waived() && !was.is_some_and(|was| was.is_waived()) {
            difference.waived.push(verdict);
        }
        if verdict.status == Status::NotDecidable && was.is_some_and(|was| was.status == Status::Met) {
            difference.undecided.push(verdict);
        }
        if verdict.status == Status::Met && was.is_some_and(|was| was.status == Status::Violated) {
            difference.repaired.push(verdict);
        }
    }
    difference.gone = earlier.iter().filter(|(key, _)| !later.contains_key(*key)).map(|(_, verdict)| *verdict).collect();
    difference
}

fn by_key(evaluation: &Evaluation) -> BTreeMap<(&ControlId, &Address), &Verdict> {
    evaluation.verdicts.iter().map(|verdict| ((&verdict.control, &verdict.address), verdict)).collect()
}

impl<'a> Difference<'a> {
    /// What is worth a list, with its title.
    pub fn sections(&self) -> Vec<(&'static str, Vec<&'a Verdict>)> {
        let all = [
            ("Newly violated", &self.violated),
            ("Newly waived", &self.waived),
            ("No longer decidable", &self.undecided),
            ("Repaired", &self.repaired),
            ("No longer judged", &self.gone),
        ];
        all.into_iter().filter(|(_, verdicts)| !verdicts.is_empty()).map(|(title, verdicts)| (title, verdicts.clone())).collect()
    }

    /// Whether no verdict changed.
    pub fn is_nothing(&self) -> bool {
        self.sections().is_empty() && self.new == 0
    }

    /// One line.
    pub fn totals(&self) -> String {
        if self.is_nothing() {
            return "Against the other answer: no verdict changes".to_owned();
        }
        format!(
            "Against the other answer: {} newly violated, {} newly waived, {} repaired, {} no longer decidable; {} come, {} go",
            self.violated.len(),
            self.waived.len(),
            self.repaired.len(),
            self.undecided.len(),
            count(self.new, "verdict"),
            self.gone.len()
        )
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "violated": self.violated, "waived": self.waived, "undecided": self.undecided, "repaired": self.repaired, "gone": self.gone,
            "new": self.new,
        })
    }
}
