//! `Strata::Config::RecorderStatus`: that the recorder runs.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// That the recorder runs. It stands while the recorder does, and needs the delivery channel: layers give it that dependency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RecorderStatus {
    /// The recorder.
    pub recorder_name: Text,
    /// Whether it runs.
    pub recording: bool,
}

impl AwsResource for RecorderStatus {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::Config::RecorderStatus",
        kind: "config_configuration_recorder_status",
        service: "config",
        replace_on: &["RecorderName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent("CloudFormation starts the recorder by itself once there is a delivery channel."),
        terraform: "aws_config_configuration_recorder_status",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_config_configuration_recorder_status").set("name", &self.recorder_name).set("is_enabled", self.recording);
    }
}
