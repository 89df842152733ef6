//! Amazon Kinesis Data Streams resource types.

pub mod stream;

pub use stream::{Stream, StreamEncryption, StreamModeDetails};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Stream>()];
