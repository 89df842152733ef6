//! `Strata::S3::AccountPublicAccessBlock`: the four locks against public access, for every bucket of an account.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The account-wide locks against public access (CIS AWS 5.0 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccountPublicAccessBlock {
    /// Refuses public access lists.
    pub block_public_acls: bool,
    /// Refuses public policies.
    pub block_public_policy: bool,
    /// Ignores public access lists that are there.
    pub ignore_public_acls: bool,
    /// Keeps others out of a bucket with a public policy.
    pub restrict_public_buckets: bool,
}

impl AwsResource for AccountPublicAccessBlock {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::S3::AccountPublicAccessBlock",
        kind: "s3_account_public_access_block",
        service: "s3",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation has no account-wide public access block: set it once with `aws s3control put-public-access-block --account-id ACCOUNT --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`.",
        ),
        terraform: "aws_s3_account_public_access_block",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_s3_account_public_access_block")
            .set("block_public_acls", self.block_public_acls)
            .set("block_public_policy", self.block_public_policy)
            .set("ignore_public_acls", self.ignore_public_acls)
            .set("restrict_public_buckets", self.restrict_public_buckets);
    }
}
