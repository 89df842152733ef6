//! A provider that lies: nothing of what cannot be true gets into the state.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use strata_engine::{Cancel, Ended, RunReport};
use strata_graph::{Document, PhysicalId};
use strata_plan::ResourceStatus;
use strata_provider::provider::ADDRESS_TAG;
use strata_provider::{Account, FakeCloud, Observation, Placement, Provider, ProviderError, Request, Sought};
use strata_store::RunStatus;

use crate::world::{QUICK, World, address, alive, engine, graph, set};

type Lie = fn(&mut Observation);

/// The fake cloud, behind somebody who changes what it says of `a`.
struct Liar {
    cloud: Arc<FakeCloud>,
    look: Lie,
    id: Option<&'static str>,
}

#[async_trait]
impl Provider for Liar {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        self.cloud.account(placement).await
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        let mut seen = self.cloud.observe(request).await?;
        if let Some(seen) = seen.as_mut().filter(|_| *request.address == address("a")) {
            (self.look)(seen);
        }
        Ok(seen)
    }

    async fn find_besides(&self, request: &Request<'_>, known: &[PhysicalId]) -> Result<Sought, ProviderError> {
        self.cloud.find_besides(request, known).await
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        let id = self.cloud.create(request, token).await?;
        let lie = self.id.filter(|_| *request.address == address("a"));
        Ok(lie.map_or(id, |lie| PhysicalId(lie.to_owned())))
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        self.cloud.update(request, observed).await
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        self.cloud.delete(request).await
    }
}

async fn run(world: &World, look: Lie, id: Option<&'static str>) -> RunReport {
    let liar = engine(Arc::new(Liar { cloud: world.cloud.clone(), look, id }), world.store.clone(), QUICK);
    let plan = world.plan(&graph(&[("a", &[]), ("b", &["a"])])).await;
    let (sender, _receiver) = tokio::sync::mpsc::unbounded_channel();
    liar.run(&plan, &alive(), Cancel::default(), sender).await.unwrap()
}

#[tokio::test]
async fn a_look_that_cannot_be_true_is_an_error_with_both_values_and_the_truth_is_found_later() {
    let lies: [(Lie, &[&str]); 6] = [
        (|seen| seen.id = PhysicalId("thing-999".into()), &["asked about thing-000001", "answers about thing-999"]),
        (|seen| drop(seen.outputs.insert("Password".into(), "x".into())), &["outputs Password = 'x'", "no such output"]),
        (|seen| drop(seen.outputs.remove("Arn")), &["lacks the output Arn", "it has: Id, LatestVersionNumber"]),
        (|seen| drop(seen.properties.0.insert("Size".into(), json!("1"))), &["Size is a number, 1", "has text, \"1\""]),
        (|seen| drop(seen.properties.0.insert("On".into(), json!({}))), &["On is a list, []", "has a map, {}"]),
        (
            |seen| drop(seen.properties.0.insert("Tags".into(), json!({ADDRESS_TAG: "environment/other/dev/thing.a"}))),
            &["on record as environment/shop/dev/thing.a", "strata:address=environment/other/dev/thing.a", "strata forget"],
        ),
    ];
    for (lie, words) in lies {
        let world = World::new().await;
        let report = run(&world, lie, None).await;
        let Ended::Failed(why) = &report.steps[0] else { panic!("{words:?}: {report:?}") };
        for word in words {
            assert!(why.contains(word), "'{word}' in: {why}");
        }
        assert_eq!(report.steps[1], Ended::Blocked(address("a")), "nobody builds on a lie");
        let state = &world.state().await.resources[&address("a")];
        assert!(matches!(state.status, ResourceStatus::Pending(_)), "{state:?}");
        assert!(state.outputs.is_empty() && state.id == Some(PhysicalId("thing-000001".into())), "no part of it is state: {state:?}");
        assert_eq!(world.up(&graph(&[("a", &[]), ("b", &["a"])])).await.status, RunStatus::Done, "an honest answer goes on");
        world.assert_consistent().await;
    }
}

#[tokio::test]
async fn an_identifier_that_is_none_or_anothers_is_not_put_on_record() {
    for (lie, word) in [("", "names no identifier"), (" ", "names no identifier")] {
        let world = World::new().await;
        let report = run(&world, |_| (), Some(lie)).await;
        assert!(matches!(&report.steps[0], Ended::Failed(why) if why.contains(word)), "{report:?}");
        assert!(world.state().await.resources.is_empty());
        assert_eq!(world.up(&graph(&[("a", &[]), ("b", &["a"])])).await.status, RunStatus::Done);
        assert_eq!(world.cloud.inventory().len(), 2, "what was made is found again, and not made twice");
        world.assert_consistent().await;
    }
    let world = World::new().await;
    world.up(&graph(&[("other", &[])])).await;
    let liar = engine(Arc::new(Liar { cloud: world.cloud.clone(), look: |_| (), id: Some("thing-000001") }), world.store.clone(), QUICK);
    let wanted = graph(&[("other", &[]), ("a", &[])]);
    let plan = world.plan(&wanted).await;
    let (sender, _receiver) = tokio::sync::mpsc::unbounded_channel();
    let report = liar.run(&plan, &alive(), Cancel::default(), sender).await.unwrap();
    let Ended::Failed(why) = &report.steps[0] else { panic!("{report:?}") };
    assert!(why.contains("made it as thing-000001") && why.contains("thing.other is on record"), "{why}");
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_lie_in_a_refresh_is_unknown_and_not_unchanged() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    let lie: Lie = |seen| seen.id = PhysicalId("thing-999".into());
    let liar = engine(Arc::new(Liar { cloud: world.cloud.clone(), look: lie, id: None }), world.store.clone(), QUICK);
    let mut states = world.states().await;
    let refreshed = liar.refresh("acme", &mut states).await;
    assert_eq!(refreshed.unseen.len(), 1);
    assert!(refreshed.unseen[0].error.to_string().contains("thing-999"));
    assert!(refreshed.moved.is_empty() && states == world.states().await);
    // A tag that somebody set to another owner: two claim it, and neither a plan nor a run decides.
    let mut wanted = graph(&[("a", &[])]);
    set(&mut wanted, "a", "Tags", json!({ADDRESS_TAG: "environment/other/dev/thing.z"}));
    world.cloud.tamper(&address("a").to_string(), "Tags", wanted.get(&address("a")).unwrap().properties.at("Tags").unwrap().clone());
    let refreshed = world.engine.refresh("acme", &mut states).await;
    assert!(refreshed.unseen[0].error.told().contains("two claim it"), "{:?}", refreshed.unseen);
}
