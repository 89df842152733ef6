//! A cloud that shows late what it made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use strata_engine::{Cancel, Engine, Patience, RunReport};
use strata_graph::{Document, Graph, PhysicalId};
use strata_provider::fake::Fault;
use strata_provider::{Account, ErrorKind, FakeCloud, Observation, Placement, Provider, ProviderError, Request, Sought};
use strata_store::{RunStatus, Store};
use tokio::sync::mpsc;

use crate::world::{QUICK, World, address, alive, engine, graph};

/// How long nothing shows what was made.
const LAG: Duration = Duration::from_millis(400);

struct Late {
    cloud: Arc<FakeCloud>,
    made: Mutex<BTreeMap<PhysicalId, Instant>>,
    tokens: Mutex<Vec<String>>,
}

impl Late {
    fn shows(&self, id: &PhysicalId) -> bool {
        self.made.lock().unwrap().get(id).is_none_or(|since| since.elapsed() >= LAG)
    }
}

#[async_trait]
impl Provider for Late {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        self.cloud.account(placement).await
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        Ok(self.cloud.observe(request).await?.filter(|seen| self.shows(&seen.id)))
    }

    async fn find_besides(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        Ok(match self.cloud.find_besides(request, known).await? {
            Sought::Found(seen) if !self.shows(&seen.id) => Sought::Nothing,
            other => other,
        })
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        self.tokens.lock().unwrap().push(token.to_owned());
        let before = self.cloud.standing();
        let result = self.cloud.create(request, token).await;
        for thing in self.cloud.standing().into_iter().filter(|thing| !before.contains(thing)) {
            self.made.lock().unwrap().insert(thing.id, Instant::now());
        }
        result
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        self.cloud.update(request, observed).await
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        self.cloud.delete(request).await
    }
}

fn late(world: &World) -> (Arc<Late>, Engine) {
    let provider = Arc::new(Late { cloud: world.cloud.clone(), made: Mutex::default(), tokens: Mutex::default() });
    let patience = Patience { shows: LAG * 3, late: LAG * 3, ..QUICK };
    (provider.clone(), engine(provider, world.store.clone(), patience))
}

async fn run(world: &World, engine: &Engine, wanted: &Graph) -> RunReport {
    let plan = world.plan(wanted).await;
    let (sender, _receiver) = mpsc::unbounded_channel();
    engine.run(&plan, &alive(), Cancel::default(), sender).await.unwrap()
}

#[tokio::test]
async fn a_lost_answer_is_followed_until_what_was_made_shows() {
    let world = World::new().await;
    let (_, engine) = late(&world);
    world.cloud.inject("create", &address("a").to_string(), Fault::LoseAnswer);
    let wanted = graph(&[("a", &[])]);
    assert_eq!(run(&world, &engine, &wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 1, "not made a second time");
    world.assert_consistent().await;
}

#[tokio::test]
async fn where_only_one_can_stand_it_is_tried_again_at_once_and_under_the_same_token() {
    let world = World::new().await;
    world.cloud.allow_one("Test::Single");
    let (provider, engine) = late(&world);
    let wanted = graph(&[("single-a", &[])]);
    world.cloud.inject("create", &address("single-a").to_string(), Fault::LoseAnswer);
    world.cloud.inject("create", &address("single-a").to_string(), Fault::Refuse(ErrorKind::Invalid));
    let report = run(&world, &engine, &wanted).await;
    assert_eq!(report.status, RunStatus::Failed, "{report:?}");
    let tokens = provider.tokens.lock().unwrap().clone();
    assert_eq!(tokens, [tokens[0].clone(), tokens[0].clone()]);
    assert_eq!(world.store.open_intents().await.unwrap().len(), 1, "the first may have been carried out, and nobody can see it yet");
    assert_eq!(run(&world, &engine, &wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 1);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_a_stopped_run_made_and_nothing_shows_yet_is_not_made_again_and_not_forgotten() {
    let wanted = graph(&[("a", &[])]);
    for then in [&wanted, &graph(&[])] {
        let world = World::new().await;
        let (_, engine) = late(&world);
        let plan = world.plan(&wanted).await;
        let cancel = Cancel::default();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let stopper = cancel.clone();
        let watcher = tokio::spawn(async move {
            // Asked to stop while the new one is waited for.
            while let Some(event) = receiver.recv().await {
                if matches!(event, strata_engine::Event::Waiting { .. }) {
                    stopper.ask();
                }
            }
        });
        let report = engine.run(&plan, &alive(), cancel, sender).await.unwrap();
        watcher.await.unwrap();
        assert_eq!(report.status, RunStatus::Cancelled, "{report:?}");
        // The cloud says that it is not there, and the plan believes it.
        let mut states = world.states().await;
        let refreshed = engine.refresh("acme", &mut states).await;
        assert_eq!(refreshed.observations[&address("a")], None);
        let plan = world.plan_from(then, &states, &refreshed, &[]);
        let (sender, _receiver) = mpsc::unbounded_channel();
        let report = engine.run(&plan, &alive(), Cancel::default(), sender).await.unwrap();
        assert_eq!(report.status, RunStatus::Done, "{report:?}");
        assert_eq!(world.cloud.inventory().len(), then.len());
        world.assert_consistent().await;
    }
}
