//! `AWS::EFS::FileSystem`: files that several tasks read and write at the same time.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A file system. Its deletion takes the files with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FileSystem {
    /// Whether it is encrypted; can be said only when it is made.
    pub encrypted: bool,
    /// The key's ARN; without it EFS encrypts with AWS's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// `generalPurpose` or `maxIO`; can be said only when it is made.
    pub performance_mode: String,
    /// `elastic` or `bursting`.
    pub throughput_mode: String,
    /// Whether AWS Backup's own plan for file systems covers it.
    pub backup_policy: BackupPolicy,
    /// When files move to cheaper storage and back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_policies: Vec<LifecyclePolicy>,
    /// Who may mount it, beside what the identities' own policies say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system_policy: Option<PolicyDocument>,
    /// Tags; `FileSystemTags` in CloudFormation.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Whether AWS Backup's own plan for file systems covers it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupPolicy {
    /// `ENABLED` or `DISABLED`.
    pub status: String,
}

/// One move of files; EFS takes one of the two in each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecyclePolicy {
    /// `AFTER_30_DAYS` and the like: files that nobody opened for so long move to storage for infrequent access.
    #[serde(rename = "TransitionToIA", default, skip_serializing_if = "Option::is_none")]
    pub transition_to_ia: Option<String>,
    /// `AFTER_1_ACCESS`: they come back when somebody opens them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_to_primary_storage_class: Option<String>,
}

impl AwsResource for FileSystem {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EFS::FileSystem",
        kind: "efs_file_system",
        service: "efs",
        replace_on: &["Encrypted", "KmsKeyId", "PerformanceMode"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &["LifecyclePolicies", "FileSystemPolicy.Statement.*.Action"],
        closed: &[],
        outputs: &[
            OutputContract { name: "FileSystemId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_efs_file_system",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_efs_file_system");
        body.set("encrypted", self.encrypted)
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .set("performance_mode", &self.performance_mode)
            .set("throughput_mode", &self.throughput_mode);
        for policy in &self.lifecycle_policies {
            body.block("lifecycle_policy")
                .set_some("transition_to_ia", policy.transition_to_ia.as_ref())
                .set_some("transition_to_primary_storage_class", policy.transition_to_primary_storage_class.as_ref());
        }
        body.tags(&self.tags);
        let id = to.own("aws_efs_file_system", "id");
        to.resource("aws_efs_backup_policy")
            .set("file_system_id", id.clone())
            .block("backup_policy")
            .set("status", &self.backup_policy.status);
        if let Some(policy) = &self.file_system_policy {
            to.resource("aws_efs_file_system_policy").set("file_system_id", id).set_json("policy", policy);
        }
    }
}
