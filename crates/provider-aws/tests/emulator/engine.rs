//! The real engine on one resource: its first call is throttled, and the process dies after the second was carried out; the run after it
//! must find what was made, finish it, and make nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use strata_aws::AwsResource;
use strata_engine::{Cancel, Engine, Limits, Patience, RunReport};
use strata_graph::{Address, Document, Graph, Layer, PhysicalId, Resource, TypeName};
use strata_plan::{Desired, PlanInput};
use strata_provider::{Account, ErrorKind, Observation, Placement, Provider, ProviderError, Request};
use strata_provider_aws::AwsProvider;
use strata_store::{RunStatus, SqliteStore, Starter, Store};
use tokio::sync::{Notify, mpsc};

/// A provider whose first creation is throttled and whose second never answers, though it was carried out.
struct Dying {
    provider: Arc<AwsProvider>,
    creations: AtomicU32,
    carried_out: Notify,
}

#[async_trait]
impl Provider for Dying {
    async fn account(&self, placement: &Placement) -> Result<Account, ProviderError> {
        self.provider.account(placement).await
    }

    async fn observe(&self, request: &Request<'_>) -> Result<Option<Observation>, ProviderError> {
        self.provider.observe(request).await
    }

    async fn create(&self, request: &Request<'_>, token: &str) -> Result<PhysicalId, ProviderError> {
        if self.creations.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(ProviderError::new(ErrorKind::Throttled, "test:Create", "the first call is throttled"));
        }
        // A refusal ends the run with its words, and the test with them.
        let made = self.provider.create(request, token).await?;
        self.carried_out.notify_one();
        std::future::pending::<()>().await;
        Ok(made)
    }

    async fn update(&self, request: &Request<'_>, observed: &Document) -> Result<(), ProviderError> {
        self.provider.update(request, observed).await
    }

    async fn delete(&self, request: &Request<'_>) -> Result<(), ProviderError> {
        self.provider.delete(request).await
    }
}

const PATIENCE: Patience = Patience {
    run: Duration::from_secs(600),
    first_pause: Duration::from_millis(10),
    longest_pause: Duration::from_millis(100),
    ready: Duration::from_secs(30),
    in_use: Duration::from_secs(5),
    // The call is known to be carried out when the process dies.
    late: Duration::ZERO,
    tries: 3,
    ..Patience::EMULATOR
};

async fn run(provider: Arc<dyn Provider>, store: &Arc<SqliteStore>, placement: &Placement, graph: &Graph, process: u32) -> RunReport {
    let shared: Arc<dyn Store> = store.clone();
    let contracts = strata_aws::contracts();
    let engine = Engine::new(provider, shared, contracts.clone(), Limits::emulator(4), PATIENCE);
    let scope = graph.iter().next().unwrap().address.scope().clone();
    let mut states = BTreeMap::from([(scope.clone(), store.scope(&scope).await.unwrap())]);
    let refreshed = engine.refresh(super::support::PLATFORM, &mut states).await;
    let planned = strata_plan::Placement {
        account: placement.account.clone(),
        account_id: placement.account_id.clone(),
        role: placement.role.clone(),
        region: placement.region.clone(),
    };
    let plan = strata_plan::build(PlanInput {
        platform: super::support::PLATFORM,
        target: &scope,
        scopes: &[Desired { scope: scope.clone(), placement: planned, metadata: serde_json::Value::Null, stands_on: Vec::new() }],
        graph,
        contracts: &contracts,
        states: &states,
        observations: &refreshed.observations,
        delete_data: &BTreeSet::new(),
        verdicts: Vec::new(),
        notices: Vec::new(),
        endpoints: Vec::new(),
        approve: Vec::new(),
        directions: &strata_plan::Directions::default(),
    })
    .unwrap();
    let (sender, _receiver) = mpsc::unbounded_channel();
    let starter = Starter { user: "tester".into(), host: "here".into(), process, approval: None };
    engine.run(&plan, &starter, Cancel::default(), sender).await.unwrap()
}

/// Makes a resource on a bad day; its id.
pub async fn survives<R: AwsResource>(provider: &Arc<AwsProvider>, placement: &Placement, address: &Address, resource: &R) -> PhysicalId {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let mut graph = Graph::default();
    let resource = Resource {
        address: address.clone(),
        type_name: TypeName(R::CONTRACT.type_name.into()),
        layer: Layer::Network,
        properties: Document::of(resource).unwrap(),
        depends_on: BTreeSet::new(),
        origins: Vec::new(),
        data: None,
        waiting_for: None,
        purpose: String::new(),
    };
    graph.insert(resource).unwrap();
    let dying = Arc::new(Dying { provider: provider.clone(), creations: AtomicU32::new(0), carried_out: Notify::new() });
    tokio::select! {
        report = run(dying.clone(), &store, placement, &graph, u32::MAX) => panic!("{address}: {report:?}"),
        () = dying.carried_out.notified() => {}
    }
    // A process that is dead writes no more; here the writer lives on, so wait until it has nothing left.
    store.write(Vec::new()).await.unwrap();
    let report = run(provider.clone(), &store, placement, &graph, std::process::id()).await;
    assert_eq!(report.status, RunStatus::Done, "{address}: {report:?}");
    let state = store.scope(address.scope()).await.unwrap();
    let id = state.resources[address].id.clone().unwrap();
    let calls = store.journal(&report.run).await.unwrap();
    assert!(
        calls.iter().all(|(intent, _)| intent.operation != strata_store::IntentOperation::Create),
        "{address} was made a second time: {calls:?}"
    );
    assert_eq!(store.open_intents().await.unwrap(), [], "{address}");
    id
}
