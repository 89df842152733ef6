//! Amazon EFS resource types: folders that several tasks share.

pub mod access_point;
pub mod file_system;
pub mod mount_target;

pub use access_point::{AccessPoint, CreationInfo, PosixUser, RootDirectory};
pub use file_system::{BackupPolicy, FileSystem, LifecyclePolicy};
pub use mount_target::MountTarget;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<FileSystem>(), entry_of::<MountTarget>(), entry_of::<AccessPoint>()];
