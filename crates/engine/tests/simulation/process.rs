//! A process that runs the engine: its calls take time, and it may die before or after any one of them.
//!
//! A dead process does nothing more: whoever runs it drops its work, and what was not yet sent is never sent. What it had sent is on the
//! wire and arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use strata_graph::{Address, PhysicalId, Scope};
use strata_plan::{Operation, Plan, ScopeState};
use strata_store::{Asked, Intent, OpenIntent, Outcome, RunId, RunRecord, RunStatus, Starter, StepRecord, Store, StoreError, Write};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::sim::{Sim, lock};

/// What was approved: the plan that runs, and which incarnations stood on record when it was made.
pub struct Approved {
    pub plan: Plan,
    pub ids: BTreeMap<Address, BTreeSet<PhysicalId>>,
}

impl Approved {
    pub fn new(plan: Plan, states: &BTreeMap<Scope, ScopeState>) -> Self {
        let resources = states.values().flat_map(|scope| scope.resources.values());
        let ids = resources.map(|state| {
            let all = state.id.iter().chain(state.deposed.iter().map(|left| &left.id)).cloned().collect();
            (state.address.clone(), all)
        });
        Self { ids: ids.collect(), plan }
    }

    /// Whether a step on this address is one of these.
    pub fn has(&self, address: &Address, wanted: impl Fn(&Operation) -> bool) -> bool {
        self.plan.steps.iter().any(|step| self.plan.actions[step.action].address == *address && wanted(&step.operation))
    }
}

/// One process.
pub struct Process {
    pub sim: Arc<Sim>,
    pub number: u32,
    host: &'static str,
    dead: AtomicBool,
    died: Notify,
    /// Until when it stands still: suspended, or cut off from its store.
    still: Mutex<Option<Instant>>,
    /// Moments left to live; 0 is for ever.
    fuse: AtomicU64,
    pub approved: Mutex<Option<Approved>>,
    /// What this process made, for each creation that its plan allows.
    pub made: Mutex<BTreeMap<Address, u32>>,
}

impl Process {
    pub fn start(sim: &Arc<Sim>) -> Arc<Self> {
        let dies = sim.dice.percent(sim.weather().deaths);
        let fuse = if dies { sim.dice.between(1, 160) } else { 0 };
        Arc::new(Self {
            number: sim.next_process(),
            host: sim.dice.one(&["desk", "desk", "laptop"]),
            dead: AtomicBool::new(false),
            died: Notify::new(),
            still: Mutex::default(),
            fuse: AtomicU64::new(fuse),
            approved: Mutex::default(),
            made: Mutex::default(),
            sim: Arc::clone(sim),
        })
    }

    pub fn starter(&self) -> Starter {
        Starter { user: "ada".to_owned(), host: self.host.to_owned(), process: self.number, approval: None }
    }

    /// Waits until it has died.
    pub async fn died(&self) {
        self.died.notified().await;
    }

    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn die(&self, at: &str) {
        self.dead.store(true, Ordering::SeqCst);
        self.sim.count(format!("death {at}"));
        self.sim.say(format!("[{}] dies {at}", self.number));
        self.sim.bury(self.number);
        self.died.notify_one();
    }

    /// A moment of this process: it takes some time, others are at work meanwhile, and it may be its last.
    pub async fn moment(&self, at: &str) {
        let slow = self.sim.dice.percent(50);
        if slow {
            tokio::time::sleep(self.sim.dice.moment(20)).await;
        }
        if !self.is_dead() && self.fuse.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) == Ok(1) {
            self.die(at);
        }
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    /// The moment before a call of the store.
    async fn before_store(&self, name: &str) {
        self.moment(&format!("before {name}")).await;
        self.stand_still().await;
        self.moment(&format!("before {name}")).await;
    }

    /// Perhaps stands still, for longer than a lease may last. A process that does so does for all its calls of the store, its heartbeat as
    /// well.
    ///
    /// It does so before and after each call of the store, but not once the engine has asked for the last time whether its scopes are
    /// its own: how long a call may be under way is `Patience::late`. `docs/simulation.md` says so.
    async fn stand_still(&self) {
        if self.sim.dice.between(0, 999) < self.sim.weather().stalls {
            let until = Instant::now() + Duration::from_secs(self.sim.dice.between(60, 300));
            self.sim.count("process stood still for longer than a minute");
            self.tell("stands still");
            *lock(&self.still) = Some(until);
        }
        loop {
            let until = *lock(&self.still);
            match until.filter(|until| *until > Instant::now()) {
                Some(until) => tokio::time::sleep_until(until).await,
                None => return,
            }
        }
    }

    pub fn tell(&self, line: impl AsRef<str>) {
        self.sim.say(format!("[{}] {}", self.number, line.as_ref()));
    }
}

/// The store as a process reaches it.
pub struct ProcessStore(pub Arc<Process>);

impl ProcessStore {
    async fn call<T, F>(&self, name: &str, call: impl FnOnce(Arc<strata_store::SqliteStore>) -> F + Send) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.0.before_store(name).await;
        self.0.sim.tick();
        let answer = self.0.sim.ledger.call(call);
        self.0.moment(&format!("after {name}")).await;
        answer
    }
}

fn shown(write: &Write) -> Option<String> {
    Some(match write {
        Write::Fence(_) => return None,
        Write::Steps { .. } => "steps".to_owned(),
        Write::Intent(intent) => format!("intent {:?} {} {}", intent.operation, intent.address, intent.token),
        Write::Outcome { token, outcome } => format!("outcome {token} {outcome:?}"),
        Write::Put(state) => {
            let id = state.id.as_ref().map_or("-", |id| id.0.as_str());
            let deposed: Vec<&str> = state.deposed.iter().map(|left| left.id.0.as_str()).collect();
            format!("put {} {id} {:?} deposed {deposed:?}", state.address, state.status)
        }
        Write::Finding(finding) => format!("finding {} {}", finding.control, finding.address),
        Write::Remove(address) => format!("remove {address}"),
        Write::Moved(scope) => format!("moved {scope}"),
        Write::Failed(failed) => format!("failed {} {} {}", failed.tried, failed.address, failed.cause),
        Write::Succeeded(address) => format!("succeeded {address}"),
        Write::Refresh { was, now } => {
            format!("refresh {} {:?} {:?} to {:?} {:?}", was.address, was.status, was.outputs, now.status, now.outputs)
        }
    })
}

#[async_trait]
impl Store for ProcessStore {
    async fn scope(&self, scope: &Scope) -> Result<ScopeState, StoreError> {
        let scope = scope.clone();
        self.call("read", |store| async move { store.scope(&scope).await }).await
    }

    async fn scopes(&self) -> Result<Vec<ScopeState>, StoreError> {
        self.call("read", |store| async move { store.scopes().await }).await
    }

    async fn begin(&self, plan: &Plan, starter: &Starter) -> Result<RunId, StoreError> {
        let process = &self.0;
        process.before_store("begin").await;
        process.sim.tick();
        let (copy, starter) = (plan.clone(), starter.clone());
        let answer = process.sim.ledger.call(|store| async move { store.begin(&copy, &starter).await });
        match &answer {
            Ok(run) => {
                process.tell(format!("begins {run}"));
                process.sim.begins(process.number, run, plan.scopes.iter().map(|part| part.scope.clone()).collect());
            }
            Err(error) => process.tell(format!("may not begin: {error}")),
        }
        process.moment("after begin").await;
        answer
    }

    async fn free(&self, scopes: &[Scope], asker: &Starter) -> Result<(), StoreError> {
        let (scopes, asker) = (scopes.to_vec(), asker.clone());
        self.call("read", |store| async move { store.free(&scopes, &asker).await }).await
    }

    async fn heartbeat(&self, run: &RunId) -> Result<Asked, StoreError> {
        let run = run.clone();
        self.call("heartbeat", |store| async move { store.heartbeat(&run).await }).await
    }

    async fn ask(&self, run: &RunId, asked: Asked) -> Result<(), StoreError> {
        let run = run.clone();
        self.call("request", |store| async move { store.ask(&run, asked).await }).await
    }

    async fn release(&self, run: &RunId, note: &str) -> Result<(), StoreError> {
        let (run, note) = (run.clone(), note.to_owned());
        let released = run.clone();
        let answer = self.call("release", |store| async move { store.release(&run, &note).await }).await;
        if answer.is_ok() {
            self.0.sim.released(&released);
        }
        answer
    }

    async fn find_run(&self, run: &RunId) -> Result<RunRecord, StoreError> {
        let run = run.clone();
        self.call("read", |store| async move { store.find_run(&run).await }).await
    }

    async fn steps_of(&self, run: &RunId) -> Result<Vec<StepRecord>, StoreError> {
        let run = run.clone();
        self.call("read", |store| async move { store.steps_of(&run).await }).await
    }

    async fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let name = match writes.iter().find(|write| !matches!(write, Write::Fence(_))) {
            Some(Write::Intent(_)) => "intent",
            Some(Write::Outcome { .. }) => "outcome",
            _ => "state write",
        };
        let process = &self.0;
        process.before_store(name).await;
        process.sim.tick();
        let intends = writes.iter().any(|write| matches!(write, Write::Intent(_)));
        let lines: Vec<String> = writes.iter().filter_map(shown).collect();
        // What is on record of a run's steps is told, whether or not its process lives to print it: `strata runs RUN` shows it.
        let told: Vec<Address> = writes.iter().flat_map(instructions).collect();
        let answer = process.sim.ledger.call(|store| async move { store.write(writes).await });
        process.tell(format!("writes {}{}", lines.join(" + "), if answer.is_err() { " and is refused" } else { "" }));
        if answer.is_ok() && intends && process.sim.has_lost(process.number) {
            process.sim.violated(format!("[{}] wrote an intent after it lost its scopes", process.number));
        }
        if answer.is_ok() {
            for address in told {
                process.sim.count("undecidable: a person is told what to look for");
                process.tell(format!("tells a person to look for another {address}"));
                process.sim.tell_person(address);
            }
        }
        process.moment(&format!("after {name}")).await;
        if intends {
            process.stand_still().await;
        }
        answer
    }

    async fn finish(&self, run: &RunId, status: RunStatus, summary: &str) -> Result<(), StoreError> {
        let process = &self.0;
        process.before_store("finish").await;
        process.sim.tick();
        let (copy, text) = (run.clone(), summary.to_owned());
        let answer = process.sim.ledger.call(|store| async move { store.finish(&copy, status, &text).await });
        if answer.is_ok() {
            process.tell(format!("finishes {run}: {} {summary}", status.word()));
        }
        process.sim.ends(process.number);
        process.moment("after finish").await;
        answer
    }

    async fn open_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        self.call("read", |store| async move { store.open_intents().await }).await
    }

    async fn findings(&self, scope: Option<&Scope>) -> Result<Vec<strata_store::Finding>, StoreError> {
        let scope = scope.cloned();
        self.call("read", |store| async move { store.findings(scope.as_ref()).await }).await
    }

    async fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.call("read", |store| async move { store.runs(limit).await }).await
    }

    async fn plan_of(&self, run: &RunId) -> Result<Option<Plan>, StoreError> {
        let run = run.clone();
        self.call("read", |store| async move { store.plan_of(&run).await }).await
    }

    async fn journal(&self, run: &RunId) -> Result<Vec<(Intent, Option<Outcome>)>, StoreError> {
        let run = run.clone();
        self.call("read", |store| async move { store.journal(&run).await }).await
    }
}

/// The addresses that the record of a run's steps tells a person to look for.
fn instructions(write: &Write) -> Vec<Address> {
    let Write::Steps { steps, .. } = write else { return Vec::new() };
    let told = steps
        .iter()
        .filter_map(|step| step.detail.as_deref())
        .filter(|detail| detail.contains("Look for another ") && detail.contains("remove it if it is there, and run again"));
    let named = told.filter_map(|detail| detail.split("tagged strata:address=").nth(1)?.split(' ').next());
    named.map(|name| name.parse().unwrap()).collect()
}
