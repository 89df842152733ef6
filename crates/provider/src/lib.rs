//! The provider contract, the fake cloud and the conformance suite.
