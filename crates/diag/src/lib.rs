//! Diagnostics: a stable code, the span in the user's file, and a hint.
//!
//! Everything that Strata says about a mistake, in a file or at run time, is a [`Diagnostic`]. The invariants kept here:
//!
//! * every code is one row of the table in [`codes`] and one page in `docs/errors/`; a test compares the two;
//! * [`Diagnostics`] accumulates and is always read sorted by file, offset and code, so output never depends on the
//!   order in which the checks ran;
//! * rendering ([`render_text`], [`to_json`], [`to_sarif`]) needs no terminal and gives the same bytes for the same input.

pub mod codes;
mod diagnostic;
mod json;
mod render;
mod sarif;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Diagnostics, Severity, Span};
pub use json::to_json;
pub use render::{Sources, render_text};
pub use sarif::to_sarif;
