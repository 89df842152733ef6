//! `AWS::Backup::BackupPlan`: when recovery points are made and how long they stay.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Body, Terraform};

/// A plan. CloudFormation calls its tags `BackupPlanTags`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupPlan {
    /// The plan itself.
    #[serde(rename = "BackupPlan")]
    pub plan: BackupPlanContent,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The plan itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupPlanContent {
    /// At most 50 characters; not unique for AWS, but ours are.
    pub backup_plan_name: String,
    /// The rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backup_plan_rule: Vec<BackupRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupRule {
    /// At most 50 characters.
    pub rule_name: String,
    /// The vault's name.
    pub target_backup_vault: Text,
    /// `cron(0 5 ? * * *)`, UTC.
    pub schedule_expression: String,
    /// Minutes after which a backup that did not start is given up, at least 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_window_minutes: Option<i64>,
    /// Minutes after which a backup that did not finish is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_window_minutes: Option<i64>,
    /// Whether any moment can be restored; at most 35 days then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_continuous_backup: Option<bool>,
    /// How long recovery points stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<BackupLifecycle>,
    /// Copies in other regions or accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copy_actions: Vec<CopyAction>,
}

/// A copy elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CopyAction {
    /// The vault there.
    pub destination_backup_vault_arn: Text,
    /// How long the copy stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<BackupLifecycle>,
}

/// How long recovery points stay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupLifecycle {
    /// Days until cold storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_to_cold_storage_after_days: Option<i64>,
    /// Days until deletion; 90 more than until cold storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after_days: Option<i64>,
}

impl BackupLifecycle {
    fn terraform(&self, body: &mut Body) {
        body.set_some("cold_storage_after", self.move_to_cold_storage_after_days).set_some("delete_after", self.delete_after_days);
    }
}

impl AwsResource for BackupPlan {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Backup::BackupPlan",
        kind: "backup_plan",
        service: "backup",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "BackupPlanId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "BackupPlanArn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagMap,
        terraform: "aws_backup_plan",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_backup_plan");
        body.set("name", &self.plan.backup_plan_name);
        for rule in &self.plan.backup_plan_rule {
            let block = body.block("rule");
            block
                .set("rule_name", &rule.rule_name)
                .set("target_vault_name", &rule.target_backup_vault)
                .set("schedule", &rule.schedule_expression)
                .set_some("start_window", rule.start_window_minutes)
                .set_some("completion_window", rule.completion_window_minutes)
                .set_some("enable_continuous_backup", rule.enable_continuous_backup);
            if let Some(lifecycle) = &rule.lifecycle {
                lifecycle.terraform(block.block("lifecycle"));
            }
            for copy in &rule.copy_actions {
                let action = block.block("copy_action");
                action.set("destination_vault_arn", &copy.destination_backup_vault_arn);
                if let Some(lifecycle) = &copy.lifecycle {
                    lifecycle.terraform(action.block("lifecycle"));
                }
            }
        }
        body.tags(&self.tags);
    }
}
