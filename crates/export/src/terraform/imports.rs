//! `import` blocks: Terraform takes over what exists instead of making it anew.

use std::collections::BTreeMap;

use strata_graph::{Address, OutputReference};

use super::Exported;
use super::hcl::{self, Line};
use crate::context::{ExportContext, ExportError};

/// The import blocks of everything that the context has an id for. What cannot be imported is added to `left`, in words.
pub(super) fn lines(
    exported: &BTreeMap<&Address, Exported<'_>>,
    context: &ExportContext,
    left: &mut Vec<String>,
) -> Result<Vec<Line>, ExportError> {
    let mut lines = Vec::new();
    for (address, item) in exported {
        let Some(id) = context.ids.get(address) else {
            continue;
        };
        // The type may need what other resources output, for example a role's name: state knows it.
        let known = |reference: &OutputReference| context.outputs.get(&(reference.of.clone(), reference.output.clone())).cloned();
        let account = context.placement(address.scope())?;
        let pseudo = |pseudo| match pseudo {
            strata_graph::Pseudo::AccountId => Some(account.account_id.clone()),
            strata_graph::Pseudo::Region => Some(account.region.clone()),
            strata_graph::Pseudo::Partition => None,
        };
        let properties = item.resource.properties.resolve(&known, &pseudo);
        let main = (item.entry.terraform_import_id)(&properties, id).map_err(|source| ExportError::Properties {
            address: (*address).clone(),
            type_name: item.resource.type_name.0.clone(),
            source,
        })?;
        for (index, block) in item.blocks.iter().enumerate() {
            let target = format!("{}.{}", block.resource_type, block.local_name);
            let import_id =
                if index == 0 { Some(main.clone()).filter(|text| !text.contains("${")) } else { companion(block.resource_type, &main) };
            let (Some(import_id), Ok(to)) = (import_id, hcl::traversal(&target)) else {
                left.push(target);
                continue;
            };
            lines.push(Line::block("import", &[], vec![Line::attribute("to", to), Line::attribute("id", hcl::literal(&import_id))]));
        }
    }
    Ok(lines)
}

/// The import id of a further block of a resource, where it is the id of the resource itself: the provider's documentation of each of
/// these types says so.
fn companion(resource_type: &str, main: &str) -> Option<String> {
    let same = resource_type.starts_with("aws_s3_bucket_")
        || matches!(
            resource_type,
            "aws_ecr_lifecycle_policy"
                | "aws_ecr_repository_policy"
                | "aws_backup_vault_policy"
                | "aws_backup_vault_lock_configuration"
                | "aws_sqs_queue_policy"
                | "aws_sqs_queue_redrive_policy"
                | "aws_sqs_queue_redrive_allow_policy"
                | "aws_sns_topic_policy"
                | "aws_secretsmanager_secret_policy"
                | "aws_secretsmanager_secret_rotation"
                | "aws_config_configuration_recorder_status"
                | "aws_ecs_cluster_capacity_providers"
                | "aws_kms_key_policy"
        );
    same.then(|| main.to_owned())
}
