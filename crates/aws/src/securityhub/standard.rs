//! `AWS::SecurityHub::Standard`: a catalogue of controls that the hub checks.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A subscription to a standard; its id is the subscription's ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Standard {
    /// For example `arn:aws:securityhub:REGION::standards/pci-dss/v/4.0.1`.
    pub standards_arn: Text,
}

impl AwsResource for Standard {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SecurityHub::Standard",
        kind: "securityhub_standards_subscription",
        service: "securityhub",
        replace_on: &["StandardsArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "StandardsSubscriptionArn", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_securityhub_standards_subscription",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_securityhub_standards_subscription").set("standards_arn", &self.standards_arn);
    }
}
