//! Handlers of Amazon OpenSearch Service types.

pub mod domain;

use aws_sdk_opensearch::types::Tag;
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::registry::{HandlerEntry, handler};
use crate::tags;
use crate::values::{at, unbuilt};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[handler::<strata_aws::opensearch::Domain>()];

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>, operation: &'static str) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(unbuilt(operation))).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.opensearch().list_tags().arn(arn).send().await.map_err(at("es:ListTags"))?;
    Ok(tags::read(answer.tag_list().iter().map(|tag| (tag.key(), tag.value()))))
}

async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.opensearch().add_tags().arn(arn).set_tag_list(Some(sdk_tags(set, "es:AddTags")?));
        call.send().await.map_err(at("es:AddTags"))?;
    }
    if !remove.is_empty() {
        let call = cloud.opensearch().remove_tags().arn(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(at("es:RemoveTags"))?;
    }
    Ok(())
}
