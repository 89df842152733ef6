//! Handlers of Amazon Relational Database Service types.

pub mod db_instance;
pub mod db_parameter_group;
pub mod db_subnet_group;
pub mod event_subscription;

use aws_sdk_rds::types::Tag;
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::registry::{HandlerEntry, handler};
use crate::tags;
use crate::values::at;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::rds::DbInstance>(),
    handler::<strata_aws::rds::DbParameterGroup>(),
    handler::<strata_aws::rds::DbSubnetGroup>(),
    handler::<strata_aws::rds::EventSubscription>(),
];

fn sdk_tags(all: &Tags) -> Result<Vec<Tag>, ProviderError> {
    Ok(tags::plain(all)?.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect())
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.rds().list_tags_for_resource().resource_name(arn).send().await.map_err(at("rds:ListTagsForResource"))?;
    Ok(tags::read(answer.tag_list().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))))
}

async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let set = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
        let call = cloud.rds().add_tags_to_resource().resource_name(arn).set_tags(Some(set));
        call.send().await.map_err(at("rds:AddTagsToResource"))?;
    }
    if !remove.is_empty() {
        let call = cloud.rds().remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(at("rds:RemoveTagsFromResource"))?;
    }
    Ok(())
}
