//! Replacements in both orders, and what they leave behind.

use serde_json::json;
use strata_engine::Ended;
use strata_graph::Graph;
use strata_plan::{Change, Reason};
use strata_provider::ErrorKind;
use strata_provider::fake::Fault;
use strata_store::{RunStatus, Store};

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
    world.cloud.see_one();
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

#[tokio::test]
async fn a_provider_that_sees_every_match_finds_the_new_one_whose_answer_was_lost() {
    for fault in [Fault::LoseAnswer, Fault::Half(ErrorKind::Denied)] {
        let world = World::new().await;
        world.up(&graph(&[("a", &[])])).await;
        world.cloud.inject("create", &address("a").to_string(), fault.clone());
        let wanted = renamed(&[("a", &[])], "a");
        world.up(&wanted).await;
        world.up(&wanted).await;
        assert!(world.plan(&wanted).await.is_empty(), "{fault:?}");
        assert_eq!(world.cloud.inventory().len(), 1, "{fault:?}");
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn what_no_look_up_can_decide_is_said_by_the_next_run_too_if_the_first_died_before_it_could() {
    let world = World::new().await;
    world.cloud.see_one();
    world.up(&graph(&[("a", &[])])).await;
    let wanted = renamed(&[("a", &[])], "a");
    let plan = world.plan(&wanted).await;
    crate::crash::die(&world, &plan, "a", crate::crash::When::AfterTheCall).await;
    for _ in 0..2 {
        // Dies after the look-up, before it could say what it found: nothing is closed.
        let plan = world.plan(&wanted).await;
        assert!(!crate::journal_deaths::live(&world, &plan, 0).await);
        assert_eq!(world.store.open_intents().await.unwrap().len(), 1);
    }
    let report = world.up(&wanted).await;
    assert!(matches!(&report.steps[0], Ended::Failed(why) if why.contains("remove it if it is there")), "{report:?}");
    assert_eq!(world.store.open_intents().await.unwrap(), [], "it was said, and that is on record");
    let new = world.cloud.standing().into_iter().max_by_key(|thing| thing.id.clone()).unwrap();
    world.cloud.take(&new.id);
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done, "the instruction leads on");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_replacement_that_died_and_that_nobody_asks_for_any_more_leaves_nothing_behind() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    let plan = world.plan(&renamed(&[("a", &[])], "a")).await;
    crate::crash::die(&world, &plan, "a", crate::crash::When::AfterTheCall).await;
    assert_eq!(world.cloud.inventory().len(), 2);
    // The specification was put back meanwhile: the plan makes nothing.
    world.up(&graph(&[("a", &[])])).await;
    assert_eq!(world.state().await.resources[&address("a")].deposed.len(), 1, "found beside what is on record");
    world.up(&graph(&[("a", &[])])).await;
    assert_eq!(world.cloud.inventory().len(), 1);
    world.assert_consistent().await;
    // The same, and a plan that removes the resource: it must not be forgotten with what the look-up just found.
    let plan = world.plan(&renamed(&[("a", &[])], "a")).await;
    crate::crash::die(&world, &plan, "a", crate::crash::When::AfterTheCall).await;
    world.up(&graph(&[])).await;
    assert_eq!(world.cloud.inventory().len(), 1);
    assert_eq!(world.up(&graph(&[])).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory(), [""; 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn where_only_one_can_stand_what_was_left_behind_goes_before_another_is_made() {
    let world = World::new().await;
    world.cloud.allow_one("Test::Single");
    let wanted = graph(&[("single-a", &[])]);
    world.up(&wanted).await;
    world.cloud.vanish(&address("single-a").to_string());
    let plan = world.plan(&wanted).await;
    crate::crash::die(&world, &plan, "single-a", crate::crash::When::AfterTheCall).await;
    // Nobody asks for it any more; the dead run's is found beside the record of the one that is gone.
    world.up(&graph(&[])).await;
    assert_eq!(world.state().await.resources[&address("single-a")].deposed.len(), 1);
    // Somebody does again.
    let report = world.up(&wanted).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert_eq!(world.cloud.inventory().len(), 1);
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn what_kept_data_stands_on_stays_when_another_is_made() {
    let world = World::new().await;
    world.cloud.guard_use("Test::Thing");
    let mut begin = graph(&[("a", &[]), ("db", &["a"])]);
    begin.get_mut(&address("db")).unwrap().data = Some("db".into());
    world.up(&begin).await;
    // Nobody asks for the database any more, and nobody said that its data may go; what it stands on is made anew.
    let wanted = renamed(&[("a", &[])], "a");
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 3, "the database, what it stands on, and the new one");
    assert!(world.plan(&wanted).await.is_empty(), "nothing can be done about it");
    let (plan, _) = world.plan_with_data(&wanted, &["db"]).await;
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    if !world.plan(&wanted).await.is_empty() {
        assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    }
    assert_eq!(world.cloud.inventory().len(), 1);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_a_replacement_left_behind_goes_before_what_it_stood_on() {
    let world = World::new().await;
    world.cloud.guard_use("Test::Thing");
    world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    // The new one stands on nothing; the old one resists, and stands on a.
    world.cloud.inject("delete", &address("b").to_string(), Fault::Refuse(ErrorKind::Denied));
    world.up(&renamed(&[("a", &[]), ("b", &[])], "b")).await;
    let wanted = renamed(&[("b", &[])], "b");
    let before = world.cloud.calls().len();
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(short(world.cloud.calls()[before..].to_vec()), ["delete thing.b", "delete thing.a"]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_goes_from_under_its_users_does_not_wait_for_them_in_a_circle() {
    let world = World::new().await;
    world.cloud.guard_use("Test::Thing");
    world.up(&graph(&[("single-a", &[]), ("b", &["single-a"]), ("c", &["single-a", "b"])])).await;
    // a is made anew, b goes, and c lets go of b only once it has the new a.
    let wanted = renamed(&[("single-a", &[]), ("c", &["single-a"])], "single-a");
    let report = world.up(&wanted).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    world.assert_consistent().await;
    assert!(world.plan(&wanted).await.is_empty());
}
