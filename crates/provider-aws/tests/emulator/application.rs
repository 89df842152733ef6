//! Tests of the application types against the emulator.
