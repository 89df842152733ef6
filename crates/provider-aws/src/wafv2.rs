//! Handlers of AWS WAF types, and what they share: names in ARNs, tags.

pub mod logging_configuration;
mod rules;
pub mod web_acl;
pub mod web_acl_association;

use crate::registry::{HandlerEntry, handler};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::wafv2::WebAcl>(),
    handler::<strata_aws::wafv2::WebAclAssociation>(),
    handler::<strata_aws::wafv2::LoggingConfiguration>(),
];
