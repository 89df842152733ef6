//! The conformance suite: every resource type against a cloud that others wrote. Each is made by the real engine on a bad day (throttled,
//! then killed in the middle), seen as it was asked for, found again without its id, changed twice over, removed twice over. What the emulator lacks is tried against a recording server instead, by the shape of the request.
//!
//! One binary, one emulator: each test works in an account of its own, so tests run side by side.

#![allow(clippy::unwrap_used)]

mod application;
mod data;
mod engine;
mod every_type;
mod network;
mod recorder;
mod support;
