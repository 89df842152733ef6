//! AWS Config resource types.

pub mod configuration_recorder;
pub mod conformance_pack;
pub mod delivery_channel;
pub mod recorder_status;

pub use configuration_recorder::{ConfigurationRecorder, RecordingGroup};
pub use conformance_pack::ConformancePack;
pub use delivery_channel::{ConfigSnapshotDeliveryProperties, DeliveryChannel};
pub use recorder_status::RecorderStatus;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] =
    &[entry_of::<ConfigurationRecorder>(), entry_of::<DeliveryChannel>(), entry_of::<RecorderStatus>(), entry_of::<ConformancePack>()];
