//! Every random choice of a history, from its seed.
//!
//! Invariant: choices are made in the order in which the simulated world moves, and that order depends on nothing but earlier choices.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_xorshift::XorShiftRng;

/// The dice of one history.
pub struct Dice(Mutex<XorShiftRng>);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(XorShiftRng::seed_from_u64(seed)))
    }

    fn generator(&self) -> MutexGuard<'_, XorShiftRng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number from `from` up to and including `to`.
    pub fn between(&self, from: u64, to: u64) -> u64 {
        self.generator().random_range(from..=to)
    }

    /// True so many times in a hundred.
    pub fn percent(&self, percent: u64) -> bool {
        self.between(0, 99) < percent
    }

    /// One of these.
    pub fn pick<'a, T>(&self, list: &'a [T]) -> Option<&'a T> {
        let last = list.len().checked_sub(1)?;
        list.get(usize::try_from(self.between(0, last as u64)).unwrap_or(0))
    }

    /// One of these, which are never none.
    pub fn one<T: Copy>(&self, list: &[T]) -> T {
        *self.pick(list).expect("a choice among nothing")
    }

    /// A moment of up to so many milliseconds.
    pub fn moment(&self, milliseconds: u64) -> Duration {
        Duration::from_millis(self.between(0, milliseconds))
    }
}
