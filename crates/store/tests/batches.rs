//! What many callers write at once is written as if each had written alone.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strata_graph::{Address, Contracts, Document, Graph, Layer, PhysicalId, Scope, TypeName};
use strata_plan::{Desired, Placement, Plan, PlanInput, ResourceState, ResourceStatus};
use strata_store::{Intent, IntentOperation, Outcome, RunId, RunStatus, SqliteStore, Starter, Store, StoreError, Write};

/// More than fit into one statement, and no power of two.
const MANY: usize = 389;

fn scope() -> Scope {
    Scope::Network("a".into())
}

fn placement() -> Placement {
    Placement { account: "a".into(), account_id: "111111111111".into(), role: None, region: "us-east-1".into() }
}

fn starter() -> Starter {
    Starter { user: "ada".into(), host: "here".into(), process: std::process::id(), approval: None }
}

fn plan() -> Plan {
    strata_plan::build(PlanInput {
        platform: "acme",
        target: &scope(),
        scopes: &[Desired { scope: scope(), placement: placement(), metadata: serde_json::Value::Null, stands_on: vec![] }],
        graph: &Graph::default(),
        contracts: &Contracts::default(),
        states: &BTreeMap::new(),
        observations: &BTreeMap::new(),
        delete_data: &BTreeSet::new(),
        verdicts: vec![],
        notices: vec![],
        endpoints: vec![],
        approve: vec![],
        directions: &strata_plan::Directions::default(),
    })
    .unwrap()
}

fn address(number: usize) -> Address {
    Address::new(scope(), "vpc", format!("v{number}"))
}

fn resource(number: usize, purpose: &str) -> Write {
    Write::Put(Box::new(ResourceState {
        address: address(number),
        type_name: TypeName("AWS::EC2::VPC".into()),
        layer: Layer::Network,
        id: Some(PhysicalId(format!("vpc-{number}"))),
        properties: Document::default(),
        outputs: BTreeMap::new(),
        dependencies: vec![],
        status: ResourceStatus::Ready,
        origins: vec![],
        data: None,
        waiting_for: None,
        purpose: purpose.into(),
        deposed: vec![],
        formerly: vec![],
    }))
}

fn intent(run: &RunId, number: usize) -> Write {
    Write::Intent(Box::new(Intent {
        run: run.clone(),
        token: format!("t{number}"),
        address: address(number),
        type_name: TypeName("AWS::EC2::VPC".into()),
        placement: placement(),
        operation: IntentOperation::Create,
        id: None,
        properties: Document::default(),
    }))
}

fn outcome(number: usize) -> Write {
    Write::Outcome { token: format!("t{number}"), outcome: Outcome::Done { id: Some(PhysicalId(format!("vpc-{number}"))) } }
}

/// Every caller's writes at once; what each heard.
async fn all(store: &Arc<SqliteStore>, writes: impl Iterator<Item = Vec<Write>>) -> Vec<Result<(), StoreError>> {
    let callers: Vec<_> = writes
        .map(|writes| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.write(writes).await })
        })
        .collect();
    let mut heard = Vec::new();
    for caller in callers {
        heard.push(caller.await.unwrap());
    }
    heard
}

#[tokio::test]
async fn many_callers_at_once_leave_what_each_alone_would_have_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let run = store.begin(&plan(), &starter()).await.unwrap();
    let fenced = |mut writes: Vec<Write>| {
        writes.insert(0, Write::Fence(run.clone()));
        writes
    };
    assert!(all(&store, (0..MANY).map(|number| fenced(vec![intent(&run, number)]))).await.iter().all(Result::is_ok));
    assert_eq!(store.open_intents().await.unwrap().len(), MANY);
    let answers = (1..MANY).map(|number| fenced(vec![outcome(number), resource(number, "made"), resource(number, "seen")]));
    assert!(all(&store, answers).await.iter().all(Result::is_ok));

    let open: Vec<Address> = store.open_intents().await.unwrap().into_iter().map(|open| open.intent.address).collect();
    assert_eq!(open, [address(0)]);
    let journal = store.journal(&run).await.unwrap();
    assert_eq!(journal.len(), MANY);
    for (intent, outcome) in &journal {
        let expected = intent.token.replace('t', "vpc-");
        match outcome {
            Some(Outcome::Done { id }) => assert_eq!(id.as_ref().unwrap().0, expected),
            Some(other) => panic!("{other:?}"),
            None => assert_eq!(intent.address, address(0)),
        }
    }
    let state = store.scope(&scope()).await.unwrap();
    assert_eq!(store.scopes().await.unwrap(), std::slice::from_ref(&state), "read part by part, of one scope or of all");
    let elsewhere = tempfile::tempdir().unwrap();
    let alone = SqliteStore::open(elsewhere.path()).await.unwrap();
    assert_eq!(alone.begin(&plan(), &starter()).await.unwrap(), run);
    for number in 0..MANY {
        alone.write(fenced(vec![intent(&run, number)])).await.unwrap();
    }
    for number in 1..MANY {
        alone.write(fenced(vec![outcome(number), resource(number, "made"), resource(number, "seen")])).await.unwrap();
    }
    assert_eq!(alone.scope(&scope()).await.unwrap(), state, "serial and all");
    assert_eq!(state.resources.len(), MANY - 1);
    assert!(state.resources.values().all(|resource| resource.purpose == "seen"), "of one resource the last write counts");

    let removals = (1..MANY - 1).map(|number| fenced(vec![Write::Remove(address(number))]));
    assert!(all(&store, removals).await.iter().all(Result::is_ok));
    let left: Vec<Address> = store.scope(&scope()).await.unwrap().resources.into_keys().collect();
    assert_eq!(left, [address(MANY - 1)]);
}

#[tokio::test]
async fn a_bad_write_fails_its_caller_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path()).await.unwrap());
    let run = store.begin(&plan(), &starter()).await.unwrap();
    store.write(vec![intent(&run, 7)]).await.unwrap();
    // The seventh writes an intent that is there already, the ninth for a run that does not exist.
    let callers = (0..MANY).map(|number| match number {
        9 => vec![Write::Fence(RunId("run-99".into())), intent(&run, number)],
        _ => vec![Write::Fence(run.clone()), intent(&run, number), resource(number, "")],
    });
    let heard = all(&store, callers).await;
    for (number, heard) in heard.iter().enumerate() {
        match number {
            7 => assert!(matches!(heard, Err(StoreError::Database { .. })), "{heard:?}"),
            9 => assert!(matches!(heard, Err(StoreError::Fenced { .. })), "{heard:?}"),
            _ => assert!(heard.is_ok(), "{number}: {heard:?}"),
        }
    }
    assert_eq!(store.open_intents().await.unwrap().len(), MANY - 1);
    let resources = store.scope(&scope()).await.unwrap().resources;
    assert_eq!(resources.len(), MANY - 2, "what a refused caller wrote beside its bad write is not there either");
    store.finish(&run, RunStatus::Done, "").await.unwrap();
    assert!(matches!(store.write(vec![Write::Fence(run), resource(0, "late")]).await, Err(StoreError::Fenced { .. })));
}
