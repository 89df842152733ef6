//! What people do: plan and run as the command line does, stop a run, follow an instruction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use strata_engine::{Cancel, Engine, EngineError, Event, Limits, Patience, RunReport};
use strata_graph::{Address, Scope};
use strata_plan::{Desired, Directions, Move, Plan, PlanInput, Purpose, RemovalInput, ScopeState, follow};
use strata_store::{Asked, RunStatus, Store, StoreError};
use tokio::sync::mpsc;

use crate::process::{Approved, Process, ProcessStore};
use crate::sim::{Sim, Weather, lock};
use crate::spec::{Spec, network};
use crate::things::{contracts, placement};
use crate::wire::Wire;

pub const PLATFORM: &str = "acme";

/// How long any run may take: its deadline, and what was in flight then.
const LONGEST_RUN: Duration = Duration::from_secs(7 * 60 * 60);

/// What somebody asks for.
#[derive(Debug, Clone)]
pub enum Order {
    /// Bring these scopes, lowest first, to what the specification says.
    Up(Vec<Scope>),
    /// Remove these scopes, highest first, with the data of these names.
    Down(Vec<Scope>, BTreeSet<String>),
    /// Only look.
    Look(Vec<Scope>),
    /// Take the scopes away from the run that is at work, or ask it to stop, as `strata unlock` and `strata cancel` do.
    Unlock,
    /// The same, asking.
    Stop(Asked),
}

/// How an order ended.
#[derive(Debug)]
pub enum Answer {
    /// The process died.
    Died,
    /// It did not come to a run: why.
    Refused(String),
    /// Somebody else is at work, or was.
    NotNow,
    /// There was nothing to do.
    Nothing,
    /// It ran.
    Ran(RunReport),
}

pub fn engine(process: &Arc<Process>) -> Engine {
    let at_once = usize::try_from(process.sim.dice.between(1, 8)).unwrap_or(1);
    let (wire, store) = (Arc::new(Wire(Arc::clone(process))), Arc::new(ProcessStore(Arc::clone(process))));
    let engine = Engine::new(wire, store, contracts(), Limits::emulator(at_once), Patience::CLOUD);
    let sim = &process.sim;
    if sim.weather() == Weather::default() || !sim.dice.percent(15) {
        return engine;
    }
    engine.with_deadline(sim.dice.moment(240_000))
}

/// Gives an order to a new process.
pub async fn order(sim: &Arc<Sim>, spec: &Spec, order: &Order) -> Answer {
    let process = Process::start(sim);
    process.tell(format!("{order:?}"));
    let answer = tokio::select! {
        biased;
        () = process.died() => Answer::Died,
        answer = tokio::time::timeout(LONGEST_RUN, carry_out(&process, spec, order)) => answer.unwrap_or_else(|_| {
            sim.violated(format!("[{}] the run did not end within {} hours", process.number, LONGEST_RUN.as_secs() / 3600));
            Answer::Died
        }),
    };
    // Who was refused in the middle of its run, since another had declared it dead, is at work on nothing any more either.
    sim.ends(process.number);
    process.tell(match &answer {
        Answer::Died => "is dead".to_owned(),
        Answer::Refused(why) => format!("did not run: {why}"),
        Answer::NotNow => "came at the wrong time".to_owned(),
        Answer::Nothing => "had nothing to do".to_owned(),
        Answer::Ran(report) => format!("ran: {} {:?}", report.status.word(), report.steps),
    });
    sim.count(match &answer {
        Answer::Died => "process: died".to_owned(),
        Answer::Refused(_) => "process: could not look, and did not run".to_owned(),
        Answer::NotNow => "process: refused, since another was at work or the plan was stale".to_owned(),
        Answer::Nothing => "process: had nothing to do".to_owned(),
        Answer::Ran(report) => format!("process: run {}", report.status.word()),
    });
    answer
}

async fn carry_out(process: &Arc<Process>, spec: &Spec, order: &Order) -> Answer {
    let engine = engine(process);
    let store = ProcessStore(Arc::clone(process));
    if let Order::Unlock | Order::Stop(_) = order {
        return interfere(&store, order).await;
    }
    match prepare(process, &engine, &store, spec, order).await {
        Ok(Some(plan)) => run(process, &engine, plan).await,
        Ok(None) => Answer::Nothing,
        Err(answer) => answer,
    }
}

/// Takes a run from its process, or asks it to stop.
async fn interfere(store: &ProcessStore, order: &Order) -> Answer {
    let runs = match store.runs(5).await {
        Ok(runs) => runs,
        Err(error) => return refused(error.into()),
    };
    let Some(run) = runs.into_iter().find(|run| run.status == RunStatus::Running) else { return Answer::Nothing };
    let sim = &store.0.sim;
    let (what, result) = match order {
        Order::Stop(asked) => ("run asked to stop by another", store.ask(&run.id, *asked).await),
        _ => ("run taken from its process", store.release(&run.id, "the simulation").await),
    };
    match result {
        Ok(()) => sim.count(what),
        Err(error) => return refused(error.into()),
    }
    Answer::Nothing
}

fn refused(error: EngineError) -> Answer {
    match error {
        EngineError::Store(
            StoreError::Held { .. } | StoreError::Stale { .. } | StoreError::Fenced { .. } | StoreError::NotRunning { .. },
        )
        | EngineError::SlowRecord { .. } => Answer::NotNow,
        other => Answer::Refused(other.to_string()),
    }
}

/// Looks, plans, and asks: what the command line does before a run. Nothing where nothing is to be done.
async fn prepare(
    process: &Arc<Process>,
    engine: &Engine,
    store: &ProcessStore,
    spec: &Spec,
    order: &Order,
) -> Result<Option<Plan>, Answer> {
    let sim = &process.sim;
    let all = store.scopes().await.map_err(|error| refused(error.into()))?;
    let mut states: BTreeMap<Scope, ScopeState> = all.into_iter().map(|state| (state.scope.clone(), state)).collect();
    let (Order::Up(scopes) | Order::Down(scopes, _) | Order::Look(scopes)) = order else { return Ok(None) };
    let mut looked_at: BTreeMap<Scope, ScopeState> =
        states.iter().filter(|(scope, _)| scopes.contains(scope)).map(|(scope, state)| (scope.clone(), state.clone())).collect();
    let refreshed = engine.refresh(PLATFORM, &mut looked_at).await;
    if let Some(unseen) = refreshed.unseen.first() {
        return Err(Answer::Refused(format!("{} could not be looked at: {}", unseen.address, unseen.error)));
    }
    states.extend(looked_at);
    // Once the storm is over a person has repaired what was wrong, and says so; now and then one does before.
    let again = sim.weather() == Weather::default() || sim.dice.percent(30);
    let failing = states.values().flat_map(|state| state.failures.keys());
    let retry: BTreeSet<Address> = if again { failing.cloned().collect() } else { BTreeSet::new() };
    let plan = match order {
        Order::Look(_) | Order::Unlock | Order::Stop(_) => return Ok(None),
        Order::Up(scopes) => up_plan(spec, scopes, &states, &refreshed.observations, &retry),
        Order::Down(scopes, delete_data) => down_plan(scopes, delete_data, &states, &retry),
    };
    let plan = plan.map_err(|error| Answer::Refused(format!("no plan: {error}")))?;
    // What stands under the addresses that the plan gives.
    strata_plan::relocate(&mut states, &plan.moves);
    for moved in &plan.moves {
        sim.count("moved: a resource has another address");
        process.tell(format!("plans to move {} to {}", moved.from, moved.to));
    }
    *lock(&process.approved) = Some(Approved::new(plan.clone(), &states));
    for action in &plan.actions {
        process.tell(format!("plans {:?} {} {:?}", action.change, action.address, action.reasons));
    }
    // Somebody reads it, and another may be faster.
    if sim.dice.percent(20) {
        tokio::time::sleep(sim.dice.moment(600_000)).await;
    }
    engine.keep(&refreshed).await.map_err(refused)?;
    let open = store.open_intents().await.map_err(|error| refused(error.into()))?;
    let unsettled = open.iter().any(|open| scopes.contains(open.intent.address.scope()));
    let idle = plan.is_empty() && plan.keeps_the_record() && !unsettled;
    Ok((!idle).then_some(plan))
}

pub fn up_plan(
    spec: &Spec,
    scopes: &[Scope],
    states: &BTreeMap<Scope, ScopeState>,
    observations: &strata_plan::Observations,
    retry: &BTreeSet<Address>,
) -> Result<Plan, strata_plan::PlanError> {
    let desired: Vec<Desired> = scopes
        .iter()
        .map(|scope| Desired {
            scope: scope.clone(),
            placement: placement(),
            metadata: Value::Null,
            stands_on: if *scope == network() { Vec::new() } else { vec![network()] },
        })
        .collect();
    let mut known = scopes.to_vec();
    known.push(network());
    let graph = spec.graph(&known);
    let mut moves: Vec<Move> = Vec::new();
    for (from, to) in spec.moved.iter().filter(|(from, _)| scopes.contains(from.scope())) {
        // A line that leads nowhere any more is taken out of the file; of two that lead to one place the first counts.
        let followed = follow(from.scope(), &from.to_string(), &to.to_string(), &graph, states).unwrap_or_default();
        moves.extend(followed.into_iter().filter(|moved| !moves.iter().any(|known| known.to == moved.to)).collect::<Vec<_>>());
    }
    loop {
        let plan = strata_plan::build(PlanInput {
            platform: PLATFORM,
            target: scopes.last().unwrap(),
            scopes: &desired,
            graph: &graph,
            contracts: &contracts(),
            states,
            observations,
            delete_data: &BTreeSet::new(),
            verdicts: Vec::new(),
            notices: Vec::new(),
            endpoints: Vec::new(),
            approve: Vec::new(),
            directions: &Directions { retry: retry.clone(), moves: moves.clone(), ..Directions::default() },
        });
        // What was moved and is to be made anew, too, cannot follow its line: a person takes the line out.
        match plan {
            Err(strata_plan::PlanError::WouldReplace { address, .. }) => moves.retain(|moved| moved.to != address),
            other => return other,
        }
    }
}

fn down_plan(
    scopes: &[Scope],
    delete_data: &BTreeSet<String>,
    states: &BTreeMap<Scope, ScopeState>,
    retry: &BTreeSet<Address>,
) -> Result<Plan, strata_plan::PlanError> {
    let empty: Vec<ScopeState> = scopes.iter().map(|scope| ScopeState::empty(scope.clone())).collect();
    let list: Vec<&ScopeState> = scopes.iter().zip(&empty).map(|(scope, empty)| states.get(scope).unwrap_or(empty)).collect();
    strata_plan::remove(RemovalInput {
        platform: PLATFORM,
        target: scopes.first().unwrap(),
        scopes: &list,
        placement: &placement(),
        contracts: &contracts(),
        delete_data,
        notices: Vec::new(),
        retry,
    })
}

async fn run(process: &Arc<Process>, engine: &Engine, plan: Plan) -> Answer {
    let sim = &process.sim;
    let cancel = Cancel::default();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let stopping = async {
        if sim.dice.percent(sim.weather().stops) {
            tokio::time::sleep(sim.dice.moment(5_000)).await;
            process.tell(format!("is asked to stop: {:?}", cancel.ask()));
            sim.count("stop asked for");
            if sim.dice.percent(50) {
                tokio::time::sleep(sim.dice.moment(2_000)).await;
                process.tell(format!("is asked to stop: {:?}", cancel.ask()));
                sim.count("stop now asked for");
            }
        }
        std::future::pending::<()>().await;
    };
    let starter = process.starter();
    let result = tokio::select! {
        biased;
        result = engine.run(&plan, &starter, cancel.clone(), sender) => result,
        () = stopping => unreachable!("it waits for ever"),
    };
    while let Ok(event) = receiver.try_recv() {
        if let Event::Recovered { address, detail } = event {
            sim.count("recovered: an intent of a dead run was looked up");
            process.tell(format!("recovered {address}: {detail}"));
            if detail.contains("the next plan decides") {
                sim.note_found(address);
            }
        }
    }
    let report = match result {
        Ok(report) => report,
        Err(error) => return refused(error),
    };
    for held in &plan.held {
        sim.count("held: what keeps failing was left alone");
        process.tell(format!("leaves {} alone: {held}", held.address));
    }
    if report.summary.contains("deadline") {
        sim.count("run stopped by its deadline");
    }
    if report.status == RunStatus::Done && plan.purpose == Purpose::Up {
        sim.count("runs that ended well");
    }
    Answer::Ran(report)
}
