//! `import` blocks: Terraform takes over what exists instead of making it anew.

use std::collections::BTreeMap;

use strata_aws::terraform::{Block, Body, Expression};
use strata_graph::{Address, OutputReference, Text};

use super::Exported;
use super::hcl::{self, Line};
use crate::context::{ExportContext, ExportError, Placement};

/// Types that the provider cannot import, because they are an action and not a thing.
const NO_IMPORT: &[&str] = &["aws_acm_certificate_validation"];

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
        let placement = context.placement(address.scope())?;
        let pseudo = |pseudo| Some(placement.pseudo(pseudo).to_owned());
        let properties = item.resource.properties.resolve(&known, &pseudo);
        let main = (item.entry.terraform_import_id)(&properties, id).map_err(|source| ExportError::Properties {
            address: (*address).clone(),
            type_name: item.resource.type_name.0.clone(),
            source,
        })?;
        for (index, block) in item.blocks.iter().enumerate() {
            let target = format!("{}.{}", block.resource_type, block.local_name);
            let import_id = if NO_IMPORT.contains(&block.resource_type) {
                None
            } else if index == 0 {
                Some(main.clone())
            } else {
                let output = |name: &str| context.outputs.get(&((*address).clone(), name.to_owned())).cloned();
                companion(block, &main, placement, &output)
            };
            // A text that is not known is written with `${`, which is in no id of AWS.
            let import_id = import_id.filter(|text| !text.is_empty() && !text.contains("${"));
            let (Some(import_id), Ok(to)) = (import_id, hcl::traversal(&target)) else {
                left.push(target);
                continue;
            };
            lines.push(Line::block("import", &[], vec![Line::attribute("to", to), Line::attribute("id", hcl::literal(&import_id))]));
        }
    }
    Ok(lines)
}

/// The import id of a further block of a resource, as the provider's documentation of its type says: the resource's own id, or made from it.
fn companion(block: &Block, main: &str, placement: &Placement, output: &impl Fn(&str) -> Option<String>) -> Option<String> {
    match block.resource_type {
        "aws_route53_query_log" => output("QueryLoggingConfigId"),
        "aws_iam_role_policy_attachment" => Some(format!("{main}/{}", literal(&block.body, "policy_arn", placement)?)),
        "aws_iam_group_policy_attachment" => Some(format!("{main}/{}", literal(&block.body, "policy_arn", placement)?)),
        "aws_iam_user_group_membership" => Some(format!("{main}/{}", literals(&block.body, "groups", placement)?.join("/"))),
        "aws_guardduty_detector_feature" => Some(format!("{main}/{}", literal(&block.body, "name", placement)?)),
        other => {
            let same = other.starts_with("aws_s3_bucket_") || SAME_ID.contains(&other);
            same.then(|| main.to_owned())
        }
    }
}

/// Types whose import id is that of the resource that they are a part of.
const SAME_ID: &[&str] = &[
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_policy",
    "aws_config_configuration_recorder_status",
    "aws_ecr_lifecycle_policy",
    "aws_ecr_repository_policy",
    "aws_ecs_cluster_capacity_providers",
    "aws_kms_key_policy",
    "aws_secretsmanager_secret_policy",
    "aws_secretsmanager_secret_rotation",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_allow_policy",
    "aws_sqs_queue_redrive_policy",
];

/// The string of an attribute, where account and region are all that it refers to.
fn known(text: &Text, placement: &Placement) -> Option<String> {
    match text {
        Text::Literal(literal) => Some(literal.clone()),
        Text::Pseudo(pseudo) => Some(placement.pseudo(*pseudo).to_owned()),
        Text::Join(parts) => parts.iter().map(|part| known(part, placement)).collect(),
        Text::Output(_) => None,
    }
}

/// The texts of a list, where all of them are known.
fn literals(body: &Body, name: &str, placement: &Placement) -> Option<Vec<String>> {
    let (_, value) = body.attributes.iter().find(|(attribute, _)| attribute == name)?;
    let Expression::List(items) = value else { return None };
    let item = |item: &Expression| match item {
        Expression::Text(text) => known(text, placement),
        _ => None,
    };
    items.iter().map(item).collect()
}

/// A text, where it is known.
fn literal(body: &Body, name: &str, placement: &Placement) -> Option<String> {
    body.attributes.iter().find_map(|(attribute, value)| match value {
        Expression::Text(text) if attribute == name => known(text, placement),
        _ => None,
    })
}
