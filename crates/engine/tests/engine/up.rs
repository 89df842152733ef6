//! The plain way: build, look again, repair.

use serde_json::json;
use strata_engine::{Ended, EngineError};
use strata_plan::{Change, Reason, ResourceStatus, Side};
use strata_store::{RunStatus, Store, StoreError, Write};

use crate::world::{World, address, dead, graph, set, short};

const SHOP: &[(&str, &[&str])] = &[("network", &[]), ("database", &["network"]), ("web", &["database", "network"]), ("log", &[])];

#[tokio::test]
async fn everything_is_made_after_what_it_stands_on() {
    let world = World::new().await;
    let report = world.up(&graph(SHOP)).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert!(report.steps.iter().all(|ended| *ended == Ended::Done));
    let calls = short(world.cloud.calls());
    let place = |name: &str| calls.iter().position(|call| *call == format!("create thing.{name}")).unwrap();
    assert_eq!(calls.len(), 4);
    assert!(place("network") < place("database") && place("database") < place("web"));
    world.assert_consistent().await;
    let web = &world.state().await.resources[&address("web")];
    let network = &world.state().await.resources[&address("network")];
    assert_eq!(web.properties.at("On.1").unwrap(), &json!(network.outputs["Arn"]), "references are filled in with what was seen");
}

#[tokio::test]
async fn a_second_plan_is_empty() {
    let world = World::new().await;
    world.up(&graph(SHOP)).await;
    let plan = world.plan(&graph(SHOP)).await;
    assert!(plan.is_empty(), "{:?}", plan.actions);
    assert_eq!(plan.scopes[0].unchanged, 4);
    let before = world.cloud.calls().len();
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert_eq!(world.cloud.calls().len(), before, "an empty plan calls nothing");
}

#[tokio::test]
async fn drift_is_repaired_where_it_is_and_nowhere_else() {
    let world = World::new().await;
    world.up(&graph(SHOP)).await;
    world.cloud.tamper(&address("database").to_string(), "Size", json!(99));
    let plan = world.plan(&graph(SHOP)).await;
    assert_eq!(plan.actions.len(), 1, "{:?}", plan.actions);
    let action = &plan.actions[0];
    assert_eq!((action.change, action.reasons.as_slice()), (Change::Update, &[Reason::Drifted][..]));
    assert_eq!((&action.fields[0].before, &action.fields[0].after), (&Side::Value(json!(99)), &Side::Value(json!(1))));
    let before = world.cloud.calls().len();
    world.run(&plan).await;
    assert_eq!(short(world.cloud.calls()[before..].to_vec()), ["update thing.database"]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn parts_that_the_state_knows_are_no_drift_and_a_strangers_are_taken_away() {
    let world = World::new().await;
    world.up(&graph(SHOP)).await;
    let part = |id: &str| json!({"Id": id, "Properties": {}});
    let state = world.state().await;
    let ours = part(&state.resources[&address("database")].id.as_ref().unwrap().0);
    let network = address("network").to_string();
    world.cloud.tamper(&network, "Parts", json!([ours]));
    assert!(world.plan(&graph(SHOP)).await.is_empty());
    world.cloud.tamper(&network, "Parts", json!([ours, part("strange")]));
    let plan = world.plan(&graph(SHOP)).await;
    assert_eq!(plan.actions.len(), 1, "{:?}", plan.actions);
    let field = &plan.actions[0].fields[0];
    assert_eq!((field.path.as_str(), &field.before, &field.after), ("Parts", &Side::Value(json!([part("strange")])), &Side::Absent));
    assert_eq!(plan.actions[0].before.as_ref().unwrap().at("Parts"), Some(&json!([part("strange")])), "all that the update is told of");
    world.run(&plan).await;
    world.assert_consistent().await;
    assert!(world.plan(&graph(SHOP)).await.is_empty());
}

#[tokio::test]
async fn what_vanished_is_made_again_and_what_refers_to_it_follows() {
    let world = World::new().await;
    world.up(&graph(SHOP)).await;
    world.cloud.vanish(&address("database").to_string());
    let plan = world.plan(&graph(SHOP)).await;
    let changes: Vec<(&str, Change)> = plan.actions.iter().map(|action| (action.address.name(), action.change)).collect();
    assert_eq!(changes, [("database", Change::Create), ("web", Change::Update)]);
    assert_eq!(plan.actions[0].reasons, [Reason::MissingInCloud]);
    assert_eq!(plan.actions[1].reasons, [Reason::DependencyChanged(address("database"))]);
    world.run(&plan).await;
    world.assert_consistent().await;
    assert!(world.plan(&graph(SHOP)).await.is_empty());
}

#[tokio::test]
async fn a_changed_line_changes_its_resource() {
    let world = World::new().await;
    let mut wanted = graph(SHOP);
    world.up(&wanted).await;
    set(&mut wanted, "web", "Size", json!(2));
    let plan = world.plan(&wanted).await;
    assert_eq!(plan.actions.len(), 1);
    assert_eq!(plan.actions[0].reasons, [Reason::SpecificationChanged]);
    world.run(&plan).await;
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_takes_its_time_is_waited_for() {
    let world = World::new().await;
    world.cloud.pend(3);
    let report = world.up(&graph(SHOP)).await;
    assert_eq!(report.status, RunStatus::Done);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_is_not_ready_in_time_is_pending_and_the_next_run_looks_again() {
    let world = World::new().await;
    world.cloud.pend(u32::MAX);
    let report = world.up(&graph(&[("slow", &[])])).await;
    assert!(matches!(&report.steps[0], Ended::Failed(why) if why.contains("not seen ready in time")), "{report:?}");
    assert!(matches!(world.state().await.resources[&address("slow")].status, ResourceStatus::Pending(_)));
    world.cloud.settle();
    let plan = world.plan(&graph(&[("slow", &[])])).await;
    assert!(plan.is_empty(), "it was made: nothing is made again");
    assert_eq!(world.state().await.resources[&address("slow")].status, ResourceStatus::Ready);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_stale_plan_is_refused_and_so_is_one_that_was_changed() {
    let world = World::new().await;
    let first = world.plan(&graph(SHOP)).await;
    let mut tampered = first.clone();
    tampered.actions[0].after.as_mut().unwrap().0.insert("Size".into(), json!(7));
    let error = world.try_run(&tampered).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Tampered)), "{error}");
    world.run(&first).await;
    let error = world.try_run(&first).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Stale { planned: 0, actual: 1.., .. })), "{error}");
    assert_eq!(world.cloud.calls().len(), 4, "a refused plan calls nothing");
}

#[tokio::test]
async fn a_plan_made_while_another_run_was_at_work_is_stale() {
    let world = World::new().await;
    let plan = world.plan(&graph(SHOP)).await;
    let run = world.store.begin(&plan, &crate::world::alive()).await.unwrap();
    let meanwhile = world.plan(&graph(SHOP)).await;
    world.store.finish(&run, RunStatus::Done, "").await.unwrap();
    let error = world.try_run(&meanwhile).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Stale { .. })), "{error}");
    assert_eq!(world.run(&world.plan(&graph(SHOP)).await).await.status, RunStatus::Done);
}

#[tokio::test]
async fn the_journal_holds_an_intent_with_its_outcome_for_every_call() {
    let world = World::new().await;
    let report = world.up(&graph(SHOP)).await;
    let journal = world.store.journal(&report.run).await.unwrap();
    assert_eq!(journal.len(), 4);
    assert!(journal.iter().all(|(_, outcome)| matches!(outcome, Some(strata_store::Outcome::Done { id: Some(_) }))));
    let tokens: std::collections::BTreeSet<&str> = journal.iter().map(|(intent, _)| intent.token.as_str()).collect();
    assert_eq!(tokens.len(), 4, "every intent has a token of its own");
}

#[tokio::test]
async fn what_was_seen_before_another_run_wrote_is_not_put_over_it() {
    let world = World::new().await;
    world.cloud.pend(1);
    world.up(&graph(&[("a", &[])])).await;
    // Somebody looks at what looks broken now, and thinks.
    world.cloud.tamper_outputs(&address("a").to_string(), "Arn", "moved");
    let mut states = world.states().await;
    let refreshed = world.engine.refresh("acme", &mut states).await;
    assert_eq!(refreshed.moved.len(), 1);
    // Meanwhile another run makes it anew.
    let mut wanted = graph(&[("a", &[])]);
    set(&mut wanted, "a", "Name", json!("another"));
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    let new = world.state().await;
    world.engine.keep(&refreshed).await.unwrap();
    assert_eq!(world.state().await.resources, new.resources, "the record of the new one stands");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_plan_made_before_a_dead_run_wrote_its_last_is_stale() {
    let world = World::new().await;
    world.up(&graph(SHOP)).await;
    let run = world.store.begin(&world.plan(&graph(SHOP)).await, &dead()).await.unwrap();
    let plan = world.plan(&graph(&[])).await;
    let seen = world.state().await.resources[&address("web")].clone();
    world.store.write(vec![Write::Fence(run), Write::Put(Box::new(seen))]).await.unwrap();
    assert!(matches!(world.try_run(&plan).await, Err(EngineError::Store(StoreError::Stale { .. }))));
}
