//! AWS resource types as plain data, one file each under a folder per service.
//!
//! A struct's fields are the properties of CloudFormation's own schema (PascalCase in JSON), so the document of a
//! resource *is* its CloudFormation form. Each type adds its [`TypeContract`] (what a change means, what it outputs) and its
//! Terraform form. Pure: no I/O, no clock. Invariant: a document that a type wrote is read back by it unchanged.

pub mod accessanalyzer;
pub mod account;
pub mod applicationautoscaling;
pub mod autoscaling;
pub mod backup;
pub mod certificatemanager;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod config;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod eks;
pub mod elasticache;
pub mod elasticloadbalancingv2;
pub mod guardduty;
pub mod iam;
pub mod inspector;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod macie;
mod normal;
pub mod opensearch;
pub mod rds;
pub mod registry;
pub mod resource;
pub mod route53;
pub mod s3;
pub mod scheduler;
pub mod secretsmanager;
pub mod securityhub;
pub mod servicediscovery;
pub mod sns;
pub mod sqs;
pub mod terraform;
pub mod wafv2;

pub use registry::{TypeEntry, contracts, entries, entry};
pub use resource::{AwsResource, Part};
