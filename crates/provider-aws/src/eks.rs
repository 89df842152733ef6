//! Handlers of Amazon EKS types, and what they share: tags.

pub mod access_entry;
pub mod addon;
pub mod cluster;
pub mod nodegroup;
pub mod pod_identity_association;

use std::collections::HashMap;

use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::failed;
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::eks::Cluster>(),
    handler::<strata_aws::eks::Nodegroup>(),
    handler::<strata_aws::eks::Addon>(),
    handler::<strata_aws::eks::PodIdentityAssociation>(),
    handler::<strata_aws::eks::AccessEntry>(),
];

/// Tags for a creating call.
fn sdk_tags(all: &Tags) -> Result<Option<HashMap<String, String>>, ProviderError> {
    Ok(Some(tags::plain(all)?.into_iter().collect()))
}

fn read_tags(all: Option<&HashMap<String, String>>) -> Tags {
    tags::read(all.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// Brings the tags of the thing with this ARN from observed to desired.
async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.eks().tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
        call.send().await.map_err(|error| failed("eks:TagResource", error))?;
    }
    if !remove.is_empty() {
        let call = cloud.eks().untag_resource().resource_arn(arn).set_tag_keys(Some(remove));
        call.send().await.map_err(|error| failed("eks:UntagResource", error))?;
    }
    Ok(())
}

/// A number as the API takes it.
fn number(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is too large a number for EKS")))
}

/// The cluster and the name in it, of ids written `CLUSTER:NAME`.
fn split(id: &str) -> Option<(&str, &str)> {
    id.split_once(':')
}
