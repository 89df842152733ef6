//! Asking the rules: from a graph and the names of standards to verdicts.
//!
//! Invariant: the verdicts' order and text depend on the graph and the standards alone.

use std::collections::{BTreeMap, BTreeSet};

use strata_graph::{Address, Graph, Resource, Scope, ScopeKind};

use crate::control::{Answer, Control, Judgement, Rule, RuleFunction};
use crate::registry::{control, controls};
use crate::standards;
use crate::verdict::{ControlId, Requirement, Status, Verdict};
use crate::view::View;

/// What every control that serves one of the standards says of a planned graph: by control, then by address.
///
/// A standard without a catalogue in this version is asked nothing here; [`standards::known`] says so to people.
#[must_use]
pub fn judge(graph: &Graph, standards: &[String]) -> Vec<Verdict> {
    judge_view(&View::new(graph), standards, |control| control.when.in_plan())
}

/// The same for any view and any choice of controls, for example an observed graph and the controls that judge the live cloud.
#[must_use]
pub fn judge_view(view: &View<'_>, standards: &[String], chosen: impl Fn(&Control) -> bool) -> Vec<Verdict> {
    let catalogues: BTreeSet<&str> = standards.iter().map(String::as_str).collect();
    let mut served: BTreeMap<&str, Vec<Requirement>> = BTreeMap::new();
    for standard in catalogues.into_iter().filter_map(standards::catalogue) {
        for requirement in &standard.requirements {
            for id in &requirement.controls {
                served
                    .entry(id.as_str())
                    .or_default()
                    .push(Requirement { standard: standard.standard.clone(), id: requirement.id.clone() });
            }
        }
    }
    let mut verdicts = Vec::new();
    for control in controls().filter(|control| chosen(control)) {
        if let Some(requirements) = served.get(control.id) {
            ask(view, control, requirements, &mut verdicts);
        }
    }
    verdicts
}

/// What one control says, whichever standards ask for it; the verdicts name no requirement.
#[must_use]
pub fn judge_control(view: &View<'_>, control: &Control) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    ask(view, control, &[], &mut verdicts);
    verdicts
}

/// The verdicts that forbid a run: violations of controls that are judged in the plan, without a waiver that holds.
pub fn blocking(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    verdicts
        .iter()
        .filter(|verdict| verdict.counts_as_violation() && control(&verdict.control.0).is_some_and(|control| control.when.in_plan()))
}

fn ask(view: &View<'_>, control: &Control, requirements: &[Requirement], verdicts: &mut Vec<Verdict>) {
    let first = verdicts.len();
    match control.rule {
        Rule::Each(rule) if control.types.is_empty() => {
            for resource in view.graph().iter() {
                verdicts.extend(verdict(control, resource, rule(view, resource), requirements));
            }
        }
        Rule::Each(rule) => {
            for resource in control.types.iter().flat_map(|name| view.of_type(name)) {
                verdicts.extend(verdict(control, resource, rule(view, resource), requirements));
            }
        }
        Rule::InEveryAccount { home_only, rule } => in_every_account(view, control, home_only, rule, requirements, verdicts),
    }
    verdicts[first..].sort_by(|left, right| left.address.cmp(&right.address));
}

fn in_every_account(
    view: &View<'_>,
    control: &Control,
    home_only: bool,
    rule: RuleFunction,
    requirements: &[Requirement],
    verdicts: &mut Vec<Verdict>,
) {
    let Some(type_name) = control.types.first() else { return };
    let scopes = view.graph().scopes();
    let accounts: Vec<&Scope> = scopes.iter().filter(|scope| scope.kind() == ScopeKind::Account).collect();
    if accounts.is_empty()
        && let Some(resource) = view.graph().iter().next()
    {
        let why = "the baseline of its account is not in this graph".to_owned();
        verdicts.push(made(control, resource, Status::NotDecidable, why, requirements));
    }
    for account in accounts {
        if home_only && is_further_region(account) {
            continue;
        }
        let mut found = view.of_type(type_name).iter().filter(|resource| resource.address.scope() == account).peekable();
        if found.peek().is_none()
            && let Some(anchor) = view.graph().of_scope(account).next()
        {
            // What is missing has no address: the baseline's first resource stands for the baseline.
            let seen = format!("{account} has no {type_name}");
            verdicts.push(made(control, anchor, Status::Violated, with_repair(&seen, control), requirements));
        }
        for resource in found {
            verdicts.extend(verdict(control, resource, rule(view, resource), requirements));
        }
    }
}

/// The baseline of a further region is named `ACCOUNT.REGION`.
fn is_further_region(account: &Scope) -> bool {
    matches!(account, Scope::Account(name) if name.contains('.'))
}

fn verdict(control: &Control, resource: &Resource, answer: Answer, requirements: &[Requirement]) -> Option<Verdict> {
    let (status, detail) = match answer {
        Ok(Judgement::NotApplicable) => return None,
        Ok(Judgement::Met(seen)) => (Status::Met, seen),
        Ok(Judgement::Violated(seen)) => (Status::Violated, with_repair(&seen, control)),
        Err(undecidable) => (Status::NotDecidable, undecidable.0),
    };
    Some(made(control, resource, status, detail, requirements))
}

fn with_repair(seen: &str, control: &Control) -> String {
    format!("{seen}. {}", control.repair)
}

fn made(control: &Control, resource: &Resource, status: Status, detail: String, requirements: &[Requirement]) -> Verdict {
    let address: Address = resource.address.clone();
    Verdict {
        control: ControlId(control.id.to_owned()),
        address,
        status,
        detail,
        requirements: requirements.to_vec(),
        origin: resource.origins.first().cloned(),
        waiver: None,
    }
}
