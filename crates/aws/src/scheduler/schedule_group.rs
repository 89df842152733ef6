//! `AWS::Scheduler::ScheduleGroup`: the schedules of one environment.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of schedules. Deleting it deletes its schedules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScheduleGroup {
    /// Unique in the account and region, at most 64 characters.
    pub name: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for ScheduleGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Scheduler::ScheduleGroup",
        kind: "scheduler_schedule_group",
        service: "scheduler",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_scheduler_schedule_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_scheduler_schedule_group").set("name", &self.name).tags(&self.tags);
    }
}
