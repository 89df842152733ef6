//! AWS WAF resource types.

pub mod logging_configuration;
pub mod rule;
pub mod web_acl;
pub mod web_acl_association;

pub use logging_configuration::{FieldToMatch, LoggingConfiguration, SingleHeader};
pub use rule::{
    ManagedRuleGroupStatement, OverrideAction, RateBasedStatement, Rule, RuleAction, RuleActionOverride, Statement, VisibilityConfig,
};
pub use web_acl::{DefaultAction, WebAcl};
pub use web_acl_association::WebAclAssociation;

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<WebAcl>(), entry_of::<WebAclAssociation>(), entry_of::<LoggingConfiguration>()];
