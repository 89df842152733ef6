//! `AWS::ECS::Cluster`: where services and tasks run.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Cluster {
    /// Unique in the account and region, at most 255 characters.
    pub cluster_name: String,
    /// Settings, for example `containerInsights` = `enhanced` (checkov CKV_AWS_65).
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub cluster_settings: Vec<ClusterSetting>,
    /// Keys and logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ClusterConfiguration>,
    /// `FARGATE`, `FARGATE_SPOT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub capacity_providers: Vec<String>,
    /// Where tasks go whose service says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The namespace of Service Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// One setting of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterSetting {
    /// `containerInsights`.
    pub name: String,
    /// `enabled`, `enhanced` or `disabled`.
    pub value: String,
}

/// Keys and logs of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterConfiguration {
    /// How interactive commands in containers are encrypted and logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execute_command_configuration: Option<ExecuteCommandConfiguration>,
    /// The keys of the storage that ECS manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_storage_configuration: Option<ManagedStorageConfiguration>,
}

/// How interactive commands in containers are encrypted and logged (checkov CKV_AWS_223, CKV_AWS_224).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExecuteCommandConfiguration {
    /// The key of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// `NONE`, `DEFAULT` or `OVERRIDE`; with the last, `log_configuration` says where.
    pub logging: String,
    /// Where the sessions are logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<ExecuteCommandLogConfiguration>,
}

/// Where interactive sessions are logged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ExecuteCommandLogConfiguration {
    /// The log group's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_log_group_name: Option<Text>,
    /// Whether ECS demands that the group is encrypted.
    pub cloud_watch_encryption_enabled: bool,
    /// The bucket's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_bucket_name: Option<Text>,
    /// Whether ECS demands that the bucket is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_encryption_enabled: Option<bool>,
    /// The folder in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
}

/// The keys of the storage that ECS manages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ManagedStorageConfiguration {
    /// The key of the disks of Fargate tasks; its policy must let `fargate.amazonaws.com` use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fargate_ephemeral_storage_kms_key_id: Option<Text>,
    /// The key of managed volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
}

/// One share of the tasks and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CapacityProviderStrategyItem {
    /// `FARGATE` or `FARGATE_SPOT`.
    pub capacity_provider: String,
    /// So many tasks go there first; only one item may have a base.
    pub base: i64,
    /// Its weight against the other items.
    pub weight: i64,
}

/// The namespace of Service Connect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServiceConnectDefaults {
    /// The ARN of the namespace.
    pub namespace: Text,
}

impl AwsResource for Cluster {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ECS::Cluster",
        kind: "ecs_cluster",
        service: "ecs",
        replace_on: &["ClusterName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "ClusterName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_ecs_cluster",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_ecs_cluster");
        body.set("name", &self.cluster_name);
        for setting in &self.cluster_settings {
            body.block("setting").set("name", &setting.name).set("value", &setting.value);
        }
        if let Some(configuration) = &self.configuration {
            let outer = body.block("configuration");
            if let Some(execute) = &configuration.execute_command_configuration {
                let block = outer.block("execute_command_configuration");
                block.set_some("kms_key_id", execute.kms_key_id.as_ref()).set("logging", &execute.logging);
                if let Some(log) = &execute.log_configuration {
                    block
                        .block("log_configuration")
                        .set("cloud_watch_encryption_enabled", log.cloud_watch_encryption_enabled)
                        .set_some("cloud_watch_log_group_name", log.cloud_watch_log_group_name.as_ref())
                        .set_some("s3_bucket_name", log.s3_bucket_name.as_ref())
                        .set_some("s3_bucket_encryption_enabled", log.s3_encryption_enabled)
                        .set_some("s3_key_prefix", log.s3_key_prefix.as_ref());
                }
            }
            if let Some(storage) = &configuration.managed_storage_configuration {
                outer
                    .block("managed_storage_configuration")
                    .set_some("fargate_ephemeral_storage_kms_key_id", storage.fargate_ephemeral_storage_kms_key_id.as_ref())
                    .set_some("kms_key_id", storage.kms_key_id.as_ref());
            }
        }
        if let Some(defaults) = &self.service_connect_defaults {
            body.block("service_connect_defaults").set("namespace", &defaults.namespace);
        }
        body.tags(&self.tags);
        if !self.capacity_providers.is_empty() {
            let name = to.own("aws_ecs_cluster", "name");
            let body = to.resource("aws_ecs_cluster_capacity_providers");
            body.set("cluster_name", name).set("capacity_providers", &self.capacity_providers);
            for item in &self.default_capacity_provider_strategy {
                body.block("default_capacity_provider_strategy")
                    .set("capacity_provider", &item.capacity_provider)
                    .set("base", item.base)
                    .set("weight", item.weight);
            }
        }
    }
}
