//! Lowering of the specification into the resource graph, one module a layer.
//!
//! [`lower`] turns one environment and every scope that it stands on (account, network, cluster) into one typed graph;
//! [`lower_foundations`] does so for a foundation alone. Pure: no I/O, no clock, the same input gives the same bytes.
//! Every resource carries the lines that asked for it and, where AWS allows tags, the ownership tags.

pub mod address_planner;
pub mod application;
pub mod arn;
pub mod builder;
pub mod claims;
mod cluster;
pub mod environment;
pub mod foundations;
mod infrastructure;
pub mod kubernetes;
mod lowering;
pub mod naming;
mod network;
pub mod observability;
mod patch;
mod placement;
pub mod posture;
pub mod security;
pub mod uses;

pub use claims::{Claim, Need};
pub use lowering::{Artifact, Endpoint, Inputs, Lowered, lower, lower_foundations};
pub use placement::Placement;
pub use posture::{Posture, Reasons, SetBy};
