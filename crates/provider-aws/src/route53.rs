//! Handlers of Amazon Route 53 types.

pub mod hosted_zone;
pub mod record_set;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::route53::HostedZone>(), handler::<strata_aws::route53::RecordSet>()];

/// A zone's id without the path that some answers put before it.
fn plain_id(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// A name as we write it: small letters, no dot at its end, and no octal form of `*`.
fn plain_name(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_ascii_lowercase()
}
