//! Kubernetes objects as plain data: typed by k8s-openapi, hardened by construction, with references to resources of the graph inside.
//!
//! Pure: no client, no I/O. Invariants:
//!
//! * every pod that is built here passes the Pod Security Standard `restricted`;
//! * a string of an object may hold a reference to an output of the graph ([`placeholder`]); it is never a secret's value;
//! * nothing talks unless a policy built from one edge says so ([`network`]).

pub mod ingress;
pub mod manifest;
pub mod metadata;
pub mod network;
pub mod placeholder;
pub mod pod;
pub mod scaling;
pub mod secrets;
pub mod security_groups;

pub use k8s_openapi;
pub use manifest::{Manifest, ManifestError};
pub use metadata::Labels;
