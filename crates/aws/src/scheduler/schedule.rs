//! `AWS::Scheduler::Schedule`: starts something at its times.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::ecs::NetworkConfiguration;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A schedule. It has no tags: its group has them, and its name is unique in the group; `group/name` is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Schedule {
    /// Unique in the group, at most 64 characters.
    pub name: String,
    /// The group.
    pub group_name: Text,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `cron(...)`, `rate(...)` or `at(...)`.
    pub schedule_expression: String,
    /// The time zone of the expression, for example `Europe/Berlin`.
    pub schedule_expression_timezone: String,
    /// Whether the start may be spread.
    pub flexible_time_window: FlexibleTimeWindow,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
    /// The key of the input at rest (checkov CKV_AWS_297).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Text>,
    /// What is started.
    pub target: Target,
}

/// Whether the start may be spread.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FlexibleTimeWindow {
    /// `OFF` or `FLEXIBLE`.
    pub mode: String,
    /// Minutes over which it is spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_window_in_minutes: Option<i64>,
}

/// What is started.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Target {
    /// The ECS cluster, function or queue.
    pub arn: Text,
    /// The role with which it is started.
    pub role_arn: Text,
    /// What it is given, usually JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Text>,
    /// For a cluster: which task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs_parameters: Option<EcsParameters>,
    /// How often a failed start is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// Where a start goes that failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetterConfig>,
}

/// Which task is started and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EcsParameters {
    /// The task definition.
    pub task_definition_arn: Text,
    /// `FARGATE`.
    pub launch_type: String,
    /// Subnets and security groups.
    pub network_configuration: NetworkConfiguration,
    /// How many tasks.
    pub task_count: i64,
    /// `TASK_DEFINITION`: the task gets the definition's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagate_tags: Option<String>,
    /// Fargate's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// Whether ECS adds its own tags.
    #[serde(rename = "EnableECSManagedTags", default, skip_serializing_if = "Option::is_none")]
    pub enable_ecs_managed_tags: Option<bool>,
}

/// How often a failed start is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RetryPolicy {
    /// Seconds after which it is given up, 60 to 86400.
    pub maximum_event_age_in_seconds: i64,
    /// 0 to 185.
    pub maximum_retry_attempts: i64,
}

/// Where a start goes that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// The queue.
    pub arn: Text,
}

impl AwsResource for Schedule {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Scheduler::Schedule",
        kind: "scheduler_schedule",
        service: "scheduler",
        replace_on: &["Name", "GroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[
            "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.Subnets",
            "Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_scheduler_schedule",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_scheduler_schedule");
        body.set("name", &self.name)
            .set("group_name", &self.group_name)
            .set_some("description", self.description.as_ref())
            .set("schedule_expression", &self.schedule_expression)
            .set("schedule_expression_timezone", &self.schedule_expression_timezone)
            .set("state", &self.state)
            .set_some("kms_key_arn", self.kms_key_arn.as_ref());
        body.block("flexible_time_window")
            .set("mode", &self.flexible_time_window.mode)
            .set_some("maximum_window_in_minutes", self.flexible_time_window.maximum_window_in_minutes);
        let target = body.block("target");
        target.set("arn", &self.target.arn).set("role_arn", &self.target.role_arn).set_some("input", self.target.input.as_ref());
        if let Some(ecs) = &self.target.ecs_parameters {
            let block = target.block("ecs_parameters");
            block
                .set("task_definition_arn", &ecs.task_definition_arn)
                .set("launch_type", &ecs.launch_type)
                .set("task_count", ecs.task_count)
                .set_some("propagate_tags", ecs.propagate_tags.as_ref())
                .set_some("platform_version", ecs.platform_version.as_ref())
                .set_some("enable_ecs_managed_tags", ecs.enable_ecs_managed_tags);
            ecs.network_configuration.awsvpc_configuration.terraform(block.block("network_configuration"));
        }
        if let Some(retry) = &self.target.retry_policy {
            target
                .block("retry_policy")
                .set("maximum_event_age_in_seconds", retry.maximum_event_age_in_seconds)
                .set("maximum_retry_attempts", retry.maximum_retry_attempts);
        }
        if let Some(dead) = &self.target.dead_letter_config {
            target.block("dead_letter_config").set("arn", &dead.arn);
        }
    }
}
