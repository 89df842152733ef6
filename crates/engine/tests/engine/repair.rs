//! Setting right what drifted, and nothing else.

use std::collections::BTreeMap;

use serde_json::json;
use strata_plan::{Change, Drift, Ignored, Plan, Purpose, RepairInput, all_drift, repair};
use strata_store::RunStatus;

use crate::world::{World, address, contracts, graph, placement, scope, short};

async fn look(world: &World, ignored: &Ignored) -> (Plan, BTreeMap<strata_graph::Address, Drift>) {
    let mut states = world.states().await;
    let refreshed = world.engine.refresh("acme", &mut states).await;
    let state = &states[&scope()];
    let input = RepairInput {
        platform: "acme",
        target: &scope(),
        scopes: &[(state, placement())],
        contracts: &contracts(),
        observations: &refreshed.observations,
        ignored,
        retry: &Default::default(),
    };
    let drifted = all_drift(&[state], &contracts(), &refreshed.observations, ignored);
    (repair(input).unwrap(), drifted)
}

#[tokio::test]
async fn only_drifted_fields_are_set_right_whatever_the_files_say_by_now() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[]), ("b", &["a"]), ("c", &[]), ("d", &[])])).await;
    let before = world.cloud.calls().len();
    for name in ["a", "c"] {
        world.cloud.tamper(&address(name).to_string(), "Size", json!(50));
    }
    // A name cannot be changed in place, and what is gone cannot be changed at all.
    world.cloud.tamper(&address("b").to_string(), "Name", json!("other"));
    world.cloud.vanish(&address("d").to_string());
    let ignored = Ignored(BTreeMap::from([(address("c"), vec!["Size".to_owned()])]));
    let (plan, drifted) = look(&world, &ignored).await;
    assert_eq!(drifted.keys().map(|address| address.name()).collect::<Vec<_>>(), ["a", "b", "d"]);
    assert_eq!(drifted[&address("d")], Drift::Gone);
    assert_eq!(plan.purpose, Purpose::Correct);
    let [action] = plan.actions.as_slice() else { panic!("{:?}", plan.actions) };
    assert_eq!((action.change, action.address.name()), (Change::Update, "a"));
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert_eq!(short(world.cloud.calls()[before..].to_vec()), ["update thing.a"]);
    let (plan, drifted) = look(&world, &ignored).await;
    assert!(plan.is_empty());
    assert_eq!(drifted.len(), 2, "what cannot be set right in place is still told");
}
