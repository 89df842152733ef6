//! Layer 4, observability: logs, metrics and alarms of an environment.

pub mod retention;
