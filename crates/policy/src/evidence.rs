//! Evidence: what can be shown for a standard, requirement by requirement, as one typed report that renderings print.
//!
//! Invariants: nothing is called met that was not seen to be (what only the plan promises is *planned*); a requirement that no configuration
//! of a cloud can meet is never called met, whatever the controls say; a waiver changes what a violation is called and never hides it; the
//! same input gives the same report. No clock: the time is part of the input. No property of a resource gets in here but what a rule says
//! it saw, so no secret does.

mod build;
pub mod chapters;
mod model;
#[cfg(test)]
mod tests;

pub use build::{Input, Judged, build};
pub use model::{
    Account, Attachment, Basis, ControlEvidence, Counts, Finding, Made, Report, RequirementEvidence, RequirementStatus, ResourceEvidence,
    Run, Seen, Source, StandardPart, Statement, Subject, WaiverState,
};
