//! Handlers of AWS Config types.

pub mod configuration_recorder;
pub mod conformance_pack;
pub mod delivery_channel;
pub mod recorder_status;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::config::ConfigurationRecorder>(),
    handler::<strata_aws::config::DeliveryChannel>(),
    handler::<strata_aws::config::RecorderStatus>(),
    handler::<strata_aws::config::ConformancePack>(),
];
