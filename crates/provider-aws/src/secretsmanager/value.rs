//! Values of secrets: the only place that touches one, and it goes from the caller straight to Secrets Manager.
//!
//! Invariant: a value is never logged, returned, compared or kept; what comes back is the name of its version.

use secrecy::{ExposeSecret, SecretString};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, missing};
use crate::retry::read_again;
use crate::values::at;

/// The stage of the version that readers get.
const CURRENT: &str = "AWSCURRENT";

/// Puts a new value into a secret and makes it the current one; answers the version's id. The same `token` (32 to 64 characters)
/// with the same value makes no second version.
///
/// # Errors
/// When Secrets Manager refuses, for example because there is no such secret.
pub async fn put_secret_value(cloud: &Cloud, secret_id: &str, value: &SecretString, token: &str) -> Result<String, ProviderError> {
    // The token makes a second try of the same call safe.
    let answer = read_again(cloud.settings.emulator, || async {
        let call = cloud.secretsmanager().put_secret_value().secret_id(secret_id).client_request_token(token);
        call.secret_string(value.expose_secret()).send().await.map_err(at("secretsmanager:PutSecretValue"))
    });
    let version = answer.await?.version_id;
    version.ok_or_else(|| missing("secretsmanager:PutSecretValue", "VersionId"))
}

/// Whether a secret has a current value. The value itself is not read; a secret that is not there has none.
///
/// # Errors
/// When Secrets Manager refuses.
pub async fn secret_has_value(cloud: &Cloud, secret_id: &str) -> Result<bool, ProviderError> {
    let answer = read_again(cloud.settings.emulator, || async {
        cloud.secretsmanager().describe_secret().secret_id(secret_id).send().await.map_err(at("secretsmanager:DescribeSecret"))
    });
    let secret = found(answer.await)?;
    Ok(secret.is_some_and(|secret| {
        secret.deleted_date.is_none() && secret.version_ids_to_stages.unwrap_or_default().values().flatten().any(|stage| stage == CURRENT)
    }))
}
