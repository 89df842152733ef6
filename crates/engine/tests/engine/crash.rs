//! A process that dies between intent and outcome, and the run after it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use strata_engine::{Cancel, Ended, Event, Patience};
use strata_graph::{Document, Graph, PhysicalId, TypeName};
use strata_provider::fake::Fault;
use strata_provider::{Account, ErrorKind, FakeCloud, Observation, Placement, Provider, ProviderError, Request};
use strata_store::{RunStatus, Store};
use tokio::sync::{Notify, mpsc};

use crate::world::{QUICK, World, address, dead, engine, graph};

/// When the provider stops answering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Before the call is carried out, for ever.
    BeforeTheCall,
    /// After the call was carried out, for ever.
    AfterTheCall,
    /// After the call was carried out, for a moment.
    Briefly,
}

/// A provider that stops answering at the mutating call on one resource.
pub struct Stuck {
    cloud: Arc<FakeCloud>,
    name: String,
    when: When,
    met: AtomicBool,
    notify: Notify,
}

impl Stuck {
    pub fn new(cloud: Arc<FakeCloud>, name: &str, when: When) -> Self {
        Self { cloud, name: name.to_owned(), when, met: AtomicBool::new(false), notify: Notify::new() }
    }

    /// Waits until the call was met.
    pub async fn reached(&self) {
        self.notify.notified().await;
    }

    async fn meet(&self, request: &Request<'_>, when: When) {
        if self.when == when && request.address.name() == self.name && !self.met.swap(true, Ordering::SeqCst) {
            self.notify.notify_one();
            match when {
                When::Briefly => tokio::time::sleep(Duration::from_millis(30)).await,
                _ => std::future::pending::<()>().await,
            }
        }
    }
}

#[async_trait]
impl Provider for Stuck {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        self.cloud.account(placement).await
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        self.cloud.observe(request).await
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        self.meet(request, When::BeforeTheCall).await;
        let made = self.cloud.create(request, token).await;
        self.meet(request, When::AfterTheCall).await;
        self.meet(request, When::Briefly).await;
        made
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        self.meet(request, When::BeforeTheCall).await;
        let done = self.cloud.update(request, observed).await;
        self.meet(request, When::AfterTheCall).await;
        done
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        self.meet(request, When::BeforeTheCall).await;
        let done = self.cloud.delete(request).await;
        self.meet(request, When::AfterTheCall).await;
        done
    }
}

/// Runs a plan in a process that dies at the mutating call on `name`.
pub async fn die(world: &World, plan: &strata_plan::Plan, name: &str, when: When) {
    let stuck = Arc::new(Stuck::new(world.cloud.clone(), name, when));
    let engine = engine(stuck.clone(), world.store.clone(), QUICK);
    let plan = plan.clone();
    let (sender, _receiver) = mpsc::unbounded_channel();
    let task = tokio::spawn(async move { engine.run(&plan, &dead(), Cancel::default(), sender).await });
    tokio::time::timeout(Duration::from_secs(5), stuck.reached()).await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    // A process that is dead writes no more; here the writer lives on, so wait until it has nothing left.
    world.store.write(Vec::new()).await.unwrap();
}

fn shop() -> Graph {
    graph(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &[])])
}

#[tokio::test]
async fn wherever_a_run_dies_the_next_one_finishes_without_a_duplicate() {
    for when in [When::BeforeTheCall, When::AfterTheCall] {
        for name in ["a", "b", "c", "d"] {
            let world = World::new().await;
            let plan = world.plan(&shop()).await;
            die(&world, &plan, name, when).await;
            let report = world.up(&shop()).await;
            assert_eq!(report.status, RunStatus::Done, "{when:?} {name}: {report:?}");
            assert_eq!(world.cloud.inventory().len(), 4, "{when:?} {name}");
            world.assert_consistent().await;
            assert!(world.plan(&shop()).await.is_empty(), "{when:?} {name}");
            let runs: BTreeMap<String, RunStatus> =
                world.store.runs(9).await.unwrap().into_iter().map(|run| (run.id.0, run.status)).collect();
            assert_eq!(runs["run-1"], RunStatus::Interrupted);
        }
    }
}

#[tokio::test]
async fn the_next_run_says_what_it_found_of_the_dead_one() {
    for (when, words) in [(When::BeforeTheCall, "had not made it"), (When::AfterTheCall, "had made it as")] {
        let world = World::new().await;
        let plan = world.plan(&shop()).await;
        die(&world, &plan, "a", when).await;
        let plan = world.plan(&shop()).await;
        let (_, told) = world.run_told(&plan, Cancel::default()).await;
        assert!(
            told.iter()
                .any(|event| matches!(event, Event::Recovered { address: at, detail } if *at == address("a") && detail.contains(words)))
        );
    }
}

#[tokio::test]
async fn what_a_dead_run_made_without_its_tags_is_finished() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    world.cloud.inject("create", &address("a").to_string(), Fault::Half(ErrorKind::Transient));
    die(&world, &plan, "a", When::AfterTheCall).await;
    assert_eq!(world.up(&shop()).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 4, "one of each");
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_shows_up_late_is_not_made_a_second_time() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    // The call of the dead run is carried out only while the next run already looks.
    die(&world, &plan, "a", When::BeforeTheCall).await;
    let plan = world.plan(&shop()).await;
    let late = tokio::spawn({
        let (cloud, properties) = (world.cloud.clone(), plan.actions[0].after.clone().unwrap());
        async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let placement = Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() };
            let (at, type_name) = (address("a"), TypeName("Test::Thing".into()));
            let request =
                Request { placement: &placement, platform: "acme", address: &at, type_name: &type_name, id: None, properties: &properties };
            cloud.create(&request, "the dead run's").await.unwrap();
        }
    });
    let patient = engine(world.cloud.clone(), world.store.clone(), Patience { late: Duration::from_secs(5), ..QUICK });
    let (sender, _receiver) = mpsc::unbounded_channel();
    let report = patient.run(&plan, &crate::world::alive(), Cancel::default(), sender).await.unwrap();
    late.await.unwrap();
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert_eq!(world.cloud.inventory().len(), 4, "one of each");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_run_that_died_while_changing_or_removing_is_finished_too() {
    for when in [When::BeforeTheCall, When::AfterTheCall] {
        let world = World::new().await;
        world.up(&shop()).await;
        let mut wanted = shop();
        crate::world::set(&mut wanted, "b", "Size", serde_json::json!(5));
        let plan = world.plan(&wanted).await;
        die(&world, &plan, "b", when).await;
        assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
        world.assert_consistent().await;
        let removal = world.removal(&[]).await;
        die(&world, &removal, "b", when).await;
        let removal = world.removal(&[]).await;
        assert_eq!(world.run(&removal).await.status, RunStatus::Done);
        assert_eq!(world.cloud.inventory(), [""; 0]);
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn what_a_dead_run_made_and_nobody_asks_for_any_more_is_not_lost() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    die(&world, &plan, "b", When::AfterTheCall).await;
    assert!(world.cloud.inventory().contains(&address("b").to_string()));
    // The specification changed meanwhile: nothing names b any more.
    let smaller = graph(&[("a", &[]), ("d", &[])]);
    let plan = world.plan(&smaller).await;
    let (report, told) = world.run_told(&plan, Cancel::default()).await;
    assert_eq!(report.status, RunStatus::Done);
    assert!(told.iter().any(|event| matches!(event, Event::Recovered { address: at, .. } if *at == address("b"))));
    let plan = world.plan(&smaller).await;
    assert_eq!(plan.count("delete"), 1, "what was found is in the state now, and goes");
    world.run(&plan).await;
    world.assert_consistent().await;
    assert_eq!(world.cloud.inventory().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_looked_up_stops_the_step_and_is_never_made_on_suspicion() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    die(&world, &plan, "a", When::AfterTheCall).await;
    let plan = world.plan(&shop()).await;
    world.cloud.inject("observe", &address("a").to_string(), Fault::Refuse(ErrorKind::Denied));
    let report = world.run(&plan).await;
    assert!(matches!(&report.steps[0], Ended::Failed(why) if why.contains("unknown")), "{report:?}");
    assert_eq!(world.cloud.inventory().iter().filter(|owner| **owner == address("a").to_string()).count(), 1);
    assert_eq!(world.up(&shop()).await.status, RunStatus::Done, "once it can be looked at, the run goes on");
    assert_eq!(world.cloud.inventory().len(), 4);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_the_emulator_lacks_altogether_is_not_taken_for_undecided() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    die(&world, &plan, "d", When::BeforeTheCall).await;
    for _ in 0..9 {
        world.cloud.inject("observe", &address("d").to_string(), Fault::Refuse(ErrorKind::Unsupported));
    }
    world.cloud.inject("create", &address("d").to_string(), Fault::Refuse(ErrorKind::Unsupported));
    assert_eq!(world.up(&shop()).await.status, RunStatus::Done);
}

#[tokio::test]
async fn a_run_that_lives_keeps_its_scope() {
    let world = World::new().await;
    let plan = world.plan(&shop()).await;
    world.store.begin(&plan, &crate::world::alive()).await.unwrap();
    let plan = world.plan(&shop()).await;
    let error = world.try_run(&plan).await.unwrap_err();
    assert!(error.to_string().contains("is being changed by tester on here"), "{error}");
    assert!(world.cloud.calls().is_empty());
}
