//! `AWS::KMS::Key`: a customer-managed symmetric key.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A key. Deleting it schedules the deletion: AWS keeps it for the pending window (7 to 30 days).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Key {
    /// What the key is for.
    pub description: String,
    /// Yearly rotation of the key material (CIS AWS 5.0 3.6, PCI DSS 4.0 3.7.4).
    pub enable_key_rotation: bool,
    /// Who may use and administer it.
    pub key_policy: PolicyDocument,
    /// Days between asking for deletion and deletion, 7 to 30.
    pub pending_window_in_days: i64,
    /// Only ever `false`, and never asked for: somebody has disabled it, and nothing that it encrypted can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Never asked for: when it will be gone, where somebody has begun to delete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_date: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Key {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::KMS::Key",
        kind: "kms_key",
        service: "kms",
        replace_on: &[],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &["PendingWindowInDays"],
        unordered: &["KeyPolicy.Statement.*.Resource", "KeyPolicy.Statement.*.Condition.*.*"],
        closed: &[Closed::property("Enabled"), Closed::property(Closed::DELETION)],
        outputs: &[
            OutputContract { name: "KeyId", cloudformation_ref: true, terraform: "key_id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_kms_key",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_kms_key")
            .set("description", &self.description)
            .set("enable_key_rotation", self.enable_key_rotation)
            .set("deletion_window_in_days", self.pending_window_in_days)
            .set_json("policy", &self.key_policy)
            .tags(&self.tags);
    }
}
