//! Plain infrastructure code from the graph: Terraform, CloudFormation, Kubernetes manifests. What is written here runs without Strata.
//! Service control policies for the organization's management account. And [`evidence`], in the forms that auditors and their tools read.
//!
//! Every form is built as a typed tree and printed by a library; the one text template is the auditor's page. Invariants:
//!
//! * pure: the same graph and context give the same bytes, whatever the machine;
//! * no reference dangles: what the graph refers to is in the export, or is said as a parameter, or the export is refused;
//! * a literal of the graph means the same in the export: what looks like an interpolation there is escaped;
//! * no secret value: the graph has none, and nothing here asks for one.

mod artifacts;
pub mod cloudformation;
mod context;
pub mod evidence;
pub mod manifests;
mod names;
mod service_control_policies;
pub mod terraform;
mod yaml;

pub use cloudformation::cloudformation;
pub use context::{ExportContext, ExportError, Files, Placement};

pub use manifests::manifests;
pub use service_control_policies::service_control_policies;
pub use terraform::terraform;
