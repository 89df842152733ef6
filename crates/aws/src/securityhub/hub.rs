//! `AWS::SecurityHub::Hub`: collects the findings of the account's detectors.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The hub of a region: AWS allows one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Hub {
    /// Whether AWS subscribes its own choice of standards when the hub is enabled; no call tells it afterwards.
    pub enable_default_standards: bool,
    /// `SECURITY_CONTROL`: one finding per control, not per standard.
    pub control_finding_generator: String,
    /// Whether controls that AWS adds to a subscribed standard are on.
    pub auto_enable_controls: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Hub {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SecurityHub::Hub",
        kind: "securityhub_account",
        service: "securityhub",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["EnableDefaultStandards"],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "HubArn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagMap,
        terraform: "aws_securityhub_account",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        // The provider's resource takes no tags.
        to.resource("aws_securityhub_account")
            .set("enable_default_standards", self.enable_default_standards)
            .set("control_finding_generator", &self.control_finding_generator)
            .set("auto_enable_controls", self.auto_enable_controls);
    }

    fn terraform_import_id(&self, id: &strata_graph::PhysicalId) -> String {
        // arn:aws:securityhub:region:ACCOUNT:hub/default; the provider imports by account.
        id.0.split(':').nth(4).unwrap_or_default().to_owned()
    }
}
