//! Every resource type against a cloud that others wrote: made, seen as it was asked for, found again without its id, changed,
//! removed. What the emulator lacks is tried against a recording server instead, by the shape of the request.
//!
//! One binary, one emulator: each test works in an account of its own, so tests run side by side.

#![allow(clippy::unwrap_used)]

mod application;
mod data;
mod network;
mod recorder;
mod support;
