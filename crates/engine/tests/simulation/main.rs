//! The engine, the planner and the store on the fake cloud, under a seeded scheduler and a seeded clock.
//!
//! One seed is one history: the same graphs, the same faults at the same calls, the same deaths, the same order of everything. See
//! `docs/simulation.md` for what is simulated, which invariants are checked, and what this does not cover.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod dice;
mod invariants;
mod ledger;
mod operator;
mod process;
mod sim;
mod spec;
mod story;
#[path = "../shared/things.rs"]
mod things;
mod wire;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sim::lock;
use story::{Told, tell};

/// How long one history may take by the wall clock: more is a loop that never waits. A tenth of a second is the rule; a starved machine takes longer.
const LONGEST: Duration = Duration::from_secs(600);
/// After so many failing seeds the rest tells nothing new.
const ENOUGH: usize = 5;

struct Sum {
    counts: BTreeMap<String, u64>,
    failed: BTreeMap<u64, String>,
    at_work: BTreeMap<u64, Instant>,
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Databases lie in memory where the system has such a folder: what a disk does is not simulated here.
fn folder() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(&memory) } else { tempfile::tempdir() };
    made.unwrap()
}

fn history(seed: u64, stores: &tokio::runtime::Runtime, aloud: bool) -> Told {
    let folder = folder();
    catch_unwind(AssertUnwindSafe(|| tell(seed, folder.path(), stores.handle(), aloud))).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let verdict = Err(format!("panicked: {}", words.unwrap_or_default()));
        Told { verdict, history: Vec::new(), counts: BTreeMap::new() }
    })
}

fn stores() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// One seed, with its whole history.
fn replay(seed: u64) -> ExitCode {
    let told = history(seed, &stores(), true);
    match told.verdict {
        Ok(()) => {
            println!("seed {seed}: every invariant holds");
            ExitCode::SUCCESS
        }
        Err(why) => {
            println!("seed {seed}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    if let Some(seed) = number("STRATA_SEED") {
        return replay(seed);
    }
    let seeds = number("STRATA_SEEDS").unwrap_or(200);
    let first = number("STRATA_FIRST_SEED").unwrap_or(0);
    let begun = Instant::now();
    let next = AtomicU64::new(first);
    let sum = Mutex::new(Sum { counts: BTreeMap::new(), failed: BTreeMap::new(), at_work: BTreeMap::new() });
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let stores = stores();
                    loop {
                        let seed = next.fetch_add(1, Ordering::SeqCst);
                        if seed >= first + seeds || lock(&sum).failed.len() >= ENOUGH {
                            return;
                        }
                        lock(&sum).at_work.insert(seed, Instant::now());
                        let mut told = history(seed, &stores, false);
                        // Now and then the same seed once more: it must be the same history.
                        if seed % 64 == 0 && history(seed, &stores, false).history != told.history {
                            told.verdict = Err("told a second time it is another history".to_owned());
                        }
                        let mut sum = lock(&sum);
                        sum.at_work.remove(&seed);
                        for (what, times) in told.counts {
                            *sum.counts.entry(what).or_default() += times;
                        }
                        *sum.counts.entry("seeds tried".to_owned()).or_default() += 1;
                        if let Err(why) = told.verdict {
                            println!("seed {seed} fails: {why}\n  replay it: make simulate SEED={seed}");
                            sum.failed.insert(seed, why);
                        }
                    }
                })
            })
            .collect();
        while workers.iter().any(|worker| !worker.is_finished()) {
            std::thread::sleep(Duration::from_millis(50));
            if let Some((seed, _)) = lock(&sum).at_work.iter().find(|(_, since)| since.elapsed() > LONGEST) {
                println!("seed {seed} fails: it does not end\n  replay it: make simulate SEED={seed}");
                std::process::exit(1);
            }
        }
    });
    let sum = sum.into_inner().unwrap();
    println!("simulation, seeds {first} to {}:", first + seeds - 1);
    for (what, times) in &sum.counts {
        println!("  {times:>9}  {what}");
    }
    println!("  {:>9.1}  seconds", begun.elapsed().as_secs_f64());
    if sum.failed.is_empty() {
        println!("every invariant holds");
        ExitCode::SUCCESS
    } else {
        println!("failing seeds: {:?}", sum.failed.keys().collect::<Vec<_>>());
        ExitCode::FAILURE
    }
}
