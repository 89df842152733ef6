//! Between a document's values and the SDK's.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use strata_aws::iam::PolicyDocument;
use strata_aws::{AwsResource, Part};
use strata_graph::Text;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::failed;
use crate::tags::known;

/// [`failed`] as a function of the error alone, for `map_err`.
pub fn at<E>(operation: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> ProviderError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    move |error| failed(operation, error)
}

/// A builder's complaint about a field that it requires.
pub fn unbuilt(operation: &'static str) -> impl FnOnce(aws_smithy_types::error::operation::BuildError) -> ProviderError {
    move |error| ProviderError::internal(operation, error.to_string())
}

/// A number as the SDK takes most of them.
///
/// # Errors
/// An internal error where it does not fit.
pub fn int(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is out of range")))
}

/// An optional number.
///
/// # Errors
/// As [`int`].
pub fn some_int(number: Option<i64>) -> Result<Option<i32>, ProviderError> {
    number.map(int).transpose()
}

/// The string of an optional text.
///
/// # Errors
/// An internal error where it is not resolved.
pub fn some_known(text: Option<&Text>) -> Result<Option<String>, ProviderError> {
    text.map(|text| known(text).map(ToOwned::to_owned)).transpose()
}

/// The strings of texts.
///
/// # Errors
/// An internal error where one is not resolved.
pub fn all_known(texts: &[Text]) -> Result<Vec<String>, ProviderError> {
    texts.iter().map(|text| known(text).map(ToOwned::to_owned)).collect()
}

/// Strings as texts in their one order.
pub fn sorted<S: Into<String>>(strings: impl IntoIterator<Item = S>) -> Vec<Text> {
    let mut texts: Vec<Text> = strings.into_iter().map(|one| Text::Literal(one.into())).collect();
    texts.sort();
    texts
}

/// An optional string as a text; the empty one, by which some services say *none*, is none.
pub fn some_text(string: Option<&str>) -> Option<Text> {
    string.filter(|string| !string.is_empty()).map(Text::from)
}

/// A policy as a call takes it.
///
/// # Errors
/// An internal error where it cannot be written.
pub fn policy_json(policy: &PolicyDocument, operation: &str) -> Result<String, ProviderError> {
    policy.to_json().map_err(|error| ProviderError::internal(operation, error.to_string()))
}

/// A policy as a call returned it.
///
/// # Errors
/// An internal error where it is none.
pub fn read_policy(json: &str, operation: &str) -> Result<PolicyDocument, ProviderError> {
    PolicyDocument::parse(json).map_err(|error| ProviderError::internal(operation, format!("not a policy: {error}")))
}

/// A part of a resource that an observation shows: see [`strata_aws::Part`].
///
/// # Errors
/// An internal error where the properties are no JSON.
pub fn part<R: AwsResource>(id: impl Into<String>, properties: &R) -> Result<Part, ProviderError> {
    Part::of(id, properties).map_err(|error| ProviderError::internal("strata", error.to_string()))
}

/// The ids of parts that nobody asked for: what an update takes away.
pub fn strangers<'a>(observed: &'a [Part], desired: &'a [Part]) -> impl Iterator<Item = &'a str> {
    observed.iter().filter(|part| !desired.contains(part)).map(|part| part.id.as_str())
}

/// What was seen; where an emulator is spoken to that keeps a property and never tells it, what was asked for. The real cloud's
/// silence stays silence. Every use names the emulator's gap.
pub fn untold<T>(cloud: &Cloud, seen: Option<T>, desired: Option<T>) -> Option<T> {
    if cloud.settings.emulator && seen.is_none() { desired } else { seen }
}

/// The version in the words that were asked for: `16` stands for every `16.x`, since AWS chooses and raises the minor one.
pub fn version(desired: Option<&String>, seen: Option<&str>) -> Option<String> {
    let seen = seen?;
    match desired {
        Some(desired) if seen.strip_prefix(desired.as_str()).is_some_and(|rest| rest.starts_with('.')) => Some(desired.clone()),
        _ => Some(seen.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_policy_is_written_short_and_read_back_the_same() {
        use strata_aws::iam::Statement;
        let policy = PolicyDocument::new([
            Statement::allow("Logs", ["s3:PutObject"], ["arn:aws:s3:::a/*"]).for_service("logging.s3.amazonaws.com"),
            Statement::deny("Tls", ["s3:*"], ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]).for_aws(["*"]).when(
                "Bool",
                "aws:SecureTransport",
                ["false"],
            ),
        ]);
        let json = policy_json(&policy, "test").unwrap();
        assert!(json.contains(r#""Principal":{"Service":"logging.s3.amazonaws.com"},"Resource":"arn:aws:s3:::a/*""#), "{json}");
        assert!(json.contains(r#""Resource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]"#), "{json}");
        assert!(json.contains(r#""Condition":{"Bool":{"aws:SecureTransport":"false"}}"#), "{json}");
        assert_eq!(read_policy(&json, "test").unwrap(), policy);
    }

    #[test]
    fn a_major_version_stands_for_its_minor_ones() {
        let asked = |version: &str| Some(version.to_owned());
        assert_eq!(version(asked("16").as_ref(), Some("16.4")), asked("16"));
        assert_eq!(version(asked("16.3").as_ref(), Some("16.4")), asked("16.4"));
        assert_eq!(version(asked("1").as_ref(), Some("16.4")), asked("16.4"));
        assert_eq!(version(None, Some("16.4")), asked("16.4"));
    }
}
