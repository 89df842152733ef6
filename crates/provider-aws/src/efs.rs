//! Handlers of Amazon EFS types, and what they share: tags, and states as the API words them.

pub mod access_point;
pub mod file_system;
pub mod mount_target;

use aws_sdk_efs::types::{LifeCycleState, Tag};
use strata_graph::Tags;
use strata_provider::provider::{ADDRESS_TAG, PLATFORM_TAG};
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::handler::Target;
use crate::registry::{HandlerEntry, handler};
use crate::tags;
use crate::values::{at, unbuilt};

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::efs::FileSystem>(), handler::<strata_aws::efs::MountTarget>(), handler::<strata_aws::efs::AccessPoint>()];

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Tag>, ProviderError> {
    let tag = |(key, value): (String, String)| Tag::builder().key(key).value(value).build();
    all.into_iter().map(tag).collect::<Result<_, _>>().map_err(unbuilt("elasticfilesystem:TagResource"))
}

fn read_tags(all: &[Tag]) -> Tags {
    tags::read(all.iter().map(|tag| (tag.key(), tag.value())))
}

/// Makes the tags of a file system or an access point what is desired.
async fn retag(cloud: &Cloud, id: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.efs().tag_resource().resource_id(id).set_tags(Some(sdk_tags(set)?));
        call.send().await.map_err(at("elasticfilesystem:TagResource"))?;
    }
    if !remove.is_empty() {
        let call = cloud.efs().untag_resource().resource_id(id).set_tag_keys(Some(remove));
        call.send().await.map_err(at("elasticfilesystem:UntagResource"))?;
    }
    Ok(())
}

/// Whether these tags say that it is the one that is looked for.
fn is_owned<R>(target: &Target<'_, R>, all: &[Tag]) -> bool {
    let has = |key: &str, value: &str| all.iter().any(|tag| tag.key() == key && tag.value() == value);
    has(ADDRESS_TAG, &target.address.to_string()) && has(PLATFORM_TAG, target.platform)
}

/// What a state means; none where it is gone.
fn readiness(state: Option<&LifeCycleState>) -> Option<Readiness> {
    Some(match state? {
        LifeCycleState::Available => Readiness::Ready,
        LifeCycleState::Deleted => return None,
        LifeCycleState::Deleting => Readiness::Deleting,
        LifeCycleState::Error => Readiness::Failed("EFS says that it is in error".to_owned()),
        other => Readiness::Pending(other.as_str().to_owned()),
    })
}
