//! `AWS::EFS::AccessPoint`: one folder of a file system, entered as one user.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An access point. All of it is said when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessPoint {
    /// The file system.
    pub file_system_id: Text,
    /// Who reads and writes, whatever user the task says it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posix_user: Option<PosixUser>,
    /// The folder that is the root for whoever comes by this point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_directory: Option<RootDirectory>,
    /// Tags; `AccessPointTags` in CloudFormation.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A user of the file system, by numbers that CloudFormation writes as texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PosixUser {
    /// The user.
    pub uid: String,
    /// Its group.
    pub gid: String,
}

/// A folder of the file system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RootDirectory {
    /// With a slash first.
    pub path: String,
    /// How it is made, where it is not there.
    pub creation_info: CreationInfo,
}

/// Whose a folder is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreationInfo {
    /// The user.
    pub owner_uid: String,
    /// The group.
    pub owner_gid: String,
    /// Three or four octal digits.
    pub permissions: String,
}

impl AwsResource for AccessPoint {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EFS::AccessPoint",
        kind: "efs_access_point",
        service: "efs",
        replace_on: &["FileSystemId", "PosixUser", "RootDirectory"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "AccessPointId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_efs_access_point",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_efs_access_point");
        body.set("file_system_id", &self.file_system_id);
        if let Some(user) = &self.posix_user {
            body.block("posix_user").set("uid", &user.uid).set("gid", &user.gid);
        }
        if let Some(root) = &self.root_directory {
            let block = body.block("root_directory");
            block.set("path", &root.path);
            block
                .block("creation_info")
                .set("owner_uid", &root.creation_info.owner_uid)
                .set("owner_gid", &root.creation_info.owner_gid)
                .set("permissions", &root.creation_info.permissions);
        }
        body.tags(&self.tags);
    }
}
