//! Handlers of AWS Cloud Map types, and what they share: tags, and operations that go on after their call.

pub mod private_dns_namespace;
pub mod service;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_servicediscovery::types::{OperationStatus, OperationTargetType, Tag};
use strata_graph::Tags;
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::error::failed;
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::servicediscovery::PrivateDnsNamespace>(), handler::<strata_aws::servicediscovery::Service>()];

/// Tags for a creating call.
fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tag>, ProviderError> {
    let tag = |(key, value): (String, String)| Tag::builder().key(key).value(value).build();
    let built: Result<Vec<Tag>, _> = all.into_iter().map(tag).collect();
    built.map_err(|error| ProviderError::internal("servicediscovery:Tag", error.to_string()))
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.servicediscovery().list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("servicediscovery:ListTagsForResource", error))?;
    Ok(tags::read(answer.tags().iter().map(|tag| (tag.key(), tag.value()))))
}

/// Brings the tags of the thing with this ARN from observed to desired.
async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.servicediscovery().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)?));
        call.send().await.map_err(|error| failed("servicediscovery:TagResource", error))?;
    }
    if !remove.is_empty() {
        let call = cloud.servicediscovery().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(|error| failed("servicediscovery:UntagResource", error))?;
    }
    Ok(())
}

/// Waits for an operation, which AWS says takes up to a minute, and gives what it was about.
async fn finished(cloud: &Cloud, operation: &str) -> Result<HashMap<OperationTargetType, String>, ProviderError> {
    for _ in 0..300 {
        let answer = cloud.servicediscovery().get_operation().operation_id(operation).send().await;
        let answer = answer.map_err(|error| failed("servicediscovery:GetOperation", error))?;
        let Some(seen) = answer.operation() else { break };
        match seen.status() {
            Some(OperationStatus::Success) => return Ok(seen.targets().cloned().unwrap_or_default()),
            Some(OperationStatus::Fail) => {
                let message = seen.error_message().unwrap_or("the operation failed");
                let mut error = ProviderError::new(ErrorKind::Invalid, "servicediscovery:GetOperation", message);
                error.code = seen.error_code().map(ToOwned::to_owned);
                return Err(error);
            }
            _ => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
    Err(ProviderError::new(
        ErrorKind::Transient,
        "servicediscovery:GetOperation",
        format!("the operation {operation} has not ended after five minutes"),
    ))
}
