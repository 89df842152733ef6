//! Amazon ElastiCache resource types.

pub mod parameter_group;
pub mod replication_group;
pub mod subnet_group;
pub mod user;
pub mod user_group;

pub use parameter_group::ParameterGroup;
pub use replication_group::{CloudWatchLogsDetails, DestinationDetails, LogDeliveryConfiguration, ReplicationGroup};
pub use subnet_group::SubnetGroup;
pub use user::{AuthenticationMode, User};
pub use user_group::UserGroup;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] =
    &[entry_of::<ReplicationGroup>(), entry_of::<SubnetGroup>(), entry_of::<ParameterGroup>(), entry_of::<User>(), entry_of::<UserGroup>()];
