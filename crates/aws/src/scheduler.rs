//! Amazon EventBridge Scheduler resource types.

pub mod schedule;
pub mod schedule_group;

pub use schedule::{DeadLetterConfig, EcsParameters, FlexibleTimeWindow, RetryPolicy, Schedule, Target};
pub use schedule_group::ScheduleGroup;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<ScheduleGroup>(), entry_of::<Schedule>()];
