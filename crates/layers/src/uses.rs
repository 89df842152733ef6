//! `uses`: the only way in which a workload reaches anything (rule 6 of the design).
//!
//! One line of `uses` becomes one security-group rule on each side and port, one statement of IAM for each ARN, the grant on the key,
//! the claim on the network's endpoint, the environment variables, the dependency and a row of the data-flow table. All of it is made
//! here, from the edge and its [`target::Target`], so that no layer can allow more than a line asked for.
//! Invariant: what is not said by an edge (or by what every workload of its kind needs to start at all) is not allowed.

pub mod actions;
pub mod edge;
pub mod flow;
mod identity;
mod network;
pub mod target;
mod variables;
mod wiring;

pub use edge::{Edge, Workload, WorkloadKind, edges, workloads};
pub use flow::{DataFlow, data_flows};
pub(crate) use network::{groups, sid};
pub(crate) use wiring::lower;
pub use wiring::{Wiring, Wirings};
