//! Diff of graph, state and observation into an immutable plan.
