//! Removals: order, data, and what data stands on.

use strata_graph::Graph;
use strata_store::RunStatus;

use crate::world::{World, address, graph, short};

fn shop() -> Graph {
    let mut wanted = graph(&[
        ("network", &[]),
        ("subnet", &["network"]),
        ("key", &[]),
        ("database", &["subnet", "key"]),
        ("web", &["database"]),
        ("other", &["network"]),
    ]);
    wanted.get_mut(&address("database")).unwrap().data = Some("db".into());
    wanted.get_mut(&address("key")).unwrap().data = Some("keys".into());
    wanted
}

#[tokio::test]
async fn data_stays_with_all_that_it_stands_on() {
    let world = World::new().await;
    world.up(&shop()).await;
    let plan = world.removal(&[]).await;
    let kept: Vec<(&str, bool)> = plan.kept.iter().map(|kept| (kept.address.name(), kept.holds_data)).collect();
    assert_eq!(kept, [("database", true), ("key", true), ("network", false), ("subnet", false)]);
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    let left: Vec<String> = world.state().await.resources.keys().map(|address| address.name().to_owned()).collect();
    assert_eq!(left, ["database", "key", "network", "subnet"]);
    world.assert_consistent().await;
    assert!(world.removal(&[]).await.is_empty(), "the same again finds nothing to do");
}

#[tokio::test]
async fn a_named_datum_goes_and_an_unnamed_one_keeps_its_ground() {
    let world = World::new().await;
    world.up(&shop()).await;
    let plan = world.removal(&["db"]).await;
    world.run(&plan).await;
    let left: Vec<String> = world.state().await.resources.keys().map(|address| address.name().to_owned()).collect();
    assert_eq!(left, ["key"]);
    let plan = world.removal(&["keys"]).await;
    assert!(plan.scopes[0].removes_scope);
    world.run(&plan).await;
    assert_eq!(world.cloud.inventory(), [""; 0]);
    world.assert_consistent().await;
}

#[tokio::test]
async fn everything_goes_after_what_stood_on_it() {
    let world = World::new().await;
    world.up(&shop()).await;
    let before = world.cloud.calls().len();
    let plan = world.removal(&["db", "keys"]).await;
    world.run(&plan).await;
    let calls = short(world.cloud.calls()[before..].to_vec());
    let place = |name: &str| calls.iter().position(|call| *call == format!("delete thing.{name}")).unwrap();
    assert_eq!(calls.len(), 6);
    for (above, below) in [("web", "database"), ("database", "subnet"), ("database", "key"), ("subnet", "network"), ("other", "network")] {
        assert!(place(above) < place(below), "{above} before {below}: {calls:?}");
    }
}

#[tokio::test]
async fn what_the_specification_no_longer_names_goes_but_for_data() {
    let world = World::new().await;
    world.up(&shop()).await;
    let smaller = graph(&[("other", &["network"]), ("network", &[])]);
    let (plan, _) = world.plan_with_data(&smaller, &[]).await;
    let deleted: Vec<&str> = plan.actions.iter().map(|action| action.address.name()).collect();
    assert_eq!(deleted, ["web"]);
    assert_eq!(plan.kept.len(), 3, "database, key and the subnet under the database");
    let (plan, _) = world.plan_with_data(&smaller, &["db", "keys"]).await;
    assert_eq!(plan.actions.len(), 4);
    world.run(&plan).await;
    world.assert_consistent().await;
    assert!(world.plan(&smaller).await.is_empty());
}

#[tokio::test]
async fn what_is_already_gone_is_no_failure() {
    let world = World::new().await;
    world.up(&shop()).await;
    world.cloud.vanish(&address("web").to_string());
    let plan = world.removal(&["db", "keys"]).await;
    assert_eq!(world.run(&plan).await.status, RunStatus::Done);
    assert!(world.state().await.resources.is_empty());
}

#[tokio::test]
async fn what_the_emulator_cannot_delete_stops_nothing() {
    let world = World::new().await;
    world.up(&shop()).await;
    let fault = strata_provider::fake::Fault::Refuse(strata_provider::ErrorKind::Unsupported);
    world.cloud.inject("delete", &address("subnet").to_string(), fault);
    let plan = world.removal(&["db", "keys"]).await;
    let report = world.run(&plan).await;
    assert_eq!(report.status, RunStatus::Done, "{report:?}");
    assert!(report.steps.contains(&strata_engine::Ended::Unsupported("fake:delete".into())));
    assert!(world.state().await.resources.is_empty());
}
