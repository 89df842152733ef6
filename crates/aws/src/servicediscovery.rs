//! AWS Cloud Map resource types.

pub mod private_dns_namespace;
pub mod service;

pub use private_dns_namespace::PrivateDnsNamespace;
pub use service::{DnsConfig, DnsRecord, HealthCheckCustomConfig, Service};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<PrivateDnsNamespace>(), entry_of::<Service>()];
