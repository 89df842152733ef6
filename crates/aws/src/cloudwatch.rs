//! Amazon CloudWatch resource types.

pub mod alarm;

pub use alarm::{Alarm, Dimension, Metric, MetricDataQuery, MetricStat};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Alarm>()];
