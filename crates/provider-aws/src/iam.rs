//! Handlers of AWS Identity and Access Management types, and what they share: tags, and documents as the API writes them.

pub mod account_password_policy;
pub mod group;
pub mod instance_profile;
pub mod managed_policy;
pub mod oidc_provider;
pub mod role;
pub mod role_policy;
pub mod root_user;
pub mod service_linked_role;
pub mod user;

use aws_sdk_iam::types::Tag;
use strata_aws::iam::PolicyDocument;
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::iam::Role>(),
    handler::<strata_aws::iam::RolePolicy>(),
    handler::<strata_aws::iam::InstanceProfile>(),
    handler::<strata_aws::iam::ServiceLinkedRole>(),
    handler::<strata_aws::iam::OidcProvider>(),
    handler::<strata_aws::iam::AccountPasswordPolicy>(),
    handler::<strata_aws::iam::RootUser>(),
    handler::<strata_aws::iam::ManagedPolicy>(),
    handler::<strata_aws::iam::Group>(),
    handler::<strata_aws::iam::User>(),
];

/// Tags for a creating call.
fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tag>, ProviderError> {
    let tag = |(key, value): (String, String)| Tag::builder().key(key).value(value).build();
    let built: Result<Vec<Tag>, _> = all.into_iter().map(tag).collect();
    built.map_err(|error| ProviderError::internal("iam:Tag", error.to_string()))
}

fn read_tags(all: &[Tag]) -> Tags {
    tags::read(all.iter().map(|tag| (tag.key(), tag.value())))
}

/// A policy as IAM returns it: JSON, percent-encoded by RFC 3986.
fn read_policy(operation: &str, encoded: &str) -> Result<PolicyDocument, ProviderError> {
    PolicyDocument::parse(&percent_decoded(encoded)).map_err(|error| ProviderError::internal(operation, error.to_string()))
}

fn write_policy(operation: &str, policy: &PolicyDocument) -> Result<String, ProviderError> {
    policy.to_json().map_err(|error| ProviderError::internal(operation, error.to_string()))
}

fn percent_decoded(text: &str) -> String {
    let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = (bytes.get(at + 1).copied().and_then(hex), bytes.get(at + 2).copied().and_then(hex));
        if let (b'%', (Some(high), Some(low))) = (byte, pair) {
            decoded.push(high * 16 + low);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn percent_signs_that_encode_nothing_stay() {
        assert_eq!(percent_decoded("%7B%22a%22%3A%20%22%C3%A9%22%7D"), "{\"a\": \"é\"}");
        assert_eq!(percent_decoded("100%, 5%2, %zz"), "100%, 5%2, %zz");
    }
}
