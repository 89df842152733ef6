//! Every control is kept by the reference example, and is violated once it is broken.

use std::collections::{BTreeMap, BTreeSet};

use strata_graph::{Address, Graph, ScopeKind};
use strata_policy::control::Rule;
use strata_policy::{Status, Verdict, View, control, controls, judge_control};

use super::breaks;
use super::edit::apply;
use super::reference::{ENVIRONMENTS, graph};

fn at<'v>(verdicts: &'v [Verdict], address: &Address) -> Option<&'v Verdict> {
    verdicts.iter().find(|verdict| verdict.address == *address)
}

#[test]
fn every_control_is_kept_before_and_violated_after_it_is_broken() {
    let graphs: BTreeMap<&str, Graph> = ENVIRONMENTS.map(|environment| (environment, graph(environment))).into();
    let mut wrong = Vec::new();
    for (number, case) in breaks::all().iter().enumerate() {
        let what = format!("{number} {} at {}", case.control, case.address);
        let Some(control) = control(case.control) else {
            wrong.push(format!("{what}: no such control"));
            continue;
        };
        let address: Address = case.address.parse().unwrap();
        let given = apply(&graphs[case.environment], &case.given);
        match at(&judge_control(&View::new(&given), control), &address) {
            Some(verdict) if verdict.status == Status::Met => {}
            other => wrong.push(format!("{what}: before: {other:?}")),
        }
        let broken = apply(&given, &case.edits);
        match at(&judge_control(&View::new(&broken), control), &address) {
            Some(verdict) if verdict.status == Status::Violated => {
                assert!(verdict.detail.ends_with(control.repair), "{what}: says no repair: {}", verdict.detail);
                assert!(verdict.origin.is_some(), "{what}");
            }
            other => wrong.push(format!("{what}: after: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_control_is_left_out() {
    let broken: BTreeSet<&str> = breaks::all().iter().map(|case| case.control).collect();
    let left: Vec<&str> = controls().map(|control| control.id).filter(|id| !broken.contains(id)).collect();
    assert!(left.is_empty(), "nothing breaks {left:?}");
}

#[test]
fn what_an_account_must_have_is_missed_when_it_is_not_there() {
    let whole = graph("dev");
    for control in controls() {
        let Rule::InEveryAccount { .. } = control.rule else { continue };
        let mut without = Graph::default();
        for resource in whole.iter().filter(|resource| resource.type_name.0 != control.types[0]) {
            without.insert(resource.clone()).unwrap();
        }
        let verdicts = judge_control(&View::new(&without), control);
        assert_eq!(verdicts.len(), 1, "{}", control.id);
        assert_eq!(verdicts[0].status, Status::Violated, "{}", control.id);
        assert_eq!(verdicts[0].address.scope().kind(), ScopeKind::Account);
        assert!(verdicts[0].detail.starts_with("account/nonprod has no "), "{}", verdicts[0].detail);
    }
}
