//! Controls of backups beside the databases' own: AWS Backup.

use strata_aws::backup::{BackupPlan, BackupSelection, BackupVault};
use strata_aws::dynamodb::Table;
use strata_aws::rds::DbInstance;
use strata_graph::{Resource, Tags, Text};

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, violated};
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "backup-covers-databases", Infrastructure, Medium, Both, ["AWS::RDS::DBInstance"];
        title: "A backup plan covers every database",
        why: "A database's own backups go with the database.",
        repair: "Name the database, or one of its tags, in a backup selection.",
        prowler: ["rds_instance_protected_by_backup_plan"],
        checkov: [],
        config: ["RDS_RESOURCES_PROTECTED_BY_BACKUP_PLAN"],
        security_hub: ["RDS.26"],
        each: covers_databases,
    },
    control! {
        "backup-covers-tables", Infrastructure, Medium, Both, ["AWS::DynamoDB::Table"];
        title: "A backup plan covers every table",
        why: "A table's continuous backups go with the table; a vault can keep recovery points from everybody.",
        repair: "Name the table, or one of its tags, in a backup selection.",
        prowler: ["dynamodb_table_protected_by_backup_plan"],
        checkov: [],
        config: ["DYNAMODB_IN_BACKUP_PLAN", "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN"],
        security_hub: ["DynamoDB.4"],
        each: covers_tables,
    },
    control! {
        "backup-plan-keeps", Infrastructure, Medium, Both, ["AWS::Backup::BackupPlan"];
        title: "A backup plan makes recovery points regularly and says how long they stay",
        why: "A plan without rules backs nothing up; one without an end keeps data for ever.",
        repair: "Give the plan a rule with a schedule and a Lifecycle that deletes after some days.",
        prowler: ["backup_plans_exist"],
        checkov: [],
        config: ["BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"],
        security_hub: [],
        each: plan_keeps,
    },
    control! {
        "backup-vault-encrypted", Infrastructure, High, Both, ["AWS::Backup::BackupVault"];
        title: "Recovery points are encrypted with a key of our own",
        why: "A backup is the data itself.",
        repair: "Set EncryptionKeyArn to a key of ours.",
        prowler: ["backup_vaults_encrypted", "backup_recovery_point_encrypted", "backup_vaults_exist"],
        checkov: ["CKV_AWS_166"],
        config: ["BACKUP_RECOVERY_POINT_ENCRYPTED"],
        security_hub: ["Backup.1"],
        each: vault_encrypted,
    },
];

fn covers_databases(view: &View<'_>, resource: &Resource) -> Answer {
    let instance = view.read::<DbInstance>(resource)?;
    if instance.source_db_instance_identifier.is_some() {
        // AWS Backup takes the source; its replica holds the same.
        return not_applicable();
    }
    covered(view, resource, &instance.tags)
}

fn covers_tables(view: &View<'_>, resource: &Resource) -> Answer {
    covered(view, resource, &view.read::<Table>(resource)?.tags)
}

/// Whether a selection names the resource or one of its tags.
fn covered(view: &View<'_>, resource: &Resource, tags: &Tags) -> Answer {
    for (selection, content) in view.all::<BackupSelection>()? {
        let content = &content.selection;
        if content.resources.iter().any(|text| view.is(text, &resource.address) || text.as_literal() == Some("*")) {
            return met(format!("covered by {}", selection.address.short()));
        }
        // `strata:` tags of one environment are on no other's resources, so a selection by tag covers what carries it.
        let tagged = content.list_of_tags.iter().any(|condition| {
            condition.condition_type == "STRINGEQUALS"
                && tags.get(&condition.condition_key).and_then(Text::as_literal) == Some(condition.condition_value.as_str())
        });
        if tagged {
            return met(format!("covered by {} by a tag", selection.address.short()));
        }
    }
    violated("no backup selection covers it")
}

fn plan_keeps(view: &View<'_>, resource: &Resource) -> Answer {
    let plan = view.read::<BackupPlan>(resource)?;
    let rules = &plan.plan.backup_plan_rule;
    if rules.is_empty() {
        return violated("the plan has no rule");
    }
    let endless = rules.iter().filter(|rule| {
        rule.schedule_expression.is_empty() || rule.lifecycle.as_ref().and_then(|lifecycle| lifecycle.delete_after_days).is_none()
    });
    none_of(
        endless.map(|rule| format!("the rule '{}' has no schedule, or no end", rule.rule_name)).collect(),
        "every rule has a schedule and an end",
    )
}

fn vault_encrypted(view: &View<'_>, resource: &Resource) -> Answer {
    let vault = view.read::<BackupVault>(resource)?;
    check(is_set(Some(&vault.encryption_key_arn)), "encrypted with a key of ours", "encrypted with AWS's own key, not one of ours")
}
