//! The machine that a store runs on: its clock, and which of its processes live.
//!
//! Leases and the age of intents hang on both. They are asked through a trait so that a simulation can say what time it is and
//! who has died.

use std::path::Path;

use jiff::Timestamp;

/// A clock, and a list of processes.
pub trait Machine: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Whether a process of this machine may still live; true where that cannot be told.
    fn may_live(&self, process: u32) -> bool;
}

/// The machine that this program runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn may_live(&self, process: u32) -> bool {
        // Where there is no /proc, a lease runs out by itself.
        !Path::new("/proc/self").exists() || Path::new("/proc").join(process.to_string()).exists()
    }
}
