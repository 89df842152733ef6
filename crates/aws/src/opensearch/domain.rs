//! `AWS::OpenSearchService::Domain`: a cluster of OpenSearch, for full-text search.
//!
//! Where our document differs from CloudFormation's: it has `AutoTuneOptions`, which CloudFormation cannot set. Snapshots need no property: the
//! service makes one an hour and keeps them for 14 days (OpenSearch Service developer guide, "Creating index snapshots").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A domain. Its deletion takes the indexes and their automatic snapshots with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Domain {
    /// A lower case letter, then lower case letters, digits and hyphens: 3 to 28 characters.
    pub domain_name: String,
    /// For example `OpenSearch_2.19`.
    pub engine_version: String,
    /// The nodes.
    pub cluster_config: ClusterConfig,
    /// Their disks.
    #[serde(rename = "EBSOptions")]
    pub ebs_options: EbsOptions,
    /// Where the nodes stand; absent, they are reached from the internet. A domain never moves between the two.
    #[serde(rename = "VPCOptions", default, skip_serializing_if = "Option::is_none")]
    pub vpc_options: Option<VpcOptions>,
    /// Who may send requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_policies: Option<PolicyDocument>,
    /// Encryption of what is stored.
    pub encryption_at_rest_options: EncryptionAtRestOptions,
    /// TLS between the nodes.
    pub node_to_node_encryption_options: NodeToNodeEncryptionOptions,
    /// How it is reached.
    pub domain_endpoint_options: DomainEndpointOptions,
    /// Fine-grained access control.
    pub advanced_security_options: AdvancedSecurityOptions,
    /// Where its logs go, by the kind of log: `AUDIT_LOGS`, `ES_APPLICATION_LOGS`, `INDEX_SLOW_LOGS`, `SEARCH_SLOW_LOGS`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub log_publishing_options: BTreeMap<String, LogPublishingOption>,
    /// Whether the service tunes it by itself; absent for t2 and t3 classes, which have no such thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_tune_options: Option<AutoTuneOptions>,
    /// Whether it takes service software by itself.
    pub software_update_options: SoftwareUpdateOptions,
    /// When it is changed by the service.
    pub off_peak_window_options: OffPeakWindowOptions,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The nodes of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ClusterConfig {
    /// For example `m6g.large.search`.
    pub instance_type: String,
    /// How many nodes hold data.
    pub instance_count: i64,
    /// Whether nodes that hold no data lead the cluster.
    pub dedicated_master_enabled: bool,
    /// Their class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedicated_master_type: Option<String>,
    /// How many: 3 or 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedicated_master_count: Option<i64>,
    /// Whether nodes and copies of shards stand in several zones.
    pub zone_awareness_enabled: bool,
    /// In how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_awareness_config: Option<ZoneAwarenessConfig>,
}

/// The number of zones of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ZoneAwarenessConfig {
    /// 2 or 3.
    pub availability_zone_count: i64,
}

/// The disk of each node that holds data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EbsOptions {
    /// Whether there is one.
    #[serde(rename = "EBSEnabled")]
    pub ebs_enabled: bool,
    /// `gp3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<String>,
    /// In GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<i64>,
}

/// The network of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpcOptions {
    /// One subnet, or one in each of its zones.
    pub subnet_ids: Vec<Text>,
    /// Security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
}

/// Encryption of indexes, logs, swap files and automatic snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionAtRestOptions {
    /// Whether they are encrypted; never undone.
    pub enabled: bool,
    /// The key's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
}

/// TLS between nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NodeToNodeEncryptionOptions {
    /// Whether there is; never undone.
    pub enabled: bool,
}

/// How a domain is reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DomainEndpointOptions {
    /// Whether plain HTTP is refused.
    #[serde(rename = "EnforceHTTPS")]
    pub enforce_https: bool,
    /// For example `Policy-Min-TLS-1-2-PFS-2023-10`.
    #[serde(rename = "TLSSecurityPolicy", default, skip_serializing_if = "Option::is_none")]
    pub tls_security_policy: Option<String>,
}

/// Fine-grained access control.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedSecurityOptions {
    /// Whether there is; never undone.
    pub enabled: bool,
    /// Whether it keeps users with passwords of its own.
    pub internal_user_database_enabled: bool,
    /// Who may do everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_user_options: Option<MasterUserOptions>,
}

/// The master user of a domain: here always a role, never a name with a password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MasterUserOptions {
    /// The role's ARN.
    #[serde(rename = "MasterUserARN")]
    pub master_user_arn: Text,
}

/// Where one kind of log goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LogPublishingOption {
    /// The log group's ARN.
    pub cloud_watch_logs_log_group_arn: Text,
    /// Whether it goes there.
    pub enabled: bool,
}

/// Tuning by the service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AutoTuneOptions {
    /// `ENABLED` or `DISABLED`.
    pub desired_state: String,
}

/// Updates of the service software.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SoftwareUpdateOptions {
    /// Whether they come by themselves, in the off-peak window.
    pub auto_software_update_enabled: bool,
}

/// When the service changes a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OffPeakWindowOptions {
    /// Whether there is such a time; never undone.
    pub enabled: bool,
    /// Ten hours from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_peak_window: Option<OffPeakWindow>,
}

/// The ten hours in which the service changes a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OffPeakWindow {
    /// Its begin, in UTC.
    pub window_start_time: WindowStartTime,
}

/// A time of day, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WindowStartTime {
    /// 0 to 23.
    pub hours: i64,
    /// 0 to 59.
    pub minutes: i64,
}

impl AwsResource for Domain {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::OpenSearchService::Domain",
        kind: "search_domain",
        service: "opensearch",
        // Encryption, TLS between nodes and access control can be turned on in place and never off; the key stays the first one.
        replace_on: &["DomainName", "EncryptionAtRestOptions.KmsKeyId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["AdvancedSecurityOptions.MasterUserOptions"],
        unordered: &[
            "VPCOptions.SubnetIds",
            "VPCOptions.SecurityGroupIds",
            "AccessPolicies.Statement.*.Principal.AWS",
            "AccessPolicies.Statement.*.Resource",
            "AccessPolicies.Statement.*.Condition.*.*",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "DomainName", cloudformation_ref: true, terraform: "domain_name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "DomainEndpoint", cloudformation_ref: false, terraform: "endpoint" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_opensearch_domain",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_opensearch_domain");
        body.set("domain_name", &self.domain_name).set("engine_version", &self.engine_version);
        if let Some(policy) = &self.access_policies {
            body.set_json("access_policies", policy);
        }
        let nodes = &self.cluster_config;
        let block = body.block("cluster_config");
        block
            .set("instance_type", &nodes.instance_type)
            .set("instance_count", nodes.instance_count)
            .set("dedicated_master_enabled", nodes.dedicated_master_enabled)
            .set_some("dedicated_master_type", nodes.dedicated_master_type.as_ref())
            .set_some("dedicated_master_count", nodes.dedicated_master_count)
            .set("zone_awareness_enabled", nodes.zone_awareness_enabled);
        if let Some(zones) = &nodes.zone_awareness_config {
            block.block("zone_awareness_config").set("availability_zone_count", zones.availability_zone_count);
        }
        body.block("ebs_options")
            .set("ebs_enabled", self.ebs_options.ebs_enabled)
            .set_some("volume_type", self.ebs_options.volume_type.as_ref())
            .set_some("volume_size", self.ebs_options.volume_size);
        if let Some(network) = &self.vpc_options {
            body.block("vpc_options").set("subnet_ids", &network.subnet_ids).set("security_group_ids", &network.security_group_ids);
        }
        body.block("encrypt_at_rest")
            .set("enabled", self.encryption_at_rest_options.enabled)
            .set_some("kms_key_id", self.encryption_at_rest_options.kms_key_id.as_ref());
        body.block("node_to_node_encryption").set("enabled", self.node_to_node_encryption_options.enabled);
        body.block("domain_endpoint_options")
            .set("enforce_https", self.domain_endpoint_options.enforce_https)
            .set_some("tls_security_policy", self.domain_endpoint_options.tls_security_policy.as_ref());
        let security = &self.advanced_security_options;
        let block = body.block("advanced_security_options");
        block.set("enabled", security.enabled).set("internal_user_database_enabled", security.internal_user_database_enabled);
        if let Some(master) = &security.master_user_options {
            block.block("master_user_options").set("master_user_arn", &master.master_user_arn);
        }
        for (kind, log) in &self.log_publishing_options {
            body.block("log_publishing_options")
                .set("log_type", kind)
                .set("cloudwatch_log_group_arn", &log.cloud_watch_logs_log_group_arn)
                .set("enabled", log.enabled);
        }
        if let Some(tuning) = &self.auto_tune_options {
            body.block("auto_tune_options").set("desired_state", &tuning.desired_state);
        }
        body.block("software_update_options")
            .set("auto_software_update_enabled", self.software_update_options.auto_software_update_enabled);
        let window = &self.off_peak_window_options;
        let block = body.block("off_peak_window_options");
        block.set("enabled", window.enabled);
        if let Some(window) = &window.off_peak_window {
            let start = &window.window_start_time;
            block.block("off_peak_window").block("window_start_time").set("hours", start.hours).set("minutes", start.minutes);
        }
        body.tags(&self.tags);
    }
}
