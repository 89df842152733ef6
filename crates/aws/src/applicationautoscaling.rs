//! Application Auto Scaling resource types.

pub mod scalable_target;
pub mod scaling_policy;

pub use scalable_target::ScalableTarget;
pub use scaling_policy::{
    CustomizedMetricSpecification, Metric, MetricDataQuery, MetricDimension, MetricStat, PredefinedMetricSpecification, ScalingPolicy,
    TargetTrackingScalingPolicyConfiguration,
};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<ScalableTarget>(), entry_of::<ScalingPolicy>()];
