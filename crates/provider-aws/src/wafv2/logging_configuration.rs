//! `AWS::WAFv2::LoggingConfiguration` by the WAF API. The web ACL's ARN is the id.

use async_trait::async_trait;
use aws_sdk_wafv2::types as sdk;
use strata_aws::wafv2::{FieldToMatch, LoggingConfiguration, SingleHeader};
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::build::{built, known_all, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// WAF takes and returns a log group's ARN without the `:*` that other services put behind it.
fn bare(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}

fn field_to_sdk(field: &FieldToMatch) -> Result<sdk::FieldToMatch, ProviderError> {
    let builder = sdk::FieldToMatch::builder();
    Ok(match field {
        FieldToMatch::SingleHeader(header) => builder.single_header(built(sdk::SingleHeader::builder().name(&header.name).build())?),
        FieldToMatch::Method {} => builder.method(sdk::Method::builder().build()),
        FieldToMatch::QueryString {} => builder.query_string(sdk::QueryString::builder().build()),
        FieldToMatch::UriPath {} => builder.uri_path(sdk::UriPath::builder().build()),
    }
    .build())
}

fn field_from_sdk(seen: &sdk::FieldToMatch) -> Option<FieldToMatch> {
    if let Some(header) = seen.single_header() {
        return Some(FieldToMatch::SingleHeader(SingleHeader { name: header.name().to_owned() }));
    }
    let kinds = [
        (seen.method().is_some(), FieldToMatch::Method {}),
        (seen.query_string().is_some(), FieldToMatch::QueryString {}),
        (seen.uri_path().is_some(), FieldToMatch::UriPath {}),
    ];
    kinds.into_iter().find(|(is, _)| *is).map(|(_, field)| field)
}

async fn put(cloud: &Cloud, desired: &LoggingConfiguration) -> Result<String, ProviderError> {
    let acl = known(&desired.resource_arn)?;
    let destinations = known_all(&desired.log_destination_configs)?;
    let fields = desired.redacted_fields.iter().map(field_to_sdk).collect::<Result<Vec<_>, _>>()?;
    let configuration = sdk::LoggingConfiguration::builder()
        .resource_arn(acl)
        .set_log_destination_configs(Some(destinations.iter().map(|arn| bare(arn).to_owned()).collect()))
        .set_redacted_fields(some(fields));
    let call = cloud.wafv2().put_logging_configuration().logging_configuration(built(configuration.build())?);
    call.send().await.map_err(|error| failed("wafv2:PutLoggingConfiguration", error))?;
    Ok(acl.to_owned())
}

#[async_trait]
impl Handler for LoggingConfiguration {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let acl = match target.id {
            Some(id) => Some(id.0.as_str()),
            None => wanted.resource_arn.as_literal(),
        };
        let Some(acl) = acl else { return Ok(None) };
        let answer = cloud.wafv2().get_logging_configuration().resource_arn(acl).send().await;
        let answer = found(answer.map_err(|error| failed("wafv2:GetLoggingConfiguration", error)))?;
        let Some(seen) = answer.and_then(|answer| answer.logging_configuration) else { return Ok(None) };
        let as_said = |arn: &String| {
            let said = wanted.log_destination_configs.iter().find(|said| said.as_literal().is_some_and(|said| bare(said) == bare(arn)));
            said.cloned().unwrap_or_else(|| Text::from(arn.as_str()))
        };
        let mut redacted_fields: Vec<FieldToMatch> = seen.redacted_fields().iter().filter_map(field_from_sdk).collect();
        redacted_fields.sort();
        let log_destination_configs = seen.log_destination_configs().iter().map(as_said).collect();
        Ok(Some(Observed::ready(acl, Self { resource_arn: acl.into(), log_destination_configs, redacted_fields })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await.map(PhysicalId)
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await.map(|_| ())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.wafv2().delete_logging_configuration().resource_arn(target.id()?).send().await;
        gone(answer.map_err(|error| failed("wafv2:DeleteLoggingConfiguration", error)))
    }
}
