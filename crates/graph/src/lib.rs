//! The typed resource graph: addresses, values with references, resources, edges and origins.
//!
//! This crate knows no cloud. Invariants it keeps: an [`Address`] names one resource for its whole life; a [`Graph`]
//! never holds two resources of one address, never a dangling reference and never a cycle; every iteration order is
//! the order of addresses, so the same input gives the same bytes.

pub mod address;
pub mod contract;
pub mod document;
pub mod graph;
pub mod name;
pub mod origin;
pub mod resource;
pub mod text;

pub use address::{Address, Scope, ScopeKind};
pub use contract::{Closed, CloudFormationForm, Contracts, OutputContract, ReplaceOrder, TypeContract};
pub use document::Document;
pub use graph::{Graph, GraphError, Ordered};
pub use origin::Origin;
pub use resource::{Layer, PhysicalId, Resource, Tags, TypeName};
pub use text::{OutputReference, Pseudo, Text, Unresolved};
