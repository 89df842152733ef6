//! `AWS::Backup::BackupSelection`: what a plan backs up.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A selection; AWS changes none in place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupSelection {
    /// The plan.
    pub backup_plan_id: Text,
    /// The selection itself.
    #[serde(rename = "BackupSelection")]
    pub selection: BackupSelectionContent,
}

/// The selection itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BackupSelectionContent {
    /// At most 50 letters, digits, hyphens, dots and underscores.
    pub selection_name: String,
    /// The role that makes and restores recovery points.
    pub iam_role_arn: Text,
    /// ARNs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Text>,
    /// Or everything that has one of these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list_of_tags: Vec<TagCondition>,
}

/// A tag that resources have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagCondition {
    /// `STRINGEQUALS`.
    pub condition_type: String,
    /// The tag's key.
    pub condition_key: String,
    /// The tag's value.
    pub condition_value: String,
}

impl AwsResource for BackupSelection {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Backup::BackupSelection",
        kind: "backup_selection",
        service: "backup",
        replace_on: &["BackupPlanId", "BackupSelection"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["BackupSelection.Resources", "BackupSelection.ListOfTags"],
        closed: &[],
        outputs: &[OutputContract { name: "SelectionId", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_backup_selection",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let content = &self.selection;
        let body = to.resource("aws_backup_selection");
        body.set("plan_id", &self.backup_plan_id).set("name", &content.selection_name).set("iam_role_arn", &content.iam_role_arn);
        if !content.resources.is_empty() {
            body.set("resources", &content.resources);
        }
        for tag in &content.list_of_tags {
            body.block("selection_tag").set("type", &tag.condition_type).set("key", &tag.condition_key).set("value", &tag.condition_value);
        }
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        // Ours is PLAN/SELECTION, Terraform's PLAN|SELECTION.
        id.0.replacen('/', "|", 1)
    }
}
