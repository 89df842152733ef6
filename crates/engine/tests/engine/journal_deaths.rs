//! A process that dies before or after any one of its writes, and the run that tidies up after it, which dies too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use strata_engine::Cancel;
use strata_graph::{Graph, Scope};
use strata_plan::{Plan, ScopeState};
use strata_store::{
    Asked, Intent, OpenIntent, Outcome, RunId, RunRecord, RunStatus, SqliteStore, Starter, StepRecord, Store, StoreError, Write,
};
use tokio::sync::{Notify, mpsc};

use crate::world::{QUICK, World, dead, engine, graph, set};

/// A store whose process dies at one of its writes, or sleeps after some of them.
pub struct Mortal {
    store: Arc<SqliteStore>,
    /// Writes that are still carried out.
    left: AtomicUsize,
    died: Notify,
    /// Writes of the engine after which it still sleeps, from the first intent on.
    naps: AtomicUsize,
    nap: Duration,
    /// Told at each nap.
    pub asleep: Notify,
}

impl Mortal {
    fn dying(store: Arc<SqliteStore>, writes: usize) -> Self {
        Self { left: AtomicUsize::new(writes), ..Self::sleeping(store, 0, Duration::ZERO) }
    }

    /// Hears of its first intent only after a nap, and of the writes that follow too, `naps` in all.
    pub fn sleeping(store: Arc<SqliteStore>, naps: usize, nap: Duration) -> Self {
        let left = AtomicUsize::new(usize::MAX);
        Self { store, left, died: Notify::new(), naps: AtomicUsize::new(naps), nap, asleep: Notify::new() }
    }
}

#[async_trait]
impl Store for Mortal {
    async fn scope(&self, scope: &Scope) -> Result<ScopeState, StoreError> {
        self.store.scope(scope).await
    }

    async fn scopes(&self) -> Result<Vec<ScopeState>, StoreError> {
        self.store.scopes().await
    }

    async fn begin(&self, plan: &Plan, starter: &Starter) -> Result<RunId, StoreError> {
        self.store.begin(plan, starter).await
    }

    async fn heartbeat(&self, run: &RunId) -> Result<Asked, StoreError> {
        self.store.heartbeat(run).await
    }

    async fn free(&self, scopes: &[Scope], asker: &Starter) -> Result<(), StoreError> {
        self.store.free(scopes, asker).await
    }

    async fn ask(&self, run: &RunId, asked: Asked) -> Result<(), StoreError> {
        self.store.ask(run, asked).await
    }

    async fn release(&self, run: &RunId, note: &str) -> Result<(), StoreError> {
        self.store.release(run, note).await
    }

    async fn find_run(&self, run: &RunId) -> Result<RunRecord, StoreError> {
        self.store.find_run(run).await
    }

    async fn steps_of(&self, run: &RunId) -> Result<Vec<StepRecord>, StoreError> {
        self.store.steps_of(run).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        let begins = writes.iter().any(|write| matches!(write, Write::Intent(_)));
        let asks = writes.iter().all(|write| matches!(write, Write::Fence(_)));
        self.store.write(writes).await?;
        let naps = |left: usize| left.checked_sub(1);
        if (begins || asks) && self.naps.fetch_update(Ordering::SeqCst, Ordering::SeqCst, naps).is_ok() {
            self.asleep.notify_one();
            tokio::time::sleep(self.nap).await;
        }
        Ok(())
    }

    async fn finish(&self, run: &RunId, status: RunStatus, summary: &str) -> Result<(), StoreError> {
        self.store.finish(run, status, summary).await
    }

    async fn open_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        self.store.open_intents().await
    }

    async fn findings(&self, scope: Option<&Scope>) -> Result<Vec<strata_store::Finding>, StoreError> {
        self.store.findings(scope).await
    }

    async fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.store.runs(limit).await
    }

    async fn plan_of(&self, run: &RunId) -> Result<Option<Plan>, StoreError> {
        self.store.plan_of(run).await
    }

    async fn journal(&self, run: &RunId) -> Result<Vec<(Intent, Option<Outcome>)>, StoreError> {
        self.store.journal(run).await
    }
}

/// Runs a plan in a process that dies instead of its write number `writes`; whether it lived to the end.
pub async fn live(world: &World, plan: &Plan, writes: usize) -> bool {
    let mortal = Arc::new(Mortal::dying(world.store.clone(), writes));
    let engine = engine(world.cloud.clone(), mortal.clone(), QUICK);
    let (sender, _receiver) = mpsc::unbounded_channel();
    let starter = dead();
    let lived = tokio::select! {
        report = engine.run(plan, &starter, Cancel::default(), sender) => {
            assert_eq!(report.unwrap().status, RunStatus::Done);
            true
        }
        () = mortal.died.notified() => false,
    };
    // A process that is dead writes no more; here the writer lives on, so wait until it has nothing left.
    world.store.write(Vec::new()).await.unwrap();
    lived
}

/// Dies at the first run's write `first`, then at the second's write `second`; the third run must put everything right. Whether both died.
async fn dies_twice(begin: Option<&Graph>, wanted: &Graph, first: usize, second: usize) -> (bool, bool) {
    let world = World::new().await;
    if let Some(begin) = begin {
        world.up(begin).await;
    }
    let plan = world.plan(wanted).await;
    let lived = live(&world, &plan, first).await;
    let plan = world.plan(wanted).await;
    let lived_again = live(&world, &plan, second).await;
    let report = world.up(wanted).await;
    assert_eq!(report.status, RunStatus::Done, "{first} {second}: {report:?}");
    // What a dead run made and the plan does not name is found by one run and removed by the next.
    if !world.plan(wanted).await.is_empty() {
        world.up(wanted).await;
    }
    assert!(world.plan(wanted).await.is_empty(), "{first} {second}");
    let wanted: Vec<String> = wanted.iter().map(|resource| resource.address.to_string()).collect();
    assert_eq!(world.cloud.inventory(), wanted, "{first} {second}");
    world.assert_consistent().await;
    (lived, lived_again)
}

async fn at_every_write(begin: Option<&Graph>, wanted: &Graph) {
    for first in 0.. {
        for second in 0.. {
            let (lived, lived_again) = dies_twice(begin, wanted, first, second).await;
            if lived {
                assert!(first > wanted.iter().count(), "the runs did write");
                return;
            }
            if lived_again {
                break;
            }
        }
    }
}

#[tokio::test]
async fn making() {
    at_every_write(None, &graph(&[("a", &[]), ("b", &["a"]), ("c", &["a"])])).await;
}

#[tokio::test]
async fn changing_and_removing() {
    let begin = graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let mut wanted = graph(&[("a", &[]), ("b", &["a"])]);
    set(&mut wanted, "a", "Size", serde_json::json!(5));
    at_every_write(Some(&begin), &wanted).await;
}
