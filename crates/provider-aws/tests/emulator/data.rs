//! Tests of the data types against the emulator.
