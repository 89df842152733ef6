//! Amazon OpenSearch Service resource types.

pub mod domain;

pub use domain::{
    AdvancedSecurityOptions, AutoTuneOptions, ClusterConfig, Domain, DomainEndpointOptions, EbsOptions, EncryptionAtRestOptions,
    LogPublishingOption, MasterUserOptions, NodeToNodeEncryptionOptions, OffPeakWindow, OffPeakWindowOptions, SoftwareUpdateOptions,
    VpcOptions, WindowStartTime, ZoneAwarenessConfig,
};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Domain>()];
