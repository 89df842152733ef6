//! A process that sleeps between an intent and its call: it asks whether its scopes are still its own, and gives up where each answer is late.

use std::sync::Arc;
use std::time::Duration;

use strata_engine::{Cancel, EngineError, Patience, RunReport};
use strata_store::{RunStatus, Store, StoreError};
use tokio::sync::mpsc;

use crate::journal_deaths::Mortal;
use crate::world::{QUICK, World, alive, engine, graph};

/// A process that others wait for so long, and one that sleeps for longer than a third of it.
const PATIENCE: Patience = Patience { late: Duration::from_millis(150), ..QUICK };
const NAP: Duration = Duration::from_millis(120);

/// Runs one resource's creation in a process that naps, taking its scopes away in the first nap where `taken` says so.
async fn nap(world: &World, naps: usize, taken: bool) -> Result<RunReport, EngineError> {
    let plan = world.plan(&graph(&[("a", &[])])).await;
    let store = Arc::new(Mortal::sleeping(world.store.clone(), naps, NAP));
    let engine = engine(world.cloud.clone(), store.clone(), PATIENCE);
    let (sender, _receiver) = mpsc::unbounded_channel();
    let running = tokio::spawn(async move { engine.run(&plan, &alive(), Cancel::default(), sender).await });
    store.asleep.notified().await;
    if taken {
        let run = world.store.runs(1).await.unwrap()[0].id.clone();
        world.store.release(&run, "the laptop was closed").await.unwrap();
    }
    running.await.unwrap()
}

fn created(world: &World) -> usize {
    world.cloud.calls().iter().filter(|call| call.starts_with("create")).count()
}

#[tokio::test]
async fn one_that_slept_and_kept_its_scopes_goes_on() {
    let world = World::new().await;
    assert_eq!(nap(&world, 1, false).await.unwrap().status, RunStatus::Done);
    assert_eq!(created(&world), 1);
    world.assert_consistent().await;
}

#[tokio::test]
async fn one_that_lost_its_scopes_in_its_sleep_sends_nothing() {
    let world = World::new().await;
    let error = nap(&world, 1, true).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Fenced { .. })), "{error}");
    assert_eq!(created(&world), 0);
    assert_eq!(world.up(&graph(&[("a", &[])])).await.status, RunStatus::Done);
    world.assert_consistent().await;
}

#[tokio::test]
async fn one_whose_every_answer_is_late_gives_up_and_sends_nothing() {
    let world = World::new().await;
    let error = nap(&world, usize::MAX, false).await.unwrap_err();
    assert!(matches!(error, EngineError::SlowRecord { .. }), "{error}");
    assert_eq!(created(&world), 0);
}
