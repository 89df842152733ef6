#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::json;
use strata_graph::{Address, Document, Graph, Layer, Origin, PhysicalId, Resource, Scope, TypeName};

use super::*;
use crate::standards::{Answerer, Catalogue, CatalogueRequirement};
use crate::verdict::{ControlId, Status, Verdict};
use crate::waiver::Waiver;

const DAY: &str = "2026-11-28T14:00:00Z";

fn requirement(id: &str, by: &[Answerer], controls: &[&str]) -> CatalogueRequirement {
    let controls = controls.iter().map(|control| (*control).to_owned()).collect();
    CatalogueRequirement { id: id.to_owned(), title: format!("Requirement {id}"), by: by.to_vec(), controls }
}

fn catalogue() -> Catalogue {
    Catalogue {
        standard: "test".to_owned(),
        title: "Test Standard".to_owned(),
        source: "here".to_owned(),
        requirements: vec![
            requirement("1", &[Answerer::StrataProvisioning], &["rds-encrypted"]),
            requirement("2", &[Answerer::StrataProvisioning, Answerer::Organisation], &["rds-encrypted", "rds-multi-zone"]),
            requirement("3", &[Answerer::Provider], &[]),
            requirement("4", &[Answerer::Provider, Answerer::Organisation], &[]),
            requirement("5", &[Answerer::Organisation], &[]),
            requirement("6", &[Answerer::StrataProvisioning], &["kms-key-rotated"]),
        ],
    }
}

fn address(name: &str) -> Address {
    Address::new(Scope::environment("shop", "prod"), "db_instance", name)
}

fn graph() -> Graph {
    let mut graph = Graph::default();
    for name in ["a", "b"] {
        graph
            .insert(Resource {
                address: address(name),
                type_name: TypeName("AWS::RDS::DBInstance".to_owned()),
                layer: Layer::Infrastructure,
                properties: Document::of(&json!({"MasterUserPassword": "hunter2"})).unwrap(),
                depends_on: Default::default(),
                origins: vec![Origin::new("app.yaml", 7, "data.a")],
                data: None,
                waiting_for: None,
                purpose: "holds orders".to_owned(),
            })
            .unwrap();
    }
    graph
}

fn judged(control: &str, name: &str, status: Status, source: Source) -> Judged {
    Judged {
        verdict: Verdict {
            control: ControlId(control.to_owned()),
            address: address(name),
            status,
            detail: format!("seen of {name}"),
            requirements: vec![],
            origin: None,
            waiver: None,
        },
        source,
        at: DAY.to_owned(),
    }
}

fn waiver(expires: &str) -> Waiver {
    Waiver {
        control: ControlId("rds-multi-zone".to_owned()),
        resource: address("a").to_string(),
        reason: "read replica elsewhere".to_owned(),
        owner: "dana".to_owned(),
        approver: "kim".to_owned(),
        expires: expires.parse().unwrap(),
        origin: Origin::new("waivers/db.yaml", 1, ""),
    }
}

fn report(judged: Vec<Judged>, waivers: Vec<Waiver>, attachments: Vec<Attachment>) -> Report {
    let graph = graph();
    let catalogue = catalogue();
    build(Input {
        catalogue: &catalogue,
        asked_for_by: vec![],
        subject: Subject {
            platform: "acme".to_owned(),
            scope: Scope::environment("shop", "prod"),
            application: Some("shop".to_owned()),
            environment: Some("prod".to_owned()),
            scopes: vec![],
            accounts: vec![],
            emulator: true,
        },
        tool: "strata test".to_owned(),
        at: DAY.to_owned(),
        basis: Basis::Observed,
        judged,
        resources: &graph,
        ids: BTreeMap::from([(address("a"), PhysicalId("db-1".to_owned()))]),
        made: BTreeMap::from([(address("a"), Made { run: "run-7".to_owned(), operation: "create".to_owned() })]),
        runs: ["run-6", "run-7"]
            .map(|id| Run {
                id: id.to_owned(),
                plan: "0".to_owned(),
                started: DAY.to_owned(),
                ended: None,
                status: "done".to_owned(),
                user: "dana".to_owned(),
                approval: None,
            })
            .to_vec(),
        waivers,
        attachments,
    })
}

fn statuses(report: &Report) -> Vec<RequirementStatus> {
    report.requirements.iter().map(|requirement| requirement.status).collect()
}

use RequirementStatus as R;

#[test]
fn met_is_what_was_seen_and_planned_what_was_not() {
    let seen = report(vec![judged("rds-encrypted", "a", Status::Met, Source::Observed)], vec![], vec![]);
    assert_eq!(statuses(&seen), [R::Met, R::Met, R::Provider, R::Organisation, R::Organisation, R::NothingToJudge]);
    let half =
        vec![judged("rds-encrypted", "a", Status::Met, Source::Observed), judged("rds-encrypted", "b", Status::Met, Source::Planned)];
    assert_eq!(statuses(&report(half, vec![], vec![]))[0], R::Planned);
}

#[test]
fn the_worst_verdict_decides() {
    let mut all = vec![judged("rds-encrypted", "a", Status::Met, Source::Observed)];
    all.push(judged("rds-multi-zone", "b", Status::NotDecidable, Source::Observed));
    assert_eq!(statuses(&report(all.clone(), vec![], vec![]))[..2], [R::Met, R::NotDecidable]);
    all.push(judged("rds-multi-zone", "a", Status::Violated, Source::Observed));
    let worst = report(all, vec![], vec![]);
    assert_eq!(statuses(&worst)[..2], [R::Met, R::Violated]);
    assert!(worst.violated());
    let found: Vec<(&str, &str)> = worst
        .findings
        .iter()
        .map(|finding| (finding.control.0.as_str(), worst.controls[&finding.control].seen[finding.seen].resource.name()))
        .collect();
    assert_eq!(found, [("rds-multi-zone", "a"), ("rds-multi-zone", "b")], "violations come first");
}

#[test]
fn a_waiver_holds_on_its_last_day_and_not_after() {
    let violated = || vec![judged("rds-multi-zone", "a", Status::Violated, Source::Observed)];
    let held = report(violated(), vec![waiver("2026-11-28")], vec![]);
    assert_eq!((statuses(&held)[1], held.waivers[0].1, held.violated()), (R::Waived, WaiverState::Holds, false));
    assert_eq!(held.findings.len(), 1, "it stays a finding");
    let over = report(violated(), vec![waiver("2026-11-27")], vec![]);
    assert_eq!((statuses(&over)[1], over.waivers[0].1, over.violated()), (R::Violated, WaiverState::Expired, true));
    let idle = report(vec![], vec![waiver("2027-01-01")], vec![]);
    assert_eq!(idle.waivers[0].1, WaiverState::NotNeeded);
    let elsewhere = report(vec![judged("rds-multi-zone", "b", Status::Violated, Source::Observed)], vec![waiver("2027-01-01")], vec![]);
    assert_eq!(statuses(&elsewhere)[1], R::Violated, "a waiver covers one resource");
}

#[test]
fn what_no_configuration_meets_is_said_first_and_stays_so_with_attachments() {
    let attachment = Attachment {
        requirement: "5".to_owned(),
        person: "Kim".to_owned(),
        date: "2026-11-01".to_owned(),
        document: "policy.pdf".to_owned(),
        note: String::new(),
        sha256: None,
    };
    let with = report(vec![judged("rds-encrypted", "a", Status::Met, Source::Observed)], vec![], vec![attachment]);
    assert_eq!(with.statement.beyond_configuration, ["4", "5"]);
    assert_eq!(
        (with.statement.provider.len(), &with.statement.shared, &with.statement.controls_alone),
        (1, &vec!["2".into()], &vec!["1".into(), "6".into()])
    );
    assert!(with.statement.sentences[0].contains("can meet 2 of them"), "{:?}", with.statement.sentences);
    assert_eq!(with.requirements[4].status, R::Organisation);
    assert_eq!(with.requirements[4].remains, ["1 document is attached; Strata did not judge what it says."]);
    assert!(with.requirements[1].remains[0].contains("no evidence is attached yet"), "{:?}", with.requirements[1].remains);
}

#[test]
fn a_resource_carries_its_line_its_id_and_its_run_and_none_of_its_properties() {
    let report = report(vec![judged("rds-encrypted", "a", Status::Met, Source::Observed)], vec![], vec![]);
    let resource = &report.resources[&address("a")];
    assert_eq!((resource.id.as_ref().unwrap().0.as_str(), resource.made.as_ref().unwrap().run.as_str()), ("db-1", "run-7"));
    assert_eq!(report.runs.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["run-7"], "only runs that are named");
    let text = serde_json::to_string(&report).unwrap();
    assert!(text.contains("app.yaml") && !text.contains("hunter2"));
}
