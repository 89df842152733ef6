//! What a control is: one checkable statement about resources, with why it matters and how it is repaired.
//!
//! Invariants: a control's id never changes once released, because verdicts, waivers and evidence name it; a rule is a pure
//! function of the [`View`] it is given, so it judges a planned graph and an observed one alike.

use std::fmt;

use serde::{Deserialize, Serialize};
use strata_graph::{Layer, Resource};

use crate::view::View;

/// How much harm a violation does, for order and due dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good practice; little harm by itself.
    Low,
    /// Harm together with another weakness.
    Medium,
    /// Harm by itself.
    High,
    /// Data or control of the account is open.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// When a control is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// In the plan only: a violation blocks the run.
    Plan,
    /// On the live cloud only: a violation is a finding.
    Live,
    /// In both.
    Both,
}

impl When {
    /// Whether a plan is judged by it.
    #[must_use]
    pub fn in_plan(self) -> bool {
        matches!(self, Self::Plan | Self::Both)
    }

    /// Whether the live cloud is judged by it.
    #[must_use]
    pub fn in_cloud(self) -> bool {
        matches!(self, Self::Live | Self::Both)
    }
}

impl fmt::Display for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plan => "in the plan; a violation blocks the run",
            Self::Live => "on the live cloud; a violation is a finding",
            Self::Both => "in the plan, where a violation blocks the run, and on the live cloud",
        })
    }
}

/// What others call the same check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Equivalents {
    /// Check ids of prowler.
    pub prowler: &'static [&'static str],
    /// Check ids of checkov.
    pub checkov: &'static [&'static str],
    /// Identifiers of AWS Config's managed rules.
    pub config: &'static [&'static str],
    /// Control ids of AWS Security Hub.
    pub security_hub: &'static [&'static str],
}

/// A rule's answer where it could be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The control has nothing to say about this resource.
    NotApplicable,
    /// The resource does what the control asks; the text says what was seen.
    Met(String),
    /// It does not; the text says what was seen.
    Violated(String),
}

/// Why a rule could not answer: which data is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecidable(pub String);

/// What a rule returns.
pub type Answer = Result<Judgement, Undecidable>;

/// A rule: reads a resource, and what it needs of the rest of the graph.
pub type RuleFunction = fn(&View<'_>, &Resource) -> Answer;

/// How a rule is asked.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Of every resource of the control's types.
    Each(RuleFunction),
    /// Of every resource of the control's first type in every account's baseline, which must have at least one.
    InEveryAccount {
        /// Whether only the baseline of the account's home region must have it: AWS keeps it once for the whole account.
        home_only: bool,
        /// The rule.
        rule: RuleFunction,
    },
}

/// One control.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// The stable id: lower case letters, digits and `-`.
    pub id: &'static str,
    /// What it asks, as a sentence without a full stop.
    pub title: &'static str,
    /// What goes wrong without it.
    pub why: &'static str,
    /// What to change.
    pub repair: &'static str,
    /// The layer it belongs to.
    pub layer: Layer,
    /// How much harm a violation does.
    pub severity: Severity,
    /// When it is judged.
    pub when: When,
    /// The full names of the resource types it speaks of; empty for all.
    pub types: &'static [&'static str],
    /// What others call the same check.
    pub equivalents: Equivalents,
    /// The rule.
    pub rule: Rule,
}

/// The resource does what the control asks.
pub(crate) fn met(seen: impl Into<String>) -> Answer {
    Ok(Judgement::Met(seen.into()))
}

/// The resource does not do what the control asks.
pub(crate) fn violated(seen: impl Into<String>) -> Answer {
    Ok(Judgement::Violated(seen.into()))
}

/// The control has nothing to say about the resource.
pub(crate) fn not_applicable() -> Answer {
    Ok(Judgement::NotApplicable)
}

/// The data to judge by is not there.
pub(crate) fn undecidable(why: impl Into<String>) -> Answer {
    Err(Undecidable(why.into()))
}

/// Met or violated by a condition.
pub(crate) fn check(holds: bool, when_met: impl Into<String>, when_violated: impl Into<String>) -> Answer {
    if holds { met(when_met) } else { violated(when_violated) }
}

/// Met where nothing was found, else violated with all that was found, in a stable order.
pub(crate) fn none_of(mut found: Vec<String>, when_met: impl Into<String>) -> Answer {
    found.sort();
    found.dedup();
    if found.is_empty() { met(when_met) } else { violated(found.join("; ")) }
}

/// Writes a [`Control`]: what it is in a fixed order, then the rule's name (`each`, `in_every_account` or `in_every_home`).
macro_rules! control {
    (
        $id:literal, $layer:ident, $severity:ident, $when:ident, $types:expr;
        title: $title:expr,
        why: $why:expr,
        repair: $repair:expr,
        prowler: $prowler:expr, checkov: $checkov:expr, config: $config:expr, security_hub: $security_hub:expr,
        $asked:ident: $rule:expr $(,)?
    ) => {
        $crate::control::Control {
            id: $id,
            title: $title,
            why: $why,
            repair: $repair,
            layer: strata_graph::Layer::$layer,
            severity: $crate::control::Severity::$severity,
            when: $crate::control::When::$when,
            types: &$types,
            equivalents: $crate::control::Equivalents {
                prowler: &$prowler,
                checkov: &$checkov,
                config: &$config,
                security_hub: &$security_hub,
            },
            rule: $crate::control::control!(@rule $asked $rule),
        }
    };
    (@rule each $rule:expr) => {
        $crate::control::Rule::Each($rule)
    };
    (@rule in_every_account $rule:expr) => {
        $crate::control::Rule::InEveryAccount { home_only: false, rule: $rule }
    };
    (@rule in_every_home $rule:expr) => {
        $crate::control::Rule::InEveryAccount { home_only: true, rule: $rule }
    };
}
pub(crate) use control;
