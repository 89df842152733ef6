//! Backups: a vault, a plan and what it covers, chosen by a tag.
//!
//! Databases and tables get a recovery point a day beside the continuous backups of RDS and DynamoDB, in a vault that nothing can be taken from before its time.
//! Buckets keep their old versions instead. Invariant: without something to back up there is no vault.

use strata_aws::backup::{
    BackupLifecycle, BackupPlan, BackupPlanContent, BackupRule, BackupSelection, BackupSelectionContent, BackupVault, LockConfiguration,
    TagCondition,
};
use strata_aws::iam::Role;
use strata_graph::{Pseudo, Text};

use super::Stores;
use super::access::{Trust, trust_document};
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::posture::Setting;

/// The tag by which the selection finds what it backs up.
pub(super) const TAG: &str = "backup";
/// Days before which nobody can delete a recovery point.
const LOCKED_DAYS: i64 = 7;

/// The value of the tag in this environment.
pub(super) fn tag_value(context: &Context<'_>) -> String {
    format!("{}-{}", context.application(), context.environment())
}

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, stores: &Stores) {
    if stores.backed_up.is_empty() {
        return;
    }
    let resolved = context.resolved;
    let databases: Vec<String> = resolved
        .application
        .resources
        .iter()
        .filter(|(name, _)| stores.backed_up.iter().any(|handle| handle.address.name() == name.as_str()))
        .map(|(name, _)| format!("resources.{name}"))
        .collect();
    let about = |purpose: &str| {
        let mut keys = databases.iter();
        let first = keys.next().cloned().unwrap_or_else(|| "resources".to_owned());
        keys.fold(About::new(first, purpose), |about, key| about.also(key.clone()))
    };
    let name = context.builder.name(&[], limit::BACKUP);
    let vault = BackupVault {
        backup_vault_name: name.clone(),
        encryption_key_arn: key.arn(),
        lock_configuration: Some(LockConfiguration { min_retention_days: LOCKED_DAYS, ..LockConfiguration::default() }),
        ..BackupVault::default()
    };
    let vault = context.builder.add(
        "data",
        vault,
        about("Keeps the recovery points, encrypted, and lets none go before its time.").data("backups"),
    );
    let keep = context.builder.posture().number(Setting::RecoveryPoints);
    let plan = BackupPlan {
        plan: BackupPlanContent {
            backup_plan_name: name.clone(),
            backup_plan_rule: vec![BackupRule {
                rule_name: "daily".to_owned(),
                target_backup_vault: vault.output("BackupVaultName"),
                schedule_expression: "cron(0 1 ? * * *)".to_owned(),
                start_window_minutes: Some(60),
                completion_window_minutes: Some(360),
                lifecycle: Some(BackupLifecycle { delete_after_days: Some(keep.into()), ..BackupLifecycle::default() }),
                ..BackupRule::default()
            }],
        },
        ..BackupPlan::default()
    };
    let plan = context.builder.add("data", plan, about("Makes a recovery point each night."));
    let role = Role {
        role_name: context.builder.name(&["backup"], limit::ROLE),
        description: "Makes and restores recovery points".to_owned(),
        assume_role_policy_document: trust_document(&Trust::Service("backup.amazonaws.com")),
        managed_policy_arns: ["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForRestores"].map(managed).to_vec(),
        ..Role::default()
    };
    let role = context.builder.add("backup_service", role, about("Lets AWS Backup read what it backs up."));
    let selection = BackupSelection {
        backup_plan_id: plan.output("BackupPlanId"),
        selection: BackupSelectionContent {
            selection_name: name,
            iam_role_arn: role.arn(),
            list_of_tags: vec![TagCondition {
                condition_type: "STRINGEQUALS".to_owned(),
                condition_key: TAG.to_owned(),
                condition_value: tag_value(context),
            }],
            ..BackupSelectionContent::default()
        },
    };
    context.builder.add("data", selection, about("Everything of the environment that is tagged for backup."));
}

fn managed(name: &str) -> Text {
    Text::join(["arn:".into(), Pseudo::Partition.into(), format!(":iam::aws:policy/service-role/{name}").into()])
}
