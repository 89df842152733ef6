//! The engine, the planner and the store on the fake cloud, under a seeded scheduler and a seeded clock.
//!
//! One seed is one history: the same graphs, the same faults at the same calls, the same deaths, the same order of everything. See
//! `docs/simulation.md` for what is simulated, which invariants are checked, and what this does not cover.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod dice;

fn main() {}
