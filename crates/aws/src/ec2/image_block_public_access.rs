//! `Strata::EC2::ImageBlockPublicAccess`: no image of a machine in the account and region is shared with everybody (SOC 2 CC6.1).
//!
//! The physical id is the region's name. Deleting switches the block off.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The setting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImageBlockPublicAccess {
    /// `block-new-sharing`, AWS's only word for on.
    pub state: String,
}

impl AwsResource for ImageBlockPublicAccess {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::EC2::ImageBlockPublicAccess",
        kind: "image_block_public_access",
        service: "ec2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation has no type for this setting: run `aws ec2 enable-image-block-public-access --image-block-public-access-state block-new-sharing` once in each region.",
        ),
        terraform: "aws_ec2_image_block_public_access",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_ec2_image_block_public_access").set("state", &self.state);
    }
}
