//! Amazon EKS resource types.

pub mod access_entry;
pub mod addon;
pub mod cluster;
pub mod nodegroup;
pub mod pod_identity_association;

pub use access_entry::{AccessEntry, AccessPolicy, AccessScope};
pub use addon::Addon;
pub use cluster::{AccessConfig, Cluster, ClusterLogging, EncryptionConfig, EncryptionProvider, LogType, Logging, ResourcesVpcConfig};
pub use nodegroup::{Nodegroup, NodegroupLaunchTemplate, ScalingConfig, UpdateConfig};
pub use pod_identity_association::PodIdentityAssociation;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] =
    &[entry_of::<Cluster>(), entry_of::<Nodegroup>(), entry_of::<Addon>(), entry_of::<PodIdentityAssociation>(), entry_of::<AccessEntry>()];
