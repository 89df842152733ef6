//! Rules, standards and verdicts: proves a graph against the compliance standards asked for.
//!
//! Invariants: a rule answers with one of three verdicts and never with 'met' for want of data; the same rule judges a
//! plan and the live cloud; nothing here changes a graph.

pub mod verdict;

pub use verdict::{ControlId, Requirement, Status, Verdict};
