//! What keeps failing is left alone, and a run ends at its deadline.

use std::time::Duration;

use serde_json::json;
use strata_engine::{Cancel, Ended, Event};
use strata_plan::{Directions, Tried};
use strata_provider::ErrorKind;
use strata_provider::fake::Fault;
use strata_store::RunStatus;

use crate::world::{QUICK, World, address, engine, graph, set, short};

async fn fail(world: &World, operation: &str, kind: ErrorKind, times: usize) {
    for _ in 0..times {
        world.cloud.inject(operation, &address("a").to_string(), Fault::Refuse(kind));
    }
}

#[tokio::test]
async fn after_three_runs_of_the_same_failure_nothing_is_called_until_a_person_says_so() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"]), ("other", &[])]);
    fail(&world, "create", ErrorKind::Denied, 3).await;
    for _ in 0..3 {
        let report = world.up(&wanted).await;
        assert!(report.steps.iter().any(|ended| matches!(ended, Ended::Failed(why) if why.contains("to do: give the role"))), "{report:?}");
    }
    let failure = &world.state().await.failures[&address("a")];
    assert_eq!((failure.times, failure.tried, failure.cause.as_str()), (3, Tried::Create, "denied"));
    let before = world.cloud.calls().len();
    let plan = world.plan(&wanted).await;
    assert_eq!(plan.held.len(), 1, "the plan says so before anybody runs it");
    let (report, told) = world.run_told(&plan, Cancel::default()).await;
    assert_eq!(world.cloud.calls().len(), before, "nothing is called");
    assert!(matches!(&report.steps[0], Ended::Held(why) if why.contains("last 3 runs") && why.contains("--retry thing.a")), "{report:?}");
    assert_eq!(report.steps[1], Ended::Blocked(address("a")));
    assert!(told.iter().any(|event| matches!(event, Event::Held { .. })));
    assert_eq!(report.status, RunStatus::Failed);
    assert!(report.summary.contains("1 held"), "{}", report.summary);
    let retry = Directions { retry: [address("a")].into(), ..Directions::default() };
    let plan = world.directed(&wanted, &retry).await.unwrap();
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert!(world.state().await.failures.is_empty(), "a success forgets");
    world.assert_consistent().await;
}

#[tokio::test]
async fn another_request_is_tried_at_once() {
    let world = World::new().await;
    let mut wanted = graph(&[("a", &[])]);
    fail(&world, "create", ErrorKind::Invalid, 3).await;
    for _ in 0..3 {
        world.up(&wanted).await;
    }
    assert_eq!(world.plan(&wanted).await.held.len(), 1);
    set(&mut wanted, "a", "Size", json!(2));
    assert!(world.plan(&wanted).await.held.is_empty());
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
}

#[tokio::test]
async fn what_passes_by_itself_and_another_failure_do_not_count() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[])]);
    fail(&world, "create", ErrorKind::Throttled, 40).await;
    for _ in 0..5 {
        assert_eq!(world.up(&wanted).await.status, RunStatus::Failed);
    }
    assert!(world.state().await.failures.is_empty());
    let world = World::new().await;
    for kind in [ErrorKind::Denied, ErrorKind::Denied, ErrorKind::Quota, ErrorKind::Denied, ErrorKind::Denied] {
        fail(&world, "create", kind, 1).await;
        world.up(&wanted).await;
    }
    assert_eq!(world.state().await.failures[&address("a")].times, 2);
    assert!(world.plan(&wanted).await.held.is_empty());
}

#[tokio::test]
async fn a_removal_that_keeps_failing_is_held_and_names_what_uses_it() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    // Somebody's hand keeps b from going, so a is in use for ever.
    world.cloud.guard_use("Test::Thing");
    for _ in 0..3 {
        world.cloud.inject("delete", &address("b").to_string(), Fault::Refuse(ErrorKind::Denied));
        let report = world.up(&graph(&[])).await;
        assert_eq!(report.status, RunStatus::Failed);
    }
    let plan = world.plan(&graph(&[])).await;
    assert_eq!(plan.held.iter().map(|held| held.address.clone()).collect::<Vec<_>>(), [address("b")]);
    let calls = world.cloud.calls().len();
    world.run(&plan).await;
    assert_eq!(world.cloud.calls().len(), calls, "b is held and a waits for it");
}

#[tokio::test]
async fn a_dependency_violation_names_what_is_on_record_as_using_it() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    world.cloud.guard_use("Test::Thing");
    // An older plan removes a alone: b was kept by somebody who knew better.
    let state = world.state().await;
    let mut alone = state.clone();
    alone.resources.remove(&address("b"));
    let plan = strata_plan::remove(strata_plan::RemovalInput {
        platform: "acme",
        target: &crate::world::scope(),
        scopes: &[&alone],
        placement: &crate::world::placement(),
        contracts: &crate::world::contracts(),
        delete_data: &Default::default(),
        notices: Vec::new(),
        retry: &Default::default(),
    })
    .unwrap();
    let report = world.run(&plan).await;
    let Ended::Failed(why) = &report.steps[0] else { panic!("{report:?}") };
    assert!(why.contains("on record as using") && why.contains("environment/shop/dev/thing.b"), "{why}");
    // And where nothing on record does, that is said.
    for _ in 0..2000 {
        world.cloud.inject("delete", &address("b").to_string(), Fault::Refuse(ErrorKind::Dependency));
    }
    let report = world.up(&graph(&[("a", &[])])).await;
    assert!(report.steps.iter().any(|ended| matches!(ended, Ended::Failed(why) if why.contains("made by hand"))), "{report:?}");
}

#[tokio::test]
async fn a_run_past_its_deadline_starts_nothing_more_and_says_so() {
    let world = World::new().await;
    world.cloud.pend(100_000);
    let slow = engine(world.cloud.clone(), world.store.clone(), strata_engine::Patience { ready: Duration::from_secs(60), ..QUICK });
    let slow = slow.with_deadline(Duration::from_millis(100));
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    let plan = world.plan(&wanted).await;
    let (sender, _receiver) = tokio::sync::mpsc::unbounded_channel();
    let report = slow.run(&plan, &crate::world::alive(), Cancel::default(), sender).await.unwrap();
    assert_ne!(report.status, RunStatus::Cancelled, "nobody cancelled it");
    assert!(report.summary.ends_with("stopped by its deadline of 100 ms"), "{}", report.summary);
    assert_eq!(short(world.cloud.calls()), ["create thing.a"], "b was not started");
    assert!(world.state().await.failures.is_empty(), "a deadline is no failure of a resource");
    world.cloud.pend(0);
    world.cloud.settle();
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done, "the same again goes on");
    world.assert_consistent().await;
}
