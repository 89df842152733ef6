//! Amazon Relational Database Service resource types.

pub mod db_instance;
pub mod db_parameter_group;
pub mod db_subnet_group;
pub mod event_subscription;

pub use db_instance::{DbInstance, MasterUserSecret};
pub use db_parameter_group::DbParameterGroup;
pub use db_subnet_group::DbSubnetGroup;
pub use event_subscription::EventSubscription;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] =
    &[entry_of::<DbInstance>(), entry_of::<DbSubnetGroup>(), entry_of::<DbParameterGroup>(), entry_of::<EventSubscription>()];
