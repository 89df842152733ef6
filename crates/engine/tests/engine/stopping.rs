//! Ctrl-C once and twice.

use std::sync::Arc;
use std::time::Duration;

use strata_engine::{Cancel, CancelLevel, Ended};
use strata_store::{RunStatus, Store};
use tokio::sync::mpsc;

use crate::crash::{Stuck, When};
use crate::world::{QUICK, World, address, alive, engine, graph};

#[tokio::test]
async fn once_ends_what_is_in_flight_and_starts_nothing_more() {
    let world = World::new().await;
    world.cloud.pend(1);
    let wanted = graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let plan = world.plan(&wanted).await;
    let stuck = Arc::new(Stuck::new(world.cloud.clone(), "a", When::Briefly));
    let engine = engine(stuck.clone(), world.store.clone(), QUICK);
    let cancel = Cancel::default();
    let (sender, _receiver) = mpsc::unbounded_channel();
    let stopper = cancel.clone();
    let watcher = tokio::spawn(async move {
        stuck.reached().await;
        stopper.ask();
    });
    let report = engine.run(&plan, &alive(), cancel.clone(), sender).await.unwrap();
    watcher.await.unwrap();
    assert_eq!(cancel.level(), CancelLevel::AfterCallsInFlight);
    assert_eq!(report.status, RunStatus::Cancelled, "{report:?}");
    assert_eq!(report.steps[1..], [Ended::Stopped, Ended::Stopped]);
    assert_eq!(world.cloud.inventory(), [address("a").to_string()], "the call in flight was carried out and written down");
    world.cloud.settle();
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    world.assert_consistent().await;
}

#[tokio::test]
async fn twice_ends_now_and_the_next_run_looks_up_what_was_in_flight() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    let plan = world.plan(&wanted).await;
    let stuck = Arc::new(Stuck::new(world.cloud.clone(), "a", When::AfterTheCall));
    let engine = engine(stuck.clone(), world.store.clone(), QUICK);
    let cancel = Cancel::default();
    let (sender, _receiver) = mpsc::unbounded_channel();
    let stopper = cancel.clone();
    tokio::spawn(async move {
        stuck.reached().await;
        stopper.ask();
        tokio::time::sleep(Duration::from_millis(20)).await;
        stopper.ask();
    });
    let report = tokio::time::timeout(Duration::from_secs(5), engine.run(&plan, &alive(), cancel, sender)).await.unwrap().unwrap();
    assert_eq!(report.status, RunStatus::Cancelled);
    assert_eq!(world.store.open_intents().await.unwrap().len(), 1, "whether it was made is not known");
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 2, "it was found, not made again");
    world.assert_consistent().await;
}
