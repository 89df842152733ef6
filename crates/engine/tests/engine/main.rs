//! The engine on the cloud in memory, with a real store: what a run does, what it survives, and what it leaves behind.
#![allow(clippy::unwrap_used)]

mod breaker;
mod crash;
mod directions;
mod faults;
mod journal_deaths;
mod leases;
mod lying;
mod random;
mod removal;
mod repair;
mod replacement;
mod sleepers;
mod stopping;
mod strays;
#[path = "../shared/things.rs"]
mod things;
mod unseen;
mod up;
mod world;
