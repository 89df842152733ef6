//! The containers of a task definition.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::Text;

/// One container of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ContainerDefinition {
    /// Unique in the task.
    pub name: String,
    /// The image, best by digest.
    pub image: Text,
    /// Whether the task ends when this container ends.
    pub essential: bool,
    /// CPU units out of the task's, 1024 to a virtual processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<i64>,
    /// Hard limit in mebibytes out of the task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<i64>,
    /// Soft limit in mebibytes out of the task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_reservation: Option<i64>,
    /// What is started instead of the image's own entry point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry_point: Vec<String>,
    /// What is started instead of the image's own command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<Text>,
    /// The folder in which it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_directory: Option<String>,
    /// Open ports.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub port_mappings: Vec<PortMapping>,
    /// Plain variables; never a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub environment: Vec<NameValue>,
    /// Variables whose value ECS reads from Secrets Manager or Parameter Store at start.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub secrets: Vec<Secret>,
    /// Where standard output and error go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<LogConfiguration>,
    /// Whether the root file system is read-only (checkov CKV_AWS_336).
    pub readonly_root_filesystem: bool,
    /// Folders of volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub mount_points: Vec<MountPoint>,
    /// How ECS asks whether it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// Linux settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linux_parameters: Option<LinuxParameters>,
    /// Containers that must be up, well or done before this one starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub depends_on: Vec<ContainerDependency>,
    /// The user, for example `1000:1000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Seconds between the polite and the final signal, at most 120 on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
}

/// An open port. In `awsvpc` mode the host's port is the container's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PortMapping {
    /// The port.
    pub container_port: i64,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The name that Service Connect uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A plain variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NameValue {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Text,
}

/// A variable whose value is read at start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Secret {
    /// The variable's name.
    pub name: String,
    /// The secret's ARN, with `:key::` behind it for one key of a JSON secret.
    pub value_from: Text,
}

/// Where standard output and error go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogConfiguration {
    /// `awslogs`.
    pub log_driver: String,
    /// The driver's options, for example `awslogs-group`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Text>,
}

/// A folder of a volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MountPoint {
    /// Where it appears in the container.
    pub container_path: String,
    /// The volume's name.
    pub source_volume: String,
    /// Whether it can only be read.
    pub read_only: bool,
}

/// How ECS asks whether a container is well. Times are seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HealthCheck {
    /// `CMD-SHELL` or `CMD`, then the command.
    pub command: Vec<String>,
    /// Between two checks, 5 to 300.
    pub interval: i64,
    /// Until a check counts as failed, 2 to 60.
    pub timeout: i64,
    /// Failures until the container counts as unwell, 1 to 10.
    pub retries: i64,
    /// Grace at the start, 0 to 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_period: Option<i64>,
}

/// Linux settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LinuxParameters {
    /// Whether an init process forwards signals and reaps children.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_process_enabled: Option<bool>,
    /// Kernel capabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
}

/// Kernel capabilities. Fargate can only add `SYS_PTRACE`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Capabilities {
    /// Added to the default set.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub add: Vec<String>,
    /// Taken from the default set; `ALL` takes everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub drop: Vec<String>,
}

/// A container that must have come so far first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ContainerDependency {
    /// Which container.
    pub container_name: String,
    /// `START`, `HEALTHY`, `COMPLETE` or `SUCCESS`.
    pub condition: String,
}
