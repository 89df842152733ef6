//! What stands with our tags and is not on record, and what comes onto it and off it untouched.

use serde_json::json;
use strata_graph::PhysicalId;
use strata_store::RunStatus;

use crate::world::{World, address, graph, placement, scope};

#[tokio::test]
async fn what_carries_our_tags_and_is_not_on_record_is_listed() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    world.up(&wanted).await;
    assert_eq!(world.engine.strays("acme", &world.states().await).await.unwrap().found, []);

    // One that the state never knew, and one beside what it knows.
    let never = graph(&[("c", &[])]);
    world.cloud.put(&address("c"), never.get(&address("c")).unwrap().properties.clone());
    world.cloud.put(&address("a"), wanted.get(&address("a")).unwrap().properties.clone());
    let strays = world.engine.strays("acme", &world.states().await).await.unwrap().found;
    assert_eq!(
        strays.iter().map(|stray| (stray.address.clone(), stray.beside.is_some())).collect::<Vec<_>>(),
        [(address("a").to_string(), true), (address("c").to_string(), false)]
    );
    // Another platform's are not ours to list.
    assert_eq!(world.engine.strays("other", &world.states().await).await.unwrap().found, []);
}

#[tokio::test]
async fn what_is_forgotten_stands_and_can_be_adopted_again() {
    let world = World::new().await;
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    world.up(&wanted).await;
    let stale = world.plan(&graph(&[("a", &[])])).await;
    let id = world.state().await.resources[&address("b")].id.clone().unwrap();
    world.engine.forget_about(&address("b")).await.unwrap();
    assert!(world.try_run(&stale).await.is_err(), "a plan made before is stale");
    assert_eq!(world.cloud.inventory().len(), 2, "it still stands");

    world.cloud.tamper(&address("b").to_string(), "Size", json!(7));
    let resource = wanted.get(&address("b")).unwrap();
    let look = |id: PhysicalId| {
        let world = &world;
        async move { world.engine.look_at("acme", resource, &id, &placement(), &world.states().await).await.unwrap() }
    };
    assert_eq!(look(PhysicalId("thing-999999".into())).await, None);
    let (seen, _) = look(id.clone()).await.unwrap();
    let before = world.cloud.calls().len();
    world.engine.adopt(resource, seen).await.unwrap();
    assert_eq!(world.cloud.calls().len(), before, "nothing is changed by adopting");
    assert_eq!(world.state().await.resources[&address("b")].id, Some(id));
    let plan = world.plan(&wanted).await;
    assert_eq!((plan.count("update"), plan.count("create")), (1, 0), "what differs is the next plan's: {plan:?}");
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    world.assert_consistent().await;
    assert_eq!(world.state().await.scope, scope());
}
