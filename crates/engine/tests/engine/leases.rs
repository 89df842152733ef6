//! Who holds a scope, what others may ask of it, and what happens to whoever has lost it.

use std::sync::Arc;
use std::time::Duration;

use strata_engine::{Cancel, Ended, EngineError};
use strata_store::{Asked, RunStatus, Store, StoreError};
use tokio::sync::mpsc;

use crate::crash::{Stuck, When};
use crate::world::{QUICK, World, address, alive, engine, graph};

#[tokio::test]
async fn a_second_operator_is_told_who_works_since_when_and_doing_what() {
    let world = World::new().await;
    let plan = world.plan(&graph(&[("a", &[])])).await;
    let run = world.store.begin(&plan, &alive()).await.unwrap();
    let scopes = [plan.target.clone()];
    let error = world.store.free(&scopes, &alive()).await.unwrap_err().to_string();
    for word in ["tester on here", "since 20", "run-1", "changing environment/shop/dev", "strata cancel run-1", "strata unlock run-1 --why"]
    {
        assert!(error.contains(word), "{word}: {error}");
    }
    world.store.finish(&run, RunStatus::Done, "done").await.unwrap();
    world.store.free(&scopes, &alive()).await.unwrap();
}

#[tokio::test]
async fn whoever_lost_its_scopes_calls_and_writes_nothing_more() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    let plan = world.plan(&wanted).await;
    let slow = Arc::new(Stuck::new(world.cloud.clone(), "a", When::Briefly));
    let zombie = engine(slow.clone(), world.store.clone(), QUICK);
    let (sender, _receiver) = mpsc::unbounded_channel();
    let running = tokio::spawn(async move { zombie.run(&plan, &alive(), Cancel::default(), sender).await });
    slow.reached().await;
    let run = world.store.runs(1).await.unwrap()[0].id.clone();
    world.store.release(&run, "taken by tester: the laptop was closed").await.unwrap();
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Fenced { .. })), "{error}");
    assert_eq!(world.cloud.calls().iter().filter(|call| call.starts_with("create")).count(), 1, "only what was in flight");
    let record = world.store.find_run(&run).await.unwrap();
    assert_eq!((record.status, record.note.as_deref()), (RunStatus::Interrupted, Some("taken by tester: the laptop was closed")));
    assert!(matches!(world.store.release(&run, "again").await, Err(StoreError::NotRunning { .. })));
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done, "the next run finds what was in flight");
    world.assert_consistent().await;
    assert_eq!(world.cloud.inventory().len(), 2);
}

#[tokio::test]
async fn another_process_may_ask_a_run_to_stop() {
    let world = World::new().await;
    let plan = world.plan(&graph(&[("a", &[]), ("b", &["a"])])).await;
    let stuck = Arc::new(Stuck::new(world.cloud.clone(), "a", When::AfterTheCall));
    let engine = engine(stuck.clone(), world.store.clone(), QUICK);
    let (sender, _receiver) = mpsc::unbounded_channel();
    let running = tokio::spawn(async move { engine.run(&plan, &alive(), Cancel::default(), sender).await });
    stuck.reached().await;
    let run = world.store.runs(1).await.unwrap()[0].id.clone();
    world.store.ask(&run, Asked::StopNow).await.unwrap();
    let report = tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap().unwrap();
    assert_eq!(report.status, RunStatus::Cancelled);
    let steps = world.store.steps_of(&run).await.unwrap();
    assert_eq!(
        steps.iter().map(|step| (step.address.clone(), step.ended.as_str())).collect::<Vec<_>>(),
        [(address("a"), "stopped"), (address("b"), "stopped")]
    );
    assert!(matches!(world.store.ask(&run, Asked::Stop).await, Err(StoreError::NotRunning { .. })));
}

#[tokio::test]
async fn what_became_of_each_step_is_on_record() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    world.cloud.inject("create", &address("b").to_string(), strata_provider::fake::Fault::Refuse(strata_provider::ErrorKind::Quota));
    let report = world.up(&wanted).await;
    assert!(matches!(report.steps[1], Ended::Failed(_)));
    let steps = world.store.steps_of(&report.run).await.unwrap();
    assert_eq!(steps.iter().map(|step| step.ended.as_str()).collect::<Vec<_>>(), ["done", "failed"]);
    assert!(steps[1].detail.as_ref().unwrap().contains("quota"));
}
