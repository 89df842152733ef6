//! Handlers of Amazon ECS types, and what they share: tags and capacity providers.

pub mod cluster;
mod containers;
pub mod service;
pub mod task_definition;

use aws_sdk_ecs::types::{CapacityProviderStrategyItem as SdkStrategyItem, Tag};
use strata_aws::ecs::CapacityProviderStrategyItem;
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::build::{built, small};
use crate::client::Cloud;
use crate::error::failed;
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::ecs::Cluster>(), handler::<strata_aws::ecs::TaskDefinition>(), handler::<strata_aws::ecs::Service>()];

/// The tags for the creating call.
fn sdk_tags(all: &Tags) -> Result<Vec<Tag>, ProviderError> {
    Ok(tags::plain(all)?.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

/// The tags that a describe call returned.
fn read_tags(all: &[Tag]) -> Tags {
    tags::read(all.iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default())))
}

/// Brings the tags of a resource from observed to desired.
async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let set = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let call = cloud.ecs().tag_resource().resource_arn(arn).set_tags(Some(set));
        call.send().await.map_err(|error| failed("ecs:TagResource", error))?;
    }
    if !remove.is_empty() {
        let call = cloud.ecs().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(|error| failed("ecs:UntagResource", error))?;
    }
    Ok(())
}

fn sdk_strategy(items: &[CapacityProviderStrategyItem]) -> Result<Vec<SdkStrategyItem>, ProviderError> {
    items
        .iter()
        .map(|item| {
            built(
                SdkStrategyItem::builder()
                    .capacity_provider(&item.capacity_provider)
                    .base(small(item.base)?)
                    .weight(small(item.weight)?)
                    .build(),
            )
        })
        .collect()
}

fn read_strategy(items: &[SdkStrategyItem]) -> Vec<CapacityProviderStrategyItem> {
    let mut items: Vec<_> = items
        .iter()
        .map(|item| CapacityProviderStrategyItem {
            capacity_provider: item.capacity_provider().to_owned(),
            base: item.base().into(),
            weight: item.weight().into(),
        })
        .collect();
    items.sort();
    items
}
