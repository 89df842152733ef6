//! A small world to run plans in: three resource types, the cloud in memory, a real store in a folder of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use strata_engine::{Cancel, Engine, EngineError, Event, Limits, Patience, Refreshed, RunReport};
use strata_graph::{Address, Graph, Resource, Scope, Text};
use strata_plan::{Desired, Directions, Plan, PlanError, PlanInput, RemovalInput, ScopeState};
use strata_provider::{FakeCloud, Provider};
use strata_store::{SqliteStore, Starter, Store};
use tokio::sync::mpsc;

pub use crate::things::{contracts, placement, thing};

/// The one environment of this world.
pub fn scope() -> Scope {
    Scope::environment("shop", "dev")
}

/// The address of a name; names that start with `single` are of the type that is deleted first.
pub fn address(name: &str) -> Address {
    Address::new(scope(), if name.starts_with("single") { "single" } else { "thing" }, name)
}

/// A resource that refers to an output of each of `on`.
pub fn resource(name: &str, on: &[&str]) -> Resource {
    thing(address(name), on.iter().map(|below| Text::output(&address(below), "Arn")).collect())
}

/// The graph of `(name, what it stands on)`.
pub fn graph(list: &[(&str, &[&str])]) -> Graph {
    let mut graph = Graph::default();
    for (name, on) in list {
        graph.insert(resource(name, on)).unwrap();
    }
    graph
}

/// Sets a property of a resource of a graph.
pub fn set(graph: &mut Graph, name: &str, property: &str, value: Value) {
    graph.get_mut(&address(name)).unwrap().properties.0.insert(property.to_owned(), value);
}

/// A starter whose process is dead, so that its run can be taken over at once.
pub fn dead() -> Starter {
    Starter { process: u32::MAX, ..alive() }
}

pub fn alive() -> Starter {
    Starter { user: "tester".into(), host: "here".into(), process: std::process::id(), approval: None }
}

/// Everything a test needs.
pub struct World {
    pub cloud: Arc<FakeCloud>,
    pub store: Arc<SqliteStore>,
    pub engine: Engine,
    _folder: tempfile::TempDir,
}

pub const QUICK: Patience = Patience {
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(2),
    ready: Duration::from_millis(400),
    in_use: Duration::from_secs(2),
    late: Duration::ZERO,
    shows: Duration::ZERO,
    run: Duration::from_secs(60),
    tries: 3,
};

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Arc::new(FakeCloud::new(contracts()));
        let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
        let engine = engine(cloud.clone(), store.clone(), QUICK);
        Self { cloud, store, engine, _folder: folder }
    }

    pub async fn states(&self) -> BTreeMap<Scope, ScopeState> {
        self.store.scopes().await.unwrap().into_iter().map(|state| (state.scope.clone(), state)).collect()
    }

    pub async fn state(&self) -> ScopeState {
        self.store.scope(&scope()).await.unwrap()
    }

    /// Looks at the cloud, keeps what moved, and plans.
    pub async fn plan(&self, graph: &Graph) -> Plan {
        self.plan_with_data(graph, &[]).await.0
    }

    pub async fn plan_with_data(&self, graph: &Graph, delete_data: &[&str]) -> (Plan, Refreshed) {
        let mut states = self.states().await;
        let refreshed = self.engine.refresh("acme", &mut states).await;
        self.engine.keep(&refreshed).await.unwrap();
        let plan = self.plan_from(graph, &states, &refreshed, delete_data);
        (plan, refreshed)
    }

    /// The plan from what was read and seen before.
    pub fn plan_from(&self, graph: &Graph, states: &BTreeMap<Scope, ScopeState>, refreshed: &Refreshed, delete_data: &[&str]) -> Plan {
        self.plan_directed(graph, states, refreshed, delete_data, &Directions::default()).unwrap()
    }

    /// The plan by what the files say beside the graph.
    pub async fn directed(&self, graph: &Graph, directions: &Directions) -> Result<Plan, PlanError> {
        let mut states = self.states().await;
        let refreshed = self.engine.refresh("acme", &mut states).await;
        assert_eq!(refreshed.unseen, []);
        self.engine.keep(&refreshed).await.unwrap();
        self.plan_directed(graph, &states, &refreshed, &[], directions)
    }

    fn plan_directed(
        &self,
        graph: &Graph,
        states: &BTreeMap<Scope, ScopeState>,
        refreshed: &Refreshed,
        delete_data: &[&str],
        directions: &Directions,
    ) -> Result<Plan, PlanError> {
        strata_plan::build(PlanInput {
            platform: "acme",
            target: &scope(),
            scopes: &[Desired { scope: scope(), placement: placement(), metadata: Value::Null, stands_on: Vec::new() }],
            graph,
            contracts: &contracts(),
            states,
            observations: &refreshed.observations,
            delete_data: &delete_data.iter().map(|name| (*name).to_owned()).collect(),
            verdicts: Vec::new(),
            notices: Vec::new(),
            endpoints: Vec::new(),
            approve: Vec::new(),
            directions,
        })
    }

    /// The plan that removes the environment.
    pub async fn removal(&self, delete_data: &[&str]) -> Plan {
        let state = self.state().await;
        strata_plan::remove(RemovalInput {
            platform: "acme",
            target: &scope(),
            scopes: &[&state],
            placement: &placement(),
            contracts: &contracts(),
            delete_data: &delete_data.iter().map(|name| (*name).to_owned()).collect(),
            notices: Vec::new(),
            retry: &BTreeSet::new(),
        })
        .unwrap()
    }

    pub async fn run(&self, plan: &Plan) -> RunReport {
        self.try_run(plan).await.unwrap()
    }

    pub async fn try_run(&self, plan: &Plan) -> Result<RunReport, EngineError> {
        let (sender, _receiver) = mpsc::unbounded_channel();
        self.engine.run(plan, &alive(), Cancel::default(), sender).await
    }

    /// The same, with what was told meanwhile.
    pub async fn run_told(&self, plan: &Plan, cancel: Cancel) -> (RunReport, Vec<Event>) {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let report = self.engine.run(plan, &alive(), cancel, sender).await.unwrap();
        let mut told = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            told.push(event);
        }
        (report, told)
    }

    pub async fn up(&self, graph: &Graph) -> RunReport {
        let plan = self.plan(graph).await;
        self.run(&plan).await
    }

    /// Asserts that the state and the cloud say the same: each once, same id, same properties, nothing intended left open.
    pub async fn assert_consistent(&self) {
        let state = self.state().await;
        let mut owners: Vec<String> = Vec::new();
        for resource in state.resources.values() {
            let placement = strata_provider::Placement {
                account: "a".into(),
                account_id: "111111111111".into(),
                role: None,
                region: "us-east-1".into(),
            };
            let Some(id) = &resource.id else { continue };
            owners.push(resource.address.to_string());
            let request = strata_provider::Request {
                placement: &placement,
                platform: "acme",
                address: &resource.address,
                type_name: &resource.type_name,
                id: Some(id),
                properties: &resource.properties,
            };
            let seen = self.cloud.observe(&request).await.unwrap();
            let seen = seen.unwrap_or_else(|| panic!("{} is in the state as {id} and not in the cloud", resource.address));
            assert_eq!(seen.properties, resource.properties, "{}", resource.address);
            assert_eq!(seen.outputs, resource.outputs, "{}", resource.address);
            owners.extend(resource.deposed.iter().map(|_| resource.address.to_string()));
        }
        owners.sort();
        assert_eq!(self.cloud.inventory(), owners, "what stands in the cloud is what the state knows");
        assert_eq!(self.store.open_intents().await.unwrap(), [], "every intent has its outcome");
    }
}

pub fn engine(provider: Arc<dyn Provider>, store: Arc<dyn Store>, patience: Patience) -> Engine {
    Engine::new(provider, store, contracts(), Limits::emulator(8), patience)
}

/// `create thing.b` and the like, without the scope.
pub fn short(calls: Vec<String>) -> Vec<String> {
    calls.into_iter().map(|call| call.replace("environment/shop/dev/", "")).collect()
}
