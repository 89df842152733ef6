//! `AWS::EFS::MountTarget`: the address in one subnet at which a file system is mounted.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A mount target; a file system has one in each availability zone at most.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MountTarget {
    /// The file system.
    pub file_system_id: Text,
    /// The subnet.
    pub subnet_id: Text,
    /// Its security groups.
    pub security_groups: Vec<Text>,
}

impl AwsResource for MountTarget {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EFS::MountTarget",
        kind: "efs_mount_target",
        service: "efs",
        replace_on: &["FileSystemId", "SubnetId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["SecurityGroups"],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_efs_mount_target",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_efs_mount_target")
            .set("file_system_id", &self.file_system_id)
            .set("subnet_id", &self.subnet_id)
            .set("security_groups", &self.security_groups);
    }
}
