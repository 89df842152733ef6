//! The official AWS SDK behind the provider contract; a resource has the same file name here as in `strata-aws`.
//!
//! Invariants: nothing here decides what should exist; `observe` sends no mutating call; whatever `create` makes carries
//! the ownership tags or a deterministic name from the first moment, so it is found again after a crash; an operation
//! that an emulator lacks is told as [`strata_provider::ErrorKind::Unsupported`], and only when an emulator is spoken to.

pub mod accessanalyzer;
pub mod account;
pub mod applicationautoscaling;
pub mod autoscaling;
pub mod backup;
mod build;
pub mod certificatemanager;
pub mod client;
pub mod cloudtrail;
pub mod cloudwatch;
mod codes;
pub mod config;
pub mod dynamodb;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod eks;
pub mod elasticache;
pub mod elasticloadbalancingv2;
pub mod error;
pub mod guardduty;
pub mod handler;
pub mod iam;
pub mod inspector;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod macie;
pub mod opensearch;
pub mod provider;
pub mod rds;
pub mod registry;
pub mod retry;
pub mod route53;
pub mod s3;
pub mod scheduler;
pub mod secretsmanager;
pub mod securityhub;
pub mod servicediscovery;
pub mod sns;
pub mod sqs;
pub mod tags;
pub mod values;
pub mod wafv2;

pub use client::{Artifacts, Cloud, Credentials, Settings};
pub use handler::{Handler, Observed, Target};
pub use provider::AwsProvider;
