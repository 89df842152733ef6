//! `AWS::Config::ConfigurationRecorder`: writes down every change of the account's resources.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The recorder of a region: AWS allows one. Whether it runs is a [`RecorderStatus`](super::RecorderStatus).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConfigurationRecorder {
    /// Its name.
    pub name: String,
    /// The role with which it looks.
    #[serde(rename = "RoleARN")]
    pub role_arn: Text,
    /// What it looks at.
    pub recording_group: RecordingGroup,
}

/// What the recorder looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RecordingGroup {
    /// Everything that Config knows (CIS AWS 5.0 3.3).
    pub all_supported: bool,
    /// Users, roles, groups and policies too; in one region of the account.
    pub include_global_resource_types: bool,
}

impl AwsResource for ConfigurationRecorder {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Config::ConfigurationRecorder",
        kind: "config_configuration_recorder",
        service: "config",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_config_configuration_recorder",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_config_configuration_recorder");
        body.set("name", &self.name).set("role_arn", &self.role_arn);
        body.block("recording_group")
            .set("all_supported", self.recording_group.all_supported)
            .set("include_global_resource_types", self.recording_group.include_global_resource_types);
    }
}
