//! `AWS::ElastiCache::ReplicationGroup`: an in-memory store with replicas.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A primary with replicas, without sharding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReplicationGroup {
    /// Lower case letters, digits and hyphens, at most 40 characters.
    pub replication_group_id: String,
    /// What it is for.
    pub replication_group_description: String,
    /// `redis` or `valkey`.
    pub engine: String,
    /// For example `7.1`.
    pub engine_version: String,
    /// For example `cache.t4g.micro`.
    pub cache_node_type: String,
    /// The primary and its replicas.
    pub num_cache_clusters: i64,
    /// Whether a replica takes over; needs at least two nodes.
    pub automatic_failover_enabled: bool,
    /// Whether nodes stand in several zones.
    #[serde(rename = "MultiAZEnabled")]
    pub multi_az_enabled: bool,
    /// Encryption of what is stored.
    pub at_rest_encryption_enabled: bool,
    /// TLS.
    pub transit_encryption_enabled: bool,
    /// `required` refuses connections without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_encryption_mode: Option<String>,
    /// The key's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// The subnets.
    pub cache_subnet_group_name: Text,
    /// Security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
    /// The parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_parameter_group_name: Option<Text>,
    /// The group of users that may sign in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_group_ids: Vec<Text>,
    /// Days that automatic snapshots are kept; 0 turns them off.
    pub snapshot_retention_limit: i64,
    /// `03:00-04:00`, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_window: Option<String>,
    /// `sun:05:00-sun:06:00`, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<String>,
    /// Whether minor versions are taken.
    pub auto_minor_version_upgrade: bool,
    /// The port.
    pub port: i64,
    /// Where its logs go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_delivery_configurations: Vec<LogDeliveryConfiguration>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Where one kind of log goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogDeliveryConfiguration {
    /// `cloudwatch-logs`.
    pub destination_type: String,
    /// The log group.
    pub destination_details: DestinationDetails,
    /// `json` or `text`.
    pub log_format: String,
    /// `slow-log` or `engine-log`.
    pub log_type: String,
}

/// The destination of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DestinationDetails {
    /// The log group.
    pub cloud_watch_logs_details: CloudWatchLogsDetails,
}

/// A log group as a destination.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CloudWatchLogsDetails {
    /// Its name.
    pub log_group: Text,
}

impl AwsResource for ReplicationGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElastiCache::ReplicationGroup",
        kind: "cache_replication_group",
        service: "elasticache",
        replace_on: &["ReplicationGroupId", "AtRestEncryptionEnabled", "KmsKeyId", "CacheSubnetGroupName", "Port"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["SecurityGroupIds", "UserGroupIds", "LogDeliveryConfigurations"],
        closed: &[],
        outputs: &[
            OutputContract { name: "ReplicationGroupId", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "PrimaryEndPoint.Address", cloudformation_ref: false, terraform: "primary_endpoint_address" },
            OutputContract { name: "PrimaryEndPoint.Port", cloudformation_ref: false, terraform: "port" },
            OutputContract { name: "ReaderEndPoint.Address", cloudformation_ref: false, terraform: "reader_endpoint_address" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_elasticache_replication_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_elasticache_replication_group");
        body.set("replication_group_id", &self.replication_group_id)
            .set("description", &self.replication_group_description)
            .set("engine", &self.engine)
            .set("engine_version", &self.engine_version)
            .set("node_type", &self.cache_node_type)
            .set("num_cache_clusters", self.num_cache_clusters)
            .set("automatic_failover_enabled", self.automatic_failover_enabled)
            .set("multi_az_enabled", self.multi_az_enabled)
            .set("at_rest_encryption_enabled", self.at_rest_encryption_enabled)
            .set("transit_encryption_enabled", self.transit_encryption_enabled)
            .set_some("transit_encryption_mode", self.transit_encryption_mode.as_ref())
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .set("subnet_group_name", &self.cache_subnet_group_name)
            .set("security_group_ids", &self.security_group_ids)
            .set_some("parameter_group_name", self.cache_parameter_group_name.as_ref());
        if !self.user_group_ids.is_empty() {
            body.set("user_group_ids", &self.user_group_ids);
        }
        body.set("snapshot_retention_limit", self.snapshot_retention_limit)
            .set_some("snapshot_window", self.snapshot_window.as_ref())
            .set_some("maintenance_window", self.preferred_maintenance_window.as_ref())
            .set("auto_minor_version_upgrade", self.auto_minor_version_upgrade)
            .set("port", self.port);
        for log in &self.log_delivery_configurations {
            body.block("log_delivery_configuration")
                .set("destination", &log.destination_details.cloud_watch_logs_details.log_group)
                .set("destination_type", &log.destination_type)
                .set("log_format", &log.log_format)
                .set("log_type", &log.log_type);
        }
        body.tags(&self.tags);
    }
}
