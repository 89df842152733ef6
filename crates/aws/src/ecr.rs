//! Amazon ECR resource types.

pub mod repository;

pub use repository::{EncryptionConfiguration, ImageScanningConfiguration, LifecyclePolicy, Repository};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Repository>()];
