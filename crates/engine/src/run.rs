//! Walks a plan's steps in parallel.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use strata_graph::{Address, PhysicalId, Scope};
use strata_plan::{Operation, Plan, ScopeState, StepId, relocate};
use strata_store::{Asked, IntentOperation, OpenIntent, Outcome, RunId, RunStatus, Starter, StepRecord, StoreError, Write};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::cancel::{Cancel, CancelLevel};
use crate::event::Event;
use crate::recover::outcomes;
use crate::{Engine, provider_placement};

/// Why a run did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store answers so late that a call sent after its answer could miss whoever took the scopes over meanwhile.
    #[error("the record took longer than {} s to write, several times in a row; the call that was to follow was not sent", each.as_secs())]
    SlowRecord {
        /// What one answer may take.
        each: Duration,
    },
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ended", content = "detail")]
pub enum Ended {
    /// Done, and seen done.
    Done,
    /// The emulator lacks it.
    Unsupported(String),
    /// It failed.
    Failed(String),
    /// It was left alone, since it keeps failing in the same way.
    Held(String),
    /// One before it failed.
    Blocked(Address),
    /// The run was stopped before it was started, or while it was waited for.
    Stopped,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub status: RunStatus,
    /// What became of each step, in their order.
    pub steps: Vec<Ended>,
    /// One line.
    pub summary: String,
}

/// What no look-up could decide.
#[derive(Debug, Default)]
pub(crate) struct Undecided {
    /// The intents. They are closed together with the record of what a person was told: a run that dies before leaves them open, and the
    /// next one tells it.
    tokens: Vec<String>,
    /// What to tell that is no step's failure.
    notes: Vec<StepRecord>,
}

/// How many steps only wait: for something to be ready, to be let go, or to try again. They hold no slot.
#[derive(Debug, Default)]
pub(crate) struct Rests {
    count: AtomicUsize,
    begun: Notify,
}

impl Rests {
    /// A step waits for as long as this lives.
    pub(crate) fn begin(&self) -> Rest<'_> {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.begun.notify_one();
        Rest(self)
    }
}

/// A step that only waits.
pub(crate) struct Rest<'a>(&'a Rests);

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How many steps are begun and not ended at most, with those that wait: each takes its memory.
const BEGUN: usize = 4096;

/// What the steps of a run share.
pub(crate) struct Shared<'p> {
    pub plan: &'p Plan,
    pub run: RunId,
    pub states: Mutex<BTreeMap<Scope, ScopeState>>,
    pub open: Mutex<BTreeMap<Address, Vec<OpenIntent>>>,
    pub cancel: Cancel,
    pub events: UnboundedSender<Event>,
    pub placements: BTreeMap<Scope, strata_provider::Placement>,
    pub undecided: Mutex<Undecided>,
    pub rests: Rests,
    /// Whether the run's deadline stopped it.
    pub late: AtomicBool,
}

impl Shared<'_> {
    /// What these intents came to cannot be decided by looking: a person is told, in the failure of a step or by this note.
    pub(crate) fn say_undecided(&self, tokens: Vec<String>, note: Option<StepRecord>) {
        let mut undecided = self.undecided.lock().unwrap_or_else(PoisonError::into_inner);
        undecided.tokens.extend(tokens);
        undecided.notes.extend(note);
    }

    /// What had this address before and may still carry its tag: no look-up for the address means that.
    pub(crate) fn moved_away(&self, address: &Address) -> Vec<PhysicalId> {
        let states = self.states();
        let all = states.values().flat_map(|scope| scope.resources.values()).filter(|state| state.address != *address);
        let moved = all.filter(|state| state.formerly.contains(address));
        moved.flat_map(|state| state.id.iter().chain(state.deposed.iter().map(|left| &left.id))).cloned().collect()
    }

    pub(crate) fn states(&self) -> MutexGuard<'_, BTreeMap<Scope, ScopeState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody needs to listen.
        let _ = self.events.send(event);
    }
}

/// Says that a run lives. It stops with the run: a run whose future was dropped must not keep its scopes for ever.
struct Heart(tokio::task::JoinHandle<()>);

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Engine {
    /// Runs a plan to its end.
    ///
    /// # Errors
    /// When the run may not start, or the journal cannot be written: then nothing more is called.
    pub async fn run(
        &self,
        plan: &Plan,
        starter: &Starter,
        cancel: Cancel,
        events: UnboundedSender<Event>,
    ) -> Result<RunReport, EngineError> {
        let run = self.store.begin(plan, starter).await?;
        // Asked only now: until the scopes were this run's, another could still write intents there.
        let open = self.store.open_intents().await?;
        let mut states = BTreeMap::new();
        // The scopes below the planned ones too: their outputs are referred to.
        for state in self.store.scopes().await? {
            states.insert(state.scope.clone(), state);
        }
        let mut by_address: BTreeMap<Address, Vec<OpenIntent>> = BTreeMap::new();
        for intent in open {
            by_address.entry(intent.intent.address.clone()).or_default().push(intent);
        }
        let mut placements: BTreeMap<Scope, strata_provider::Placement> = states
            .values()
            .filter_map(|state| state.placement.as_ref().map(|placement| (state.scope.clone(), provider_placement(placement))))
            .collect();
        placements.extend(plan.scopes.iter().map(|part| (part.scope.clone(), provider_placement(&part.placement))));
        let shared = Arc::new(Shared {
            plan,
            run: run.clone(),
            states: Mutex::new(states),
            open: Mutex::new(by_address),
            cancel,
            events,
            placements,
            undecided: Mutex::default(),
            rests: Rests::default(),
            late: AtomicBool::new(false),
        });
        let heart = self.heart(run.clone(), shared.cancel.clone());
        let steps = {
            let mut walk = std::pin::pin!(self.walk(&shared));
            tokio::select! {
                biased;
                walked = &mut walk => walked,
                () = tokio::time::sleep(self.patience.run) => {
                    shared.late.store(true, Ordering::SeqCst);
                    shared.cancel.at_least(CancelLevel::AfterCallsInFlight);
                    walk.await
                }
            }
        };
        drop(heart);
        let steps = steps?;
        let late = shared.late.load(Ordering::SeqCst).then_some(self.patience.run);
        let mut report = report(&run, plan, steps, shared.cancel.level(), late);
        let undecided = std::mem::take(&mut *shared.undecided.lock().unwrap_or_else(PoisonError::into_inner));
        for note in undecided.notes.iter().filter_map(|note| note.detail.as_ref()) {
            report.summary.push_str("; ");
            report.summary.push_str(note);
        }
        let steps = records(plan, &report.steps).into_iter().chain(undecided.notes).collect();
        let mut writes = vec![Write::Steps { run: run.clone(), steps }];
        let error = format!("no look-up could decide it; {run} said what a person does");
        writes.extend(outcomes(&undecided.tokens, &Outcome::Failed { error }));
        self.write(&shared, writes).await?;
        self.store.finish(&run, report.status, &report.summary).await?;
        Ok(report)
    }

    /// Says now and then that the run lives, and passes on what others ask of it.
    fn heart(&self, run: RunId, cancel: Cancel) -> Heart {
        let store = Arc::clone(&self.store);
        Heart(tokio::spawn(async move {
            let mut pulse = tokio::time::interval(Duration::from_secs(2));
            loop {
                pulse.tick().await;
                match store.heartbeat(&run).await {
                    Ok(Asked::Nothing) => {}
                    Ok(Asked::Stop) => cancel.at_least(CancelLevel::AfterCallsInFlight),
                    // Whoever lost its scopes starts nothing more; its writes are refused anyway.
                    Ok(Asked::StopNow) | Err(StoreError::Fenced { .. }) => cancel.at_least(CancelLevel::Now),
                    Err(error) => tracing::warn!(%run, %error, "the run could not say that it lives"),
                }
            }
        }))
    }

    async fn walk(&self, shared: &Arc<Shared<'_>>) -> Result<Vec<Ended>, EngineError> {
        self.record(shared).await?;
        self.recover_unplanned(shared, |_| true).await?;
        let steps = &shared.plan.steps;
        let mut ended: Vec<Option<Ended>> = vec![None; steps.len()];
        let index: HashMap<StepId, usize> = steps.iter().enumerate().map(|(index, step)| (step.id, index)).collect();
        let mut waiting: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
        let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
        for (position, step) in steps.iter().enumerate() {
            for other in &step.after {
                if let Some(other) = index.get(other) {
                    dependents[*other].push(position);
                }
            }
        }
        let mut ready: BTreeSet<usize> = (0..steps.len()).filter(|position| waiting[*position] == 0).collect();
        let mut at_work = FuturesUnordered::new();
        loop {
            while at_work.len() < self.limits.at_once().saturating_add(shared.rests.count.load(Ordering::SeqCst)).min(BEGUN)
                && shared.cancel.level() == CancelLevel::None
            {
                let Some(position) = ready.pop_first() else { break };
                let engine = self.clone();
                let shared = Arc::clone(shared);
                at_work.push(async move { (position, engine.perform(&shared, position).await) });
            }
            let next = tokio::select! {
                biased;
                () = shared.cancel.reached(CancelLevel::Now) => break,
                next = at_work.next() => next,
                // A step that begins to wait leaves its slot to another.
                () = shared.rests.begun.notified() => continue,
            };
            let Some((position, result)) = next else { break };
            let result = result?;
            let passes = matches!(result, Ended::Done | Ended::Unsupported(_));
            ended[position] = Some(result);
            if passes {
                for dependent in &dependents[position] {
                    waiting[*dependent] -= 1;
                    if waiting[*dependent] == 0 {
                        ready.insert(*dependent);
                    }
                }
            } else {
                self.block(shared, position, &dependents, &mut ended);
            }
        }
        Ok(ended.into_iter().map(|ended| ended.unwrap_or(Ended::Stopped)).collect())
    }

    /// Marks everything above a failed step as blocked by it.
    #[allow(clippy::unused_self)]
    fn block(&self, shared: &Shared<'_>, failed: usize, dependents: &[Vec<usize>], ended: &mut [Option<Ended>]) {
        if matches!(ended[failed], Some(Ended::Stopped)) {
            return;
        }
        let address = |position: usize| shared.plan.steps.get(position).and_then(|step| shared.plan.actions.get(step.action));
        let Some(by) = address(failed).map(|action| action.address.clone()) else { return };
        let mut queue = dependents[failed].clone();
        while let Some(position) = queue.pop() {
            if ended[position].is_some() {
                continue;
            }
            ended[position] = Some(Ended::Blocked(by.clone()));
            if let Some(action) = address(position) {
                let step = shared.plan.steps[position].id;
                shared.tell(Event::Blocked { step, address: action.address.clone(), by: by.clone() });
            }
            queue.extend(&dependents[position]);
        }
    }

    /// Writes what the plan says of the record alone: new addresses, what is taken over, where unchanged resources come from now.
    async fn record(&self, shared: &Shared<'_>) -> Result<(), EngineError> {
        let moved: BTreeSet<&Address> = shared.plan.moves.iter().map(|moved| &moved.from).collect();
        if !moved.is_empty() {
            // What a dead run began under the old address carries its tag: it is looked up before the record moves on.
            self.recover_unplanned(shared, |address| moved.contains(address)).await?;
        }
        let mut writes = Vec::new();
        {
            let mut states = shared.states();
            let touched = relocate(&mut states, &shared.plan.moves);
            writes.extend(moved.into_iter().flat_map(|from| [Write::Remove(from.clone()), Write::Succeeded(from.clone())]));
            let known = |address: &Address| states.get(address.scope())?.resources.get(address).cloned();
            writes.extend(touched.iter().filter_map(known).map(|state| Write::Put(Box::new(state))));
            for state in &shared.plan.adopted {
                let scope = state.address.scope();
                let of_scope = states.entry(scope.clone()).or_insert_with(|| ScopeState::empty(scope.clone()));
                of_scope.resources.insert(state.address.clone(), state.clone());
                writes.push(Write::Put(Box::new(state.clone())));
            }
            for record in &shared.plan.records {
                let Some(state) = states.get_mut(record.address.scope()).and_then(|scope| scope.resources.get_mut(&record.address)) else {
                    continue;
                };
                state.origins.clone_from(&record.origins);
                state.data.clone_from(&record.data);
                state.waiting_for.clone_from(&record.waiting_for);
                state.purpose.clone_from(&record.purpose);
                state.dependencies.clone_from(&record.dependencies);
                if let Some(properties) = &record.properties {
                    state.properties.clone_from(properties);
                }
                writes.push(Write::Put(Box::new(state.clone())));
            }
        }
        if !writes.is_empty() {
            self.write(shared, writes).await?;
        }
        Ok(())
    }
}

/// What became of each step, for the record.
fn records(plan: &Plan, steps: &[Ended]) -> Vec<StepRecord> {
    let both = plan.steps.iter().zip(steps);
    both.filter_map(|(step, ended)| {
        let (ended, detail) = match ended {
            Ended::Done => ("done", None),
            Ended::Failed(why) => ("failed", Some(why.clone())),
            Ended::Held(why) => ("held", Some(why.clone())),
            Ended::Blocked(by) => ("blocked", Some(format!("waits for {by}"))),
            Ended::Unsupported(what) => ("unsupported", Some(what.clone())),
            Ended::Stopped => ("stopped", None),
        };
        let operation = match step.operation {
            Operation::Create => IntentOperation::Create,
            Operation::Update => IntentOperation::Update,
            _ => IntentOperation::Delete,
        };
        let address = plan.actions.get(step.action)?.address.clone();
        Some(StepRecord { address, operation, ended: ended.to_owned(), detail })
    })
    .collect()
}

/// A length of time in its largest whole unit.
fn written(time: Duration) -> String {
    match time.as_millis() {
        millis if millis % 3_600_000 == 0 => format!("{} h", millis / 3_600_000),
        millis if millis % 60_000 == 0 => format!("{} min", millis / 60_000),
        millis if millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis => format!("{millis} ms"),
    }
}

fn report(run: &RunId, plan: &Plan, steps: Vec<Ended>, cancel: CancelLevel, late: Option<Duration>) -> RunReport {
    let count = |test: fn(&Ended) -> bool| steps.iter().filter(|ended| test(ended)).count();
    let done = count(|ended| matches!(ended, Ended::Done));
    let unsupported = count(|ended| matches!(ended, Ended::Unsupported(_)));
    let failed = count(|ended| matches!(ended, Ended::Failed(_)));
    let blocked = count(|ended| matches!(ended, Ended::Blocked(_)));
    let stopped = count(|ended| matches!(ended, Ended::Stopped));
    let held = count(|ended| matches!(ended, Ended::Held(_)));
    let status = if failed + blocked + stopped + held == 0 {
        RunStatus::Done
    } else if cancel > CancelLevel::None && (late.is_none() || cancel == CancelLevel::Now) {
        RunStatus::Cancelled
    } else if done == 0 {
        RunStatus::Failed
    } else {
        RunStatus::PartiallyDone
    };
    let mut parts = vec![format!("{done} of {} steps done", plan.steps.len())];
    for (number, what) in [
        (unsupported, "not supported by this emulator"),
        (failed, "failed"),
        (held, "held, since they keep failing"),
        (blocked, "blocked by a failure"),
        (stopped, "not started"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    if let Some(deadline) = late.filter(|_| status != RunStatus::Done) {
        parts.push(format!("stopped by its deadline of {}", written(deadline)));
    }
    RunReport { run: run.clone(), status, steps, summary: parts.join(", ") }
}
