//! Handlers of Amazon ElastiCache types.

pub mod parameter_group;
pub mod replication_group;
pub mod subnet_group;
pub mod user;
pub mod user_group;

use aws_sdk_elasticache::types::Tag;
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::registry::{HandlerEntry, handler};
use crate::tags;
use crate::values::at;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::elasticache::ParameterGroup>(),
    handler::<strata_aws::elasticache::ReplicationGroup>(),
    handler::<strata_aws::elasticache::SubnetGroup>(),
    handler::<strata_aws::elasticache::User>(),
    handler::<strata_aws::elasticache::UserGroup>(),
];

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Vec<Tag> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.elasticache().list_tags_for_resource().resource_name(arn).send().await;
    let answer = answer.map_err(at("elasticache:ListTagsForResource"))?;
    Ok(tags::read(answer.tag_list().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))))
}

async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.elasticache().add_tags_to_resource().resource_name(arn).set_tags(Some(sdk_tags(set)));
        call.send().await.map_err(at("elasticache:AddTagsToResource"))?;
    }
    if !remove.is_empty() {
        let call = cloud.elasticache().remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(at("elasticache:RemoveTagsFromResource"))?;
    }
    Ok(())
}
