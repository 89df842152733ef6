//! Stopping in two stages.

use tokio::sync::watch;

/// How urgently a run shall stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CancelLevel {
    /// Go on.
    None,
    /// Start nothing more; let calls in flight end and write down what came of them.
    AfterCallsInFlight,
    /// Stop now; open intents are looked up by the next run.
    Now,
}

/// Tells a run to stop, and a run whether to.
#[derive(Debug, Clone)]
pub struct Cancel {
    sender: watch::Sender<CancelLevel>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self { sender: watch::Sender::new(CancelLevel::None) }
    }
}

impl Cancel {
    /// Asks once more: the first time for after the calls in flight, then for now. Returns what it now stands at.
    pub fn ask(&self) -> CancelLevel {
        self.sender.send_modify(|level| {
            *level = match level {
                CancelLevel::None => CancelLevel::AfterCallsInFlight,
                _ => CancelLevel::Now,
            };
        });
        self.level()
    }

    /// Makes it at least this urgent.
    pub fn at_least(&self, level: CancelLevel) {
        self.sender.send_if_modified(|now| {
            let raises = *now < level;
            *now = (*now).max(level);
            raises
        });
    }

    /// How urgent it is.
    #[must_use]
    pub fn level(&self) -> CancelLevel {
        *self.sender.borrow()
    }

    /// Waits until it is at least this urgent.
    pub async fn reached(&self, level: CancelLevel) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as self, so this ends only by the condition.
        let _ = receiver.wait_for(|now| *now >= level).await;
    }
}
