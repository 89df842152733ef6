//! AWS Certificate Manager resource types.

pub mod certificate;
pub mod certificate_validation;

pub use certificate::{Certificate, DomainValidationOption};
pub use certificate_validation::CertificateValidation;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Certificate>(), entry_of::<CertificateValidation>()];
