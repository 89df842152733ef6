//! `Strata::EC2::EbsEncryptionByDefault`: every new volume of the account and region is encrypted (CIS AWS 5.0 5.1.1).
//!
//! The physical id is the region's name. Deleting switches back to AWS's own default.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The setting, with the key it uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EbsEncryptionByDefault {
    /// Whether new volumes are encrypted.
    pub enabled: bool,
    /// The key's ARN; AWS's own key for EBS where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
}

impl AwsResource for EbsEncryptionByDefault {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::EC2::EbsEncryptionByDefault",
        kind: "ebs_encryption_by_default",
        service: "ec2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation has no type for this setting: run `aws ec2 enable-ebs-encryption-by-default` once in each region.",
        ),
        terraform: "aws_ebs_encryption_by_default",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_ebs_encryption_by_default").set("enabled", self.enabled);
        if let Some(key) = &self.kms_key_id {
            to.resource("aws_ebs_default_kms_key").set("key_arn", key);
        }
    }
}
