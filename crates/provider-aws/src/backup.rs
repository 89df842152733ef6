//! Handlers of AWS Backup types.

pub mod backup_plan;
pub mod backup_selection;
pub mod backup_vault;

use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::registry::{HandlerEntry, handler};
use crate::tags;
use crate::values::at;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] = &[
    handler::<strata_aws::backup::BackupPlan>(),
    handler::<strata_aws::backup::BackupSelection>(),
    handler::<strata_aws::backup::BackupVault>(),
];

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let emulator = cloud.settings.emulator;
    let call = cloud.backup().list_tags().resource_arn(arn).customize().mutate_request(move |request| {
        // moto hears this question only with a slash at its end, as Python's SDK asks it.
        if emulator {
            let uri = format!("{}/", request.uri());
            let _ = request.set_uri(uri);
        }
    });
    let answer = call.send().await.map_err(at("backup:ListTags"))?;
    Ok(tags::read(answer.tags.unwrap_or_default()))
}

async fn retag(cloud: &Cloud, arn: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if !set.is_empty() {
        let call = cloud.backup().tag_resource().resource_arn(arn).set_tags(Some(set.into_iter().collect()));
        call.send().await.map_err(at("backup:TagResource"))?;
    }
    if !remove.is_empty() {
        let call = cloud.backup().untag_resource().resource_arn(arn).set_tag_key_list(Some(remove));
        call.send().await.map_err(at("backup:UntagResource"))?;
    }
    Ok(())
}
