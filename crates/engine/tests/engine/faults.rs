//! Calls that fail: each kind has its own end.

use serde_json::json;
use strata_engine::Ended;
use strata_plan::ResourceStatus;
use strata_provider::ErrorKind;
use strata_provider::fake::Fault;
use strata_store::RunStatus;

use crate::world::{World, address, graph, set, short};

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_made_twice() {
    let world = World::new().await;
    world.cloud.inject("create", &address("a").to_string(), Fault::LoseAnswer);
    let report = world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert_eq!(world.cloud.inventory().len(), 2);
    world.assert_consistent().await;
}

#[tokio::test]
async fn throttling_and_passing_failures_are_tried_again() {
    let world = World::new().await;
    for (operation, kind) in [("create", ErrorKind::Throttled), ("create", ErrorKind::Transient), ("create", ErrorKind::Throttled)] {
        world.cloud.inject(operation, &address("a").to_string(), Fault::Refuse(kind));
    }
    assert_eq!(world.up(&graph(&[("a", &[])])).await.status, RunStatus::Done);
    let mut wanted = graph(&[("a", &[])]);
    set(&mut wanted, "a", "Size", json!(2));
    world.cloud.inject("update", &address("a").to_string(), Fault::Refuse(ErrorKind::Throttled));
    world.cloud.inject("update", &address("a").to_string(), Fault::LoseAnswer);
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    world.cloud.inject("delete", &address("a").to_string(), Fault::LoseAnswer);
    world.cloud.inject("delete", &address("a").to_string(), Fault::Refuse(ErrorKind::Dependency));
    assert_eq!(world.up(&graph(&[])).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory(), [""; 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn tries_are_counted() {
    let world = World::new().await;
    for _ in 0..20 {
        world.cloud.inject("create", &address("a").to_string(), Fault::Refuse(ErrorKind::Throttled));
    }
    let report = world.up(&graph(&[("a", &[])])).await;
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(world.cloud.calls().len(), 4, "the first try and three more");
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_the_emulator_lacks_is_a_state_of_its_own_and_does_not_come_back() {
    let world = World::new().await;
    let wanted = graph(&[("lacking", &[]), ("above", &["lacking"]), ("top", &["above"]), ("other", &[])]);
    world.cloud.inject("create", &address("lacking").to_string(), Fault::Refuse(ErrorKind::Unsupported));
    let report = world.up(&wanted).await;
    assert_eq!(report.status, RunStatus::Done, "neither success of the step nor failure of the run");
    let state = world.state().await;
    assert_eq!(state.resources[&address("lacking")].status, ResourceStatus::Unsupported("fake:create".into()));
    assert_eq!(state.resources[&address("above")].status, ResourceStatus::Unsupported("needs thing.lacking".into()));
    assert_eq!(state.resources[&address("top")].status, ResourceStatus::Unsupported("needs thing.above".into()));
    assert_eq!(state.resources[&address("other")].status, ResourceStatus::Ready);
    assert_eq!(short(world.cloud.calls()).iter().filter(|call| *call != "create thing.other").count(), 1, "dependents call nothing");
    let plan = world.plan(&wanted).await;
    assert!(plan.is_empty(), "{:?}", plan.actions);
    let removal = world.removal(&[]).await;
    assert_eq!(world.run(&removal).await.status, RunStatus::Done);
    assert!(world.state().await.resources.is_empty());
}

#[tokio::test]
async fn a_failure_stops_its_own_branch_and_nothing_else() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["c"]), ("other", &["a"])]);
    world.cloud.inject("create", &address("b").to_string(), Fault::Refuse(ErrorKind::Denied));
    let report = world.up(&wanted).await;
    assert_eq!(report.status, RunStatus::PartiallyDone);
    let plan_names = ["a", "b", "c", "d", "other"];
    let ended = |name: &str| &report.steps[plan_names.iter().position(|other| *other == name).unwrap()];
    assert_eq!((ended("a"), ended("other")), (&Ended::Done, &Ended::Done));
    assert!(matches!(ended("b"), Ended::Failed(_)));
    assert_eq!(ended("c"), &Ended::Blocked(address("b")));
    assert_eq!(ended("d"), &Ended::Blocked(address("b")));
    world.assert_consistent().await;
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done, "the same again goes on where it ended");
    world.assert_consistent().await;
    assert_eq!(world.cloud.inventory().len(), 5);
}

#[tokio::test]
async fn a_creation_that_fails_half_way_is_kept_and_finished_by_the_next_run() {
    let world = World::new().await;
    world.cloud.inject("create", &address("a").to_string(), Fault::Half(ErrorKind::Denied));
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    let report = world.up(&wanted).await;
    assert!(matches!(&report.steps[0], Ended::Failed(_)), "{report:?}");
    assert_eq!(report.steps[1], Ended::Blocked(address("a")));
    assert_eq!(world.cloud.inventory().len(), 1);
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 2, "what was half made is finished, not made again");
    world.assert_consistent().await;
}

#[tokio::test]
async fn something_of_that_name_that_is_not_ours_is_never_taken() {
    let world = World::new().await;
    let mut foreign = graph(&[("a", &[])]);
    set(&mut foreign, "a", "Tags", json!({"strata:address": "environment/shop/prod/thing.a"}));
    world.cloud.inject("create", &address("a").to_string(), Fault::Refuse(ErrorKind::Conflict));
    world.cloud.put(&address("a"), foreign.get(&address("a")).unwrap().properties.clone());
    let report = world.up(&graph(&[("a", &[])])).await;
    assert!(
        matches!(&report.steps[0], Ended::Failed(why) if why.contains("not ours") && why.contains("environment/shop/prod/thing.a")),
        "{report:?}"
    );
    assert!(world.state().await.resources.is_empty());
}

#[tokio::test]
async fn what_is_seen_broken_is_tainted_and_the_next_plan_replaces_it() {
    let world = World::new().await;
    world.cloud.break_next(&address("single-a").to_string(), "FAILED");
    let wanted = graph(&[("single-a", &[])]);
    let report = world.up(&wanted).await;
    assert!(matches!(&report.steps[0], Ended::Failed(why) if why.contains("broken")), "{report:?}");
    let plan = world.plan(&wanted).await;
    assert_eq!(plan.actions[0].change, strata_plan::Change::ReplaceDeleteFirst);
    assert_eq!(plan.actions[0].reasons, [strata_plan::Reason::Tainted("FAILED".into())]);
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn what_could_not_be_looked_at_is_said_and_not_taken_for_unchanged() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    world.cloud.inject("observe", &address("a").to_string(), Fault::Refuse(ErrorKind::Denied));
    let (_, refreshed) = world.plan_with_data(&graph(&[("a", &[])]), &[]).await;
    assert_eq!(refreshed.unseen.len(), 1);
    assert_eq!(refreshed.unseen[0].address, address("a"));
}

#[tokio::test]
async fn what_refers_to_what_the_emulator_lacks_is_not_planned_again_and_again() {
    let world = World::new().await;
    world.up(&graph(&[("above", &[])])).await;
    world.cloud.inject("create", &address("lacking").to_string(), Fault::Refuse(ErrorKind::Unsupported));
    let mut wanted = graph(&[("lacking", &[]), ("above", &["lacking"])]);
    set(&mut wanted, "above", "Size", json!(2));
    world.up(&wanted).await;
    let plan = world.plan(&wanted).await;
    assert!(plan.is_empty(), "nothing of it can be sent: {:?}", plan.actions);
    assert!(world.state().await.resources[&address("above")].id.is_some());
}

#[tokio::test]
async fn what_was_found_and_could_not_be_finished_is_on_record_as_it_is() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    let plan = world.plan(&graph(&[("a", &[]), ("b", &["a"])])).await;
    crate::crash::die(&world, &plan, "b", crate::crash::When::AfterTheCall).await;
    // The specification has another b by now, which needs no a; what the dead run made cannot be changed.
    let mut wanted = graph(&[("a", &[]), ("b", &[])]);
    set(&mut wanted, "b", "Size", json!(7));
    world.cloud.inject("update", &address("b").to_string(), Fault::Refuse(ErrorKind::Denied));
    assert_eq!(world.up(&wanted).await.status, RunStatus::Failed);
    let state = &world.state().await.resources[&address("b")];
    assert_eq!(state.properties.at("Size"), Some(&json!(1)), "as it is, not as it shall be");
    assert_eq!(state.dependencies, [address("a")], "it still stands on what it was made on");
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(world.state().await.resources[&address("b")].dependencies, []);
    world.assert_consistent().await;
}
