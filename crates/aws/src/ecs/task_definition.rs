//! `AWS::ECS::TaskDefinition`: what runs together. AWS never changes one: every change is a new revision of its family.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strata_graph::document::as_reference;
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use super::ContainerDefinition;
use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// A revision of a family of task definitions; its id is the ARN with the revision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TaskDefinition {
    /// The name that all revisions share.
    pub family: String,
    /// CPU units of the task, 1024 to a virtual processor: `256`, `512`, ...
    pub cpu: String,
    /// Mebibytes of the task: `512`, `1024`, ...
    pub memory: String,
    /// `awsvpc`: every task has a network interface of its own.
    pub network_mode: String,
    /// `FARGATE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub requires_compatibilities: Vec<String>,
    /// The role with which ECS pulls the image, reads the secrets and writes the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role_arn: Option<Text>,
    /// The role that the containers have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_role_arn: Option<Text>,
    /// Processor and system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_platform: Option<RuntimePlatform>,
    /// The containers, the main one first.
    pub container_definitions: Vec<ContainerDefinition>,
    /// Scratch space that containers share.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub volumes: Vec<Volume>,
    /// More disk than the 20 GiB that Fargate gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Processor and system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RuntimePlatform {
    /// `ARM64` or `X86_64`.
    pub cpu_architecture: String,
    /// `LINUX`.
    pub operating_system_family: String,
}

/// A folder of the task: scratch space that is gone when it ends, or a file system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Volume {
    /// The name that mount points use.
    pub name: String,
    /// The file system; scratch space without one.
    #[serde(rename = "EFSVolumeConfiguration", default, skip_serializing_if = "Option::is_none")]
    pub efs_volume_configuration: Option<EfsVolumeConfiguration>,
}

/// How a file system is entered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EfsVolumeConfiguration {
    /// The file system.
    pub filesystem_id: Text,
    /// `ENABLED`: what goes to it and comes from it is encrypted on the way.
    pub transit_encryption: String,
    /// By which point, and as whom.
    pub authorization_config: EfsAuthorizationConfig,
}

/// By which point a file system is entered, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EfsAuthorizationConfig {
    /// The access point.
    pub access_point_id: Text,
    /// `ENABLED`: by the task's own role.
    #[serde(rename = "IAM")]
    pub iam: String,
}

/// Disk of a Fargate task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EphemeralStorage {
    /// Gibibytes, 21 to 200.
    #[serde(rename = "SizeInGiB")]
    pub size_in_gib: i64,
}

/// The containers in the words of the ECS API (`camelCase`), which is what Terraform's `container_definitions` holds.
///
/// The keys of maps (`Options` of a log driver) and of references are data and stay as they are.
fn camel_case(value: Value) -> Value {
    if as_reference(&value).is_some() {
        return value;
    }
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(camel_case).collect()),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, item)| {
                    let item = if key == "Options" { item } else { camel_case(item) };
                    let mut letters = key.chars();
                    let lower = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters);
                    (lower.collect(), item)
                })
                .collect::<Map<String, Value>>(),
        ),
        plain => plain,
    }
}

impl AwsResource for TaskDefinition {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ECS::TaskDefinition",
        kind: "ecs_task_definition",
        service: "ecs",
        replace_on: &[
            "Family",
            "Cpu",
            "Memory",
            "NetworkMode",
            "RequiresCompatibilities",
            "ExecutionRoleArn",
            "TaskRoleArn",
            "RuntimePlatform",
            "ContainerDefinitions",
            "Volumes",
            "EphemeralStorage",
        ],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "TaskDefinitionArn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_ecs_task_definition",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let containers = serde_json::to_value(&self.container_definitions).map_or(Value::Null, camel_case);
        let body = to.resource("aws_ecs_task_definition");
        body.set("family", &self.family)
            .set("cpu", &self.cpu)
            .set("memory", &self.memory)
            .set("network_mode", &self.network_mode)
            .set("requires_compatibilities", &self.requires_compatibilities)
            .set_some("execution_role_arn", self.execution_role_arn.as_ref())
            .set_some("task_role_arn", self.task_role_arn.as_ref())
            .set("container_definitions", Expression::JsonEncode(containers));
        if let Some(platform) = &self.runtime_platform {
            body.block("runtime_platform")
                .set("cpu_architecture", &platform.cpu_architecture)
                .set("operating_system_family", &platform.operating_system_family);
        }
        for volume in &self.volumes {
            let block = body.block("volume");
            block.set("name", &volume.name);
            if let Some(efs) = &volume.efs_volume_configuration {
                let block = block.block("efs_volume_configuration");
                block.set("file_system_id", &efs.filesystem_id).set("transit_encryption", &efs.transit_encryption);
                let authorization = &efs.authorization_config;
                block.block("authorization_config").set("access_point_id", &authorization.access_point_id).set("iam", &authorization.iam);
            }
        }
        if let Some(storage) = &self.ephemeral_storage {
            body.block("ephemeral_storage").set("size_in_gib", storage.size_in_gib);
        }
        body.tags(&self.tags);
    }
}
