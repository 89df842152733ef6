//! AWS Backup resource types.

pub mod backup_plan;
pub mod backup_selection;
pub mod backup_vault;

pub use backup_plan::{BackupLifecycle, BackupPlan, BackupPlanContent, BackupRule, CopyAction};
pub use backup_selection::{BackupSelection, BackupSelectionContent, TagCondition};
pub use backup_vault::{BackupVault, LockConfiguration};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<BackupVault>(), entry_of::<BackupPlan>(), entry_of::<BackupSelection>()];
