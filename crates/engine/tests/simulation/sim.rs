//! One simulated world: its dice, its clock, its history, and what was found wrong in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use strata_graph::{Address, PhysicalId, Scope};
use strata_provider::{ErrorKind, FakeCloud};
use strata_store::{Machine, RunId, RunStatus, Store};
use tokio::time::Instant;

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::things::contracts;

/// The clock and the process list that the store asks: virtual time, and those who have died in this history.
#[derive(Default)]
pub struct Clock {
    milliseconds: AtomicI64,
    dead: Mutex<BTreeSet<u32>>,
}

/// When every history begins, in seconds since 1970: 2030-01-01.
const BEGINNING: i64 = 1_893_456_000;

impl Clock {
    pub fn set(&self, since_the_beginning: Duration) {
        self.milliseconds.store(i64::try_from(since_the_beginning.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    fn bury(&self, process: u32) {
        lock(&self.dead).insert(process);
    }
}

impl Machine for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(BEGINNING * 1000 + self.milliseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }

    fn may_live(&self, process: u32) -> bool {
        !lock(&self.dead).contains(&process)
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often what goes wrong, in a hundred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// Changing calls that meet a fault.
    pub calls: u64,
    /// Looks that meet one.
    pub looks: u64,
    /// Creations that are not ready at once.
    pub slow: u64,
    /// Processes that die.
    pub deaths: u64,
    /// Runs that somebody stops.
    pub stops: u64,
    /// Calls of the store, in a thousand, before which the process stands still for longer than its lease may last.
    pub stalls: u64,
}

/// One history's world.
pub struct Sim {
    pub dice: Dice,
    pub cloud: FakeCloud,
    pub ledger: Ledger,
    /// Addresses that this emulator cannot make.
    pub lacking: BTreeSet<Address>,
    /// Addresses on which every changing call is refused in one way for as long as the storm lasts: what keeps failing.
    pub stubborn: BTreeMap<Address, ErrorKind>,
    /// Whether the history is printed as it happens: one that does not end is read up to where it stands.
    aloud: bool,
    /// Calls that are on the wire: sent, and not yet answered.
    pub on_the_wire: AtomicUsize,
    clock: Arc<Clock>,
    start: Instant,
    weather: Mutex<Weather>,
    history: Mutex<Vec<String>>,
    counts: Mutex<BTreeMap<String, u64>>,
    violations: Mutex<Vec<String>>,
    /// Who is at work on what, by process.
    at_work: Mutex<BTreeMap<u32, (RunId, BTreeSet<Scope>)>>,
    /// Processes whose run was taken from them.
    lost: Mutex<BTreeSet<u32>>,
    /// What runs found that their plans did not name.
    found: Mutex<BTreeSet<Address>>,
    /// Things that a person was told to look for, since no look-up could decide.
    told: Mutex<BTreeSet<Address>>,
    /// Things that were made and that no look shows yet.
    hidden: Mutex<BTreeMap<PhysicalId, Instant>>,
    processes: AtomicUsize,
}

impl Sim {
    pub fn new(
        dice: Dice,
        ledger: Ledger,
        clock: Arc<Clock>,
        lacking: BTreeSet<Address>,
        stubborn: BTreeMap<Address, ErrorKind>,
        aloud: bool,
    ) -> Arc<Self> {
        let cloud = FakeCloud::new(contracts());
        cloud.guard_use("Test::Thing");
        cloud.allow_one("Test::Single");
        Arc::new(Self {
            dice,
            cloud,
            ledger,
            lacking,
            stubborn,
            aloud,
            on_the_wire: AtomicUsize::new(0),
            clock,
            start: Instant::now(),
            weather: Mutex::default(),
            history: Mutex::default(),
            counts: Mutex::default(),
            violations: Mutex::default(),
            at_work: Mutex::default(),
            lost: Mutex::default(),
            found: Mutex::default(),
            told: Mutex::default(),
            hidden: Mutex::default(),
            processes: AtomicUsize::new(0),
        })
    }

    /// Sets the store's clock to this world's time.
    pub fn tick(&self) {
        self.clock.set(self.start.elapsed());
    }

    pub fn weather(&self) -> Weather {
        *lock(&self.weather)
    }

    pub fn set_weather(&self, weather: Weather) {
        *lock(&self.weather) = weather;
    }

    /// Writes a line of history.
    pub fn say(&self, line: impl AsRef<str>) {
        let line = format!("{:>10.3} {}", self.start.elapsed().as_secs_f64(), line.as_ref());
        if self.aloud {
            println!("{line}");
        }
        lock(&self.history).push(line);
    }

    pub fn history(&self) -> Vec<String> {
        lock(&self.history).clone()
    }

    /// Counts something for the sum at the end.
    pub fn count(&self, what: impl Into<String>) {
        *lock(&self.counts).entry(what.into()).or_default() += 1;
    }

    pub fn counts(&self) -> BTreeMap<String, u64> {
        lock(&self.counts).clone()
    }

    /// An invariant does not hold.
    pub fn violated(&self, what: impl Into<String>) {
        let what = what.into();
        self.say(format!("VIOLATED: {what}"));
        lock(&self.violations).push(what);
    }

    /// The first violation, if there was one.
    pub fn verdict(&self) -> Result<(), String> {
        lock(&self.violations).first().cloned().map_or(Ok(()), Err)
    }

    pub fn next_process(&self) -> u32 {
        1000 + u32::try_from(self.processes.fetch_add(1, Ordering::SeqCst)).unwrap_or(0)
    }

    /// A run has begun: nobody else may be at work on its scopes, but for those from whom it has just taken them.
    pub fn begins(&self, process: u32, run: &RunId, scopes: BTreeSet<Scope>) {
        let others: Vec<(u32, RunId)> = {
            let at_work = lock(&self.at_work);
            let overlap = at_work.iter().filter(|(_, (_, theirs))| !theirs.is_disjoint(&scopes));
            overlap.map(|(other, (run, _))| (*other, run.clone())).collect()
        };
        for (other, theirs) in others {
            let record = self.ledger.call(move |store| async move { store.find_run(&theirs).await }).unwrap();
            if record.status == RunStatus::Running {
                self.violated(format!("process {process} began while process {other} is at work on the same scope"));
            }
            self.count("lease run out: scopes taken from a process that stood still");
            self.loses(other);
        }
        lock(&self.at_work).insert(process, (run.clone(), scopes));
    }

    /// Somebody took a run from its process.
    pub fn released(&self, run: &RunId) {
        let holder = lock(&self.at_work).iter().find(|(_, (theirs, _))| theirs == run).map(|(process, _)| *process);
        if let Some(holder) = holder {
            self.loses(holder);
        }
    }

    fn loses(&self, process: u32) {
        lock(&self.at_work).remove(&process);
        lock(&self.lost).insert(process);
    }

    pub fn has_lost(&self, process: u32) -> bool {
        lock(&self.lost).contains(&process)
    }

    pub fn note_found(&self, address: Address) {
        lock(&self.found).insert(address);
    }

    /// Whether a run found this, and its plan did not name it.
    pub fn was_found(&self, address: &str) -> bool {
        lock(&self.found).iter().any(|found| found.to_string() == address)
    }

    /// A run is over: ended, or its process died.
    pub fn ends(&self, process: u32) {
        lock(&self.at_work).remove(&process);
    }

    pub fn bury(&self, process: u32) {
        self.ends(process);
        self.clock.bury(process);
    }

    pub fn is_quiet(&self) -> bool {
        lock(&self.at_work).is_empty() && self.on_the_wire.load(Ordering::SeqCst) == 0
    }

    pub fn tell_person(&self, address: Address) {
        lock(&self.told).insert(address);
    }

    /// What a person was told to look for; asked once.
    pub fn take_told(&self) -> BTreeSet<Address> {
        std::mem::take(&mut *lock(&self.told))
    }

    /// For so long no look shows this thing.
    pub fn hide(&self, id: PhysicalId, moment: Duration) {
        lock(&self.hidden).insert(id, Instant::now() + moment);
    }

    pub fn is_hidden(&self, id: &PhysicalId) -> bool {
        lock(&self.hidden).get(id).is_some_and(|until| Instant::now() < *until)
    }
}
