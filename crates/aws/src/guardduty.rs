//! Amazon GuardDuty resource types.

pub mod detector;

pub use detector::{Detector, Feature, FeatureAdditionalConfiguration};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Detector>()];
