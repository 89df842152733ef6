//! Rules, standards and verdicts: proves a graph against the compliance standards asked for.
//!
//! Invariants: a rule answers with one of three verdicts and never with 'met' for want of data; the same rule judges a
//! plan and the live cloud; nothing here changes a graph.
//!
//! [`judge`] is the way in: it asks every control ([`registry`]) that serves one of the asked [`standards`] and gives one verdict for
//! each control and resource. [`blocking`] names those that forbid a run.

pub mod control;
mod controls;
pub mod document;
pub mod due;
pub mod evidence;
pub mod finding;
mod judge;
pub mod live;
mod policies;
pub mod registry;
mod secrets;
pub mod standards;
mod topology;
pub mod verdict;
pub mod view;
pub mod waiver;

pub use control::{Control, Equivalents, Severity, When};
pub use finding::{Finding, Followed, How, Repair, follow};
pub use judge::{blocking, judge, judge_control, judge_view};
pub use live::{ObservedGraph, judge_observed, judge_observed_by};
pub use registry::{control, controls};
pub use verdict::{ControlId, Requirement, Status, Verdict};
pub use view::View;
pub use waiver::{Waiver, apply_waivers};
