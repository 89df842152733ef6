//! State, journal, plans and runs on disk.
