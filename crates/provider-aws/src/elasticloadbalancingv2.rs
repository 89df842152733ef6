//! Handlers of Elastic Load Balancing types, and what they share: tags and attributes.

mod actions;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod target_group;

use aws_sdk_elasticloadbalancingv2::types::Tag;
use strata_aws::elasticloadbalancingv2::Attribute;
use strata_graph::{Tags, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::failed;
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::elasticloadbalancingv2::LoadBalancer>(),
    handler::<strata_aws::elasticloadbalancingv2::TargetGroup>(),
    handler::<strata_aws::elasticloadbalancingv2::Listener>(),
    handler::<strata_aws::elasticloadbalancingv2::ListenerRule>(),
];

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| Ok(Tag::builder().key(key).value(value).build())).collect()
}

/// The tags of one thing; a describe call never returns them.
async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.elbv2().describe_tags().resource_arns(arn).send().await;
    let answer = answer.map_err(|error| failed("elasticloadbalancing:DescribeTags", error))?;
    let all = answer.tag_descriptions().iter().flat_map(|description| description.tags());
    Ok(tags::read(all.map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))))
}

/// Brings the tags of one thing from observed to desired.
async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.elbv2().add_tags().resource_arns(arn).set_tags(Some(sdk_tags(set)?));
        call.send().await.map_err(|error| failed("elasticloadbalancing:AddTags", error))?;
    }
    if !remove.is_empty() {
        let call = cloud.elbv2().remove_tags().resource_arns(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(|error| failed("elasticloadbalancing:RemoveTags", error))?;
    }
    Ok(())
}

/// Of all the attributes that AWS returns, those that we set.
fn ours<'a>(seen: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>, known: &[Attribute]) -> Vec<Attribute> {
    let mut all: Vec<Attribute> = seen
        .filter_map(|(key, value)| {
            let key = key?;
            known
                .iter()
                .any(|attribute| attribute.key == key)
                .then(|| Attribute { key: key.to_owned(), value: Text::from(value.unwrap_or_default()) })
        })
        .collect();
    all.sort();
    all
}

/// The attributes that differ, as key and value.
fn changed(observed: &[Attribute], desired: &[Attribute]) -> Result<Vec<(String, String)>, ProviderError> {
    desired
        .iter()
        .filter(|attribute| !observed.contains(attribute))
        .map(|attribute| Ok((attribute.key.clone(), tags::known(&attribute.value)?.to_owned())))
        .collect()
}
