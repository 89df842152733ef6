//! `AWS::Macie::Session`: looks for sensitive data in the buckets of a region.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// That Macie is on in the account and region: AWS allows one. The account's number is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Session {
    /// `FIFTEEN_MINUTES`, `ONE_HOUR` or `SIX_HOURS`: how often findings about policies of buckets are told again.
    pub finding_publishing_frequency: String,
    /// `ENABLED` or `PAUSED`.
    pub status: String,
}

impl AwsResource for Session {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Macie::Session",
        kind: "macie2_account",
        service: "macie2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "AwsAccountId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_macie2_account",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_macie2_account")
            .set("finding_publishing_frequency", &self.finding_publishing_frequency)
            .set("status", &self.status);
    }
}
