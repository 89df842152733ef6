//! Runs a plan; refresh; drift.
