//! Small steps between our data and the SDK's that every handler takes.

use aws_smithy_types::error::operation::BuildError;
use strata_graph::{Tags, Text};
use strata_provider::ProviderError;
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};

use crate::handler::Target;
use crate::tags::known;

/// What an SDK builder made.
///
/// # Errors
/// An internal error where a field that the API demands was not set.
pub(crate) fn built<T>(result: Result<T, BuildError>) -> Result<T, ProviderError> {
    result.map_err(|error| ProviderError::internal("strata", error.to_string()))
}

/// A number as the API takes it.
pub(crate) fn small(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is too large for the API")))
}

/// The same for a number that may be left out.
pub(crate) fn small_some(number: Option<i64>) -> Result<Option<i32>, ProviderError> {
    number.map(small).transpose()
}

/// The known string of a text that may be left out.
pub(crate) fn known_some(text: Option<&Text>) -> Result<Option<String>, ProviderError> {
    text.map(|text| known(text).map(ToOwned::to_owned)).transpose()
}

/// The known strings of a list.
pub(crate) fn known_all(texts: &[Text]) -> Result<Vec<String>, ProviderError> {
    texts.iter().map(|text| known(text).map(ToOwned::to_owned)).collect()
}

/// A list for the API, which takes an absent list and not an empty one.
pub(crate) fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// What the API returned as a text, where it returned something.
pub(crate) fn text(value: Option<&str>) -> Option<Text> {
    value.filter(|value| !value.is_empty()).map(Text::from)
}

/// Whether ownership tags name the target.
pub(crate) fn is_ours<R>(tags: &Tags, target: &Target<'_, R>) -> bool {
    let is = |name: &str, value: &str| tags.get(name).and_then(Text::as_literal) == Some(value);
    is(ADDRESS_TAG, &target.address.to_string()) && is(PLATFORM_TAG, target.platform)
}

/// Whether two lists hold the same, in whatever order.
pub(crate) fn same_set<T: Ord>(left: &[T], right: &[T]) -> bool {
    fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
        let mut items: Vec<&T> = items.iter().collect();
        items.sort();
        items
    }
    sorted(left) == sorted(right)
}
