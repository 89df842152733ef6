//! Amazon Macie resource types.

pub mod automated_discovery;
pub mod session;

pub use automated_discovery::AutomatedDiscovery;
pub use session::Session;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Session>(), entry_of::<AutomatedDiscovery>()];
