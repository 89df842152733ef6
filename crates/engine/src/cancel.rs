//! Stopping in two stages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// How urgently a run shall stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum CancelLevel {
    /// Go on.
    None,
    /// Start nothing more; let calls in flight end and write down what came of them.
    AfterCallsInFlight,
    /// Stop now; open intents are looked up by the next run.
    Now,
}

/// Tells a run to stop, and a run whether to.
///
/// Whoever waits is woken in the order in which they began to wait, so that a simulated history is the same each time.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    level: AtomicU8,
    raised: Notify,
}

impl CancelLevel {
    const ALL: [Self; 3] = [Self::None, Self::AfterCallsInFlight, Self::Now];

    fn of(number: u8) -> Self {
        Self::ALL.into_iter().find(|level| *level as u8 == number).unwrap_or(Self::Now)
    }
}

impl Cancel {
    /// Asks once more: the first time for after the calls in flight, then for now. Returns what it now stands at.
    pub fn ask(&self) -> CancelLevel {
        let next = match self.level() {
            CancelLevel::None => CancelLevel::AfterCallsInFlight,
            _ => CancelLevel::Now,
        };
        self.at_least(next);
        self.level()
    }

    /// Makes it at least this urgent.
    pub fn at_least(&self, level: CancelLevel) {
        if self.shared.level.fetch_max(level as u8, Ordering::SeqCst) < level as u8 {
            self.shared.raised.notify_waiters();
        }
    }

    /// How urgent it is.
    #[must_use]
    pub fn level(&self) -> CancelLevel {
        CancelLevel::of(self.shared.level.load(Ordering::SeqCst))
    }

    /// Waits until it is at least this urgent.
    pub async fn reached(&self, level: CancelLevel) {
        loop {
            let mut raised = std::pin::pin!(self.shared.raised.notified());
            // Registered before the look, so that what is raised in between wakes it.
            raised.as_mut().enable();
            if self.level() >= level {
                return;
            }
            raised.await;
        }
    }
}
