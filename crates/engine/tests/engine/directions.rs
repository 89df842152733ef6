//! What is taken over, moved, and left to others.

use std::collections::BTreeMap;

use serde_json::json;
use strata_engine::adopted;
use strata_graph::{Graph, PhysicalId};
use strata_plan::{Change, Directions, Ignored, Move, MoveProblem, PlanError, follow};
use strata_provider::provider::ADDRESS_TAG;
use strata_store::{RunStatus, Store};

use crate::world::{World, address, graph, placement, scope, set, short};

/// Something that somebody made by hand and that is like `a` but for its size and tags.
fn by_hand(world: &World) -> PhysicalId {
    let id = PhysicalId("thing-by-hand".into());
    let properties = json!({"Name": "a", "Size": 9, "On": []});
    let outputs = ["Id", "Arn", "LatestVersionNumber"].map(|name| (name.to_owned(), format!("{name}:{id}")));
    let document = strata_graph::Document::of(&properties).unwrap();
    world.cloud.stand(&address("by-hand"), &id, document, outputs.into());
    id
}

#[tokio::test]
async fn what_is_taken_over_is_on_record_first_and_then_changed_as_the_plan_said() {
    let world = World::new().await;
    let id = by_hand(&world);
    let wanted = graph(&[("a", &[]), ("b", &["a"])]);
    let resource = wanted.get(&address("a")).unwrap();
    let (seen, _) = world.engine.look_at("acme", resource, &id, &placement(), &world.states().await).await.unwrap().unwrap();
    let directions = Directions { adopted: vec![adopted(None, resource, seen)], ..Directions::default() };
    let plan = world.directed(&wanted, &directions).await.unwrap();
    let changes: Vec<(Change, &str)> = plan.actions.iter().map(|action| (action.change, action.address.name())).collect();
    assert_eq!(changes, [(Change::Update, "a"), (Change::Create, "b")]);
    let paths: Vec<&str> = plan.actions[0].fields.iter().map(|field| field.path.as_str()).collect();
    assert!(paths.contains(&"Size") && paths.iter().any(|path| path.starts_with("Tags")), "the difference and the tag: {paths:?}");
    assert!(world.state().await.resources.is_empty() && world.cloud.calls().is_empty(), "a plan touches nothing");
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert_eq!(short(world.cloud.calls()), ["update thing.a", "create thing.b"]);
    assert_eq!(world.state().await.resources[&address("a")].id, Some(id));
    assert!(world.plan(&wanted).await.is_empty());
}

#[tokio::test]
async fn what_is_taken_over_is_never_replaced() {
    let world = World::new().await;
    let id = by_hand(&world);
    let mut wanted = graph(&[("a", &[])]);
    set(&mut wanted, "a", "Name", json!("another"));
    let resource = wanted.get(&address("a")).unwrap();
    let (seen, _) = world.engine.look_at("acme", resource, &id, &placement(), &world.states().await).await.unwrap().unwrap();
    let directions = Directions { adopted: vec![adopted(None, resource, seen)], ..Directions::default() };
    let error = world.directed(&wanted, &directions).await.unwrap_err();
    let PlanError::WouldReplace { how: "adopted", patch, .. } = &error else { panic!("{error}") };
    assert_eq!(patch, "patch: {thing.a: {\"Name\":\"a\"}}");
}

#[tokio::test]
async fn a_move_changes_the_record_and_the_ownership_tag_alone() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[]), ("b", &["a"])])).await;
    let id = world.state().await.resources[&address("a")].id.clone();
    let mut wanted = graph(&[("c", &[]), ("b", &["c"])]);
    set(&mut wanted, "c", "Name", json!("a"));
    let states = world.states().await;
    let moves = follow(&scope(), "thing.a", "thing.c", &wanted, &states).unwrap();
    assert_eq!(moves, [Move { from: address("a"), to: address("c") }]);
    assert_eq!(follow(&scope(), "a", "c", &wanted, &states).unwrap(), moves, "a name moves every address that has it");
    let plan = world.directed(&wanted, &Directions { moves, ..Directions::default() }).await.unwrap();
    let [action] = plan.actions.as_slice() else { panic!("{:?}", plan.actions) };
    assert_eq!((action.change, &action.address), (Change::Update, &address("c")));
    let paths: Vec<&str> = action.fields.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, [format!("Tags.{ADDRESS_TAG}")], "the tag, and nothing else");
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    let state = world.state().await;
    assert_eq!(state.resources[&address("c")].id, id);
    assert!(!state.resources.contains_key(&address("a")));
    assert_eq!(state.resources[&address("b")].dependencies, [address("c")]);
    assert_eq!(world.cloud.inventory().len(), 2);
    assert!(follow(&scope(), "thing.a", "thing.c", &wanted, &world.states().await).unwrap().is_empty(), "it has moved already");
    assert!(world.plan(&wanted).await.is_empty());
    assert!(world.engine.strays("acme", &world.states().await).await.unwrap().found.is_empty());
}

#[tokio::test]
async fn a_move_that_would_replace_is_refused_and_so_is_one_that_leads_nowhere() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    let states = world.states().await;
    let wanted = graph(&[("c", &[])]);
    let moves = follow(&scope(), "thing.a", "thing.c", &wanted, &states).unwrap();
    let error = world.directed(&wanted, &Directions { moves, ..Directions::default() }).await.unwrap_err();
    assert!(matches!(&error, PlanError::WouldReplace { how: "moved", .. }), "{error}");
    let problem = |from: &str, to: &str, wanted: &Graph| follow(&scope(), from, to, wanted, &states).unwrap_err();
    assert_eq!(problem("thing.a", "thing.d", &wanted), MoveProblem::NotThere(address("d")));
    assert_eq!(problem("thing.a", "thing.c", &graph(&[("a", &[]), ("c", &[])])), MoveProblem::StillThere(address("a")));
    assert!(matches!(problem("thing.a", "single.c", &wanted), MoveProblem::OtherKind(..)));
}

#[tokio::test]
async fn what_a_dead_run_began_under_the_old_address_is_found_before_the_record_moves() {
    let world = World::new().await;
    world.up(&graph(&[("a", &[])])).await;
    // A replacement of a dies after its call: the new incarnation carries the old address's tag.
    let mut other = graph(&[("a", &[])]);
    set(&mut other, "a", "Name", json!("a-2"));
    let plan = world.plan(&other).await;
    crate::crash::die(&world, &plan, "a", crate::crash::When::AfterTheCall).await;
    let mut wanted = graph(&[("c", &[])]);
    set(&mut wanted, "c", "Name", json!("a"));
    let moves = follow(&scope(), "a", "c", &wanted, &world.states().await).unwrap();
    let plan = world.directed(&wanted, &Directions { moves, ..Directions::default() }).await.unwrap();
    world.run(&plan).await;
    let state = world.state().await;
    assert_eq!(state.resources[&address("c")].deposed.len(), 1, "it is on record as left behind: {state:?}");
    assert!(world.store.open_intents().await.unwrap().is_empty());
    assert_eq!(world.up(&wanted).await.status, RunStatus::Done);
    assert_eq!(world.cloud.inventory().len(), 1);
}

#[tokio::test]
async fn what_others_own_is_neither_compared_nor_changed() {
    let world = World::new().await;
    let mut wanted = graph(&[("a", &[])]);
    world.up(&wanted).await;
    world.cloud.tamper(&address("a").to_string(), "Size", json!(7));
    let ignored = Ignored(BTreeMap::from([(address("a"), vec!["Size".to_owned()])]));
    let directions = Directions { ignored, ..Directions::default() };
    let plan = world.directed(&wanted, &directions).await.unwrap();
    assert!(plan.is_empty() && plan.records.is_empty(), "{plan:?}");
    // Another field changes: what others own is sent as it stands.
    set(&mut wanted, "a", "Color", json!("red"));
    let plan = world.directed(&wanted, &directions).await.unwrap();
    assert_eq!(plan.actions[0].fields.len(), 1, "{:?}", plan.actions[0].fields);
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    let standing = world.cloud.standing();
    assert_eq!((standing[0].properties.at("Size"), standing[0].properties.at("Color")), (Some(&json!(7)), Some(&json!("red"))));
    // Without the word it is drift again.
    assert_eq!(world.plan(&wanted).await.actions.len(), 1);
}
