//! Amazon Simple Notification Service resource types.

pub mod subscription;
pub mod topic;
pub mod topic_policy;

pub use subscription::Subscription;
pub use topic::Topic;
pub use topic_policy::TopicPolicy;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Topic>(), entry_of::<TopicPolicy>(), entry_of::<Subscription>()];
