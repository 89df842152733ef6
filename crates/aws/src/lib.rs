//! AWS resource types as plain data, one file each under a folder per service.
//!
//! A struct's fields are the properties of CloudFormation's own schema (PascalCase in JSON), so the document of a
//! resource *is* its CloudFormation form. Each type adds its [`TypeContract`] (what a change means, what it outputs) and its
//! Terraform form. Pure: no I/O, no clock. Invariant: a document that a type wrote is read back by it unchanged.

pub mod ec2;
pub mod iam;
pub mod kms;
pub mod registry;
pub mod resource;
pub mod terraform;

pub use registry::{TypeEntry, contracts, entries, entry};
pub use resource::AwsResource;
