//! `AWS::Backup::BackupVault`: where recovery points are kept.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A vault. CloudFormation calls its tags `BackupVaultTags`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupVault {
    /// 2 to 50 letters, digits and hyphens.
    pub backup_vault_name: String,
    /// The key's ARN.
    pub encryption_key_arn: Text,
    /// The lock against early deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_configuration: Option<LockConfiguration>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The lock against early deletion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LockConfiguration {
    /// Days (at least 3) after which nobody can take the lock away; without it privileged users always can. AWS answers with a date, not with days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changeable_for_days: Option<i64>,
    /// The longest retention that a recovery point may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retention_days: Option<i64>,
    /// The shortest.
    pub min_retention_days: i64,
}

impl AwsResource for BackupVault {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Backup::BackupVault",
        kind: "backup_vault",
        service: "backup",
        replace_on: &["BackupVaultName", "EncryptionKeyArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["LockConfiguration.ChangeableForDays"],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "BackupVaultName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "BackupVaultArn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagMap,
        terraform: "aws_backup_vault",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_backup_vault").set("name", &self.backup_vault_name).set("kms_key_arn", &self.encryption_key_arn).tags(&self.tags);
        if let Some(lock) = &self.lock_configuration {
            let own = to.own("aws_backup_vault", "name");
            to.resource("aws_backup_vault_lock_configuration")
                .set("backup_vault_name", own)
                .set_some("changeable_for_days", lock.changeable_for_days)
                .set_some("max_retention_days", lock.max_retention_days)
                .set("min_retention_days", lock.min_retention_days);
        }
    }
}
