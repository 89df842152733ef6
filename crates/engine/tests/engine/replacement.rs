//! Replacements in both orders, and what they leave behind.

use serde_json::json;
use strata_engine::Ended;
use strata_graph::Graph;
use strata_plan::{Change, Reason};
use strata_provider::ErrorKind;
use strata_provider::fake::Fault;
use strata_store::RunStatus;

use crate::world::{World, address, graph, set, short};

fn renamed(list: &[(&str, &[&str])], name: &str) -> Graph {
    let mut wanted = graph(list);
    set(&mut wanted, name, "Name", json!("another"));
    wanted
}

#[tokio::test]
async fn create_first_makes_moves_what_refers_to_it_and_deletes_the_old_one_last() {
    let world = World::new().await;
    let list: &[(&str, &[&str])] = &[("a", &[]), ("b", &["a"])];
    world.up(&graph(list)).await;
    let old = world.state().await.resources[&address("a")].id.clone();
    let wanted = renamed(list, "a");
    let plan = world.plan(&wanted).await;
    assert_eq!(plan.actions[0].change, Change::ReplaceCreateFirst);
    assert_eq!(plan.actions[1].reasons, [Reason::DependencyChanged(address("a"))]);
    let before = world.cloud.calls().len();
    let report = world.run(&plan).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert_eq!(short(world.cloud.calls()[before..].to_vec()), ["create thing.a", "update thing.b", "delete thing.a"]);
    let state = world.state().await;
    assert_ne!(state.resources[&address("a")].id, old);
    assert!(state.resources[&address("a")].deposed.is_empty());
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn delete_first_deletes_then_makes() {
    let world = World::new().await;
    let list: &[(&str, &[&str])] = &[("single-a", &[]), ("b", &["single-a"])];
    world.up(&graph(list)).await;
    let wanted = renamed(list, "single-a");
    let plan = world.plan(&wanted).await;
    let before = world.cloud.calls().len();
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert_eq!(short(world.cloud.calls()[before..].to_vec()), ["delete single.single-a", "create single.single-a", "update thing.b"]);
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn what_a_replacement_left_behind_is_deleted_by_the_next_run() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    world.cloud.inject("delete", &address("a").to_string(), Fault::Refuse(ErrorKind::Denied));
    let wanted = renamed(&[("a", &[])], "a");
    let report = world.up(&wanted).await;
    assert_eq!(report.status, RunStatus::PartiallyDone, "{report:?}");
    assert_eq!(world.state().await.resources[&address("a")].deposed.len(), 1);
    assert_eq!(world.cloud.inventory().len(), 2);
    let plan = world.plan(&wanted).await;
    assert_eq!(plan.actions.len(), 1, "what was left behind is not forgotten");
    assert_eq!(plan.actions[0].reasons, [Reason::LeftBehind]);
    assert_eq!(plan.count("delete"), 1);
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 1);
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn a_removal_takes_what_a_replacement_left_behind_with_it() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    world.cloud.inject("delete", &address("a").to_string(), Fault::Refuse(ErrorKind::Denied));
    world.up(&renamed(&[("a", &[])], "a")).await;
    // The old one resists once more: the state must not forget it together with the new one.
    let old = world.state().await.resources[&address("a")].deposed[0].id.clone();
    world.cloud.inject("delete", &address("a").to_string(), Fault::Refuse(ErrorKind::Denied));
    let removal = world.removal(&[]).await;
    assert_eq!(world.run(&removal).await.status, RunStatus::Failed);
    assert!(world.state().await.resources[&address("a")].deposed.iter().any(|left| left.id == old));
    let removal = world.removal(&[]).await;
    assert_eq!(world.run(&removal).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory(), [""; 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn the_old_one_is_never_taken_for_the_new_one_whose_answer_was_lost() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    let old = world.state().await.resources[&address("a")].id.clone().unwrap();
    world.cloud.inject("create", &address("a").to_string(), Fault::LoseAnswer);
    let wanted = renamed(&[("a", &[])], "a");
    let report = world.up(&wanted).await;
    // Both carry the same tags: which of the two a look-up finds says nothing. The run stops and says what to do.
    let Ended::Failed(why) = &report.steps[0] else { panic!("{report:?}") };
    assert!(why.contains(&old.0) && why.contains("remove"), "{why}");
    let state = world.state().await;
    assert_eq!(state.resources[&address("a")].id.as_ref(), Some(&old), "the state still names what certainly stands");
    assert!(world.cloud.inventory().len() == 2, "nothing was deleted");
}
