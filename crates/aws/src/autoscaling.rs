//! Amazon EC2 Auto Scaling resource types.

pub mod auto_scaling_group;

pub use auto_scaling_group::{AutoScalingGroup, LaunchTemplateSpecification, MetricsCollection};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<AutoScalingGroup>()];
