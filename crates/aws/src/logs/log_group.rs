//! `AWS::Logs::LogGroup`: where log lines are kept.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A log group. `Arn` differs between tools (CloudFormation's ends in `:*`, Terraform's and ours do not): where a policy
/// or another service needs a certain form, join it from the name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogGroup {
    /// At most 512 characters, for example `/strata/ticketing/dev/api`.
    pub log_group_name: String,
    /// Days that lines are kept; one of the numbers that AWS takes (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, ...).
    pub retention_in_days: i64,
    /// The key's ARN; its policy must let `logs.REGION.amazonaws.com` use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// Whether AWS refuses to delete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection_enabled: Option<bool>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for LogGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Logs::LogGroup",
        kind: "log_group",
        service: "logs",
        replace_on: &["LogGroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "LogGroupName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_cloudwatch_log_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_cloudwatch_log_group")
            .set("name", &self.log_group_name)
            .set("retention_in_days", self.retention_in_days)
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .set_some("deletion_protection_enabled", self.deletion_protection_enabled)
            .tags(&self.tags);
    }
}
