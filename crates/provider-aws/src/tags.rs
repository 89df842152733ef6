//! Tags between our map and each service's own tag type, and what to set and remove on a change.

use std::collections::BTreeMap;

use strata_graph::{Tags, Text};
use strata_provider::ProviderError;
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};

use crate::handler::Target;

/// The tags as plain strings.
///
/// # Errors
/// An internal error where a tag is not resolved.
pub fn plain(tags: &Tags) -> Result<BTreeMap<String, String>, ProviderError> {
    tags.iter()
        .map(|(key, value)| {
            let value = value.known().map_err(|error| ProviderError::internal("strata", error.to_string()))?;
            Ok((key.clone(), value.to_owned()))
        })
        .collect()
}

/// What a service returned as our tags; AWS's own (`aws:`) are left out.
pub fn read(pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Tags {
    pairs.into_iter().map(|(key, value)| (key.into(), Text::Literal(value.into()))).filter(|(key, _)| !key.starts_with("aws:")).collect()
}

/// The tags to set and the keys to remove to come from the observed to the desired tags. Keys of others stay:
/// only those with our own prefix are removed.
///
/// # Errors
/// An internal error where a tag is not resolved.
pub fn change(observed: &Tags, desired: &Tags) -> Result<(BTreeMap<String, String>, Vec<String>), ProviderError> {
    let set = plain(desired)?.into_iter().filter(|(key, value)| observed.get(key).and_then(Text::as_literal) != Some(value)).collect();
    let remove = observed.keys().filter(|key| key.starts_with("strata:") && !desired.contains_key(*key)).cloned().collect();
    Ok((set, remove))
}

/// The known string of a text.
///
/// # Errors
/// An internal error where it is not resolved.
pub fn known(text: &Text) -> Result<&str, ProviderError> {
    text.known().map_err(|error| ProviderError::internal("strata", error.to_string()))
}

/// Whether the tags say that a thing is the target's.
pub fn owns<R>(tags: &Tags, target: &Target<'_, R>) -> bool {
    let is = |name: &str, value: &str| tags.get(name).and_then(Text::as_literal) == Some(value);
    is(ADDRESS_TAG, &target.address.to_string()) && is(PLATFORM_TAG, target.platform)
}
