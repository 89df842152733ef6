//! Data, messages, secrets, logs, backups and functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use strata_provider_aws::Artifacts;

/// The two zip files that the functions of the tests are made of.
pub fn artifacts() -> Artifacts {
    let file = |name: &str| (name.to_owned(), Arc::from(format!("zip of {name}").into_bytes()));
    Artifacts::new(BTreeMap::from([file("first"), file("second")]))
}
