//! Amazon Route 53 resource types.

pub mod hosted_zone;
pub mod record_set;

pub use hosted_zone::{HostedZone, HostedZoneConfig, HostedZoneVpc, QueryLoggingConfig};
pub use record_set::{AliasTarget, RecordSet};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<HostedZone>(), entry_of::<RecordSet>()];
