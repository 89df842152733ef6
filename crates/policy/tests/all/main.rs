//! Tests of the rules, the catalogues and their documents.
#![allow(clippy::unwrap_used, missing_docs)]

mod agreement;
mod breaks;
mod catalogues;
mod config_rules;
mod documents;
mod edit;
mod posture;
mod reference;
mod undecidable;
mod violations;
mod whole;
