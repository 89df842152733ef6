//! `AWS::EC2::SnapshotBlockPublicAccess`: no snapshot of a disk in the account and region is shared with everybody (PCI DSS 4.0 1.3.1, SOC 2 CC6.1).
//!
//! The physical id is the region's name. Deleting switches back to AWS's own default.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The setting.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SnapshotBlockPublicAccess {
    /// `block-all-sharing`: those that are shared already are closed too. `block-new-sharing` leaves them open.
    pub state: String,
}

impl AwsResource for SnapshotBlockPublicAccess {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::SnapshotBlockPublicAccess",
        kind: "ebs_snapshot_block_public_access",
        service: "ec2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_ebs_snapshot_block_public_access",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_ebs_snapshot_block_public_access").set("state", &self.state);
    }
}
