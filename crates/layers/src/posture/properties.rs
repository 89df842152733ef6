//! Which property of which resource a setting decides.
//!
//! Invariant: the lowering of such a property takes its value from the posture, or says which line gives it; the golden of each standard shows that
//! nothing else changes with a standard.

use serde_json::Value;
use strata_graph::{Resource, Scope};

use super::Setting;
use super::Setting::{
    AccessLogRetention, AccessLogging, AddressSplit, AuditAtHand, AuditRetention, AuditTrail, CacheBackups, CacheStandby, DataEvents,
    DatabaseBackups, DatabaseLogs, DatabaseMonitoring, DatabaseStandby, DeletionProtection, Encryption, FlowLogs, KeyRotation,
    LogRetention, OwnKeys, PublicAccessBlocked, RecoveryPoints, SearchStandby, StreamRetention, TableRecovery, Tls, WebFirewall,
};

/// A property that a setting decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The dotted path in the document; list items by their index.
    pub path: String,
    /// Its value.
    pub value: Value,
    /// The setting.
    pub setting: Setting,
}

/// By type: the path of the property and its setting.
const PATHS: &[(&str, &str, Setting)] = &[
    ("AWS::Backup::BackupPlan", "BackupPlan.BackupPlanRule.0.Lifecycle.DeleteAfterDays", RecoveryPoints),
    ("AWS::Backup::BackupVault", "EncryptionKeyArn", OwnKeys),
    ("AWS::CloudTrail::Trail", "EnableLogFileValidation", AuditTrail),
    ("AWS::CloudTrail::Trail", "EventSelectors.0.DataResources", DataEvents),
    ("AWS::CloudTrail::Trail", "IsMultiRegionTrail", AuditTrail),
    ("AWS::CloudTrail::Trail", "KMSKeyId", OwnKeys),
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled", DeletionProtection),
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification.RecoveryPeriodInDays", TableRecovery),
    ("AWS::DynamoDB::Table", "SSESpecification.KMSMasterKeyId", OwnKeys),
    ("AWS::EC2::FlowLog", "TrafficType", FlowLogs),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted", Encryption),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.BlockDeviceMappings.0.Ebs.KmsKeyId", OwnKeys),
    ("AWS::EC2::VPC", "CidrBlock", AddressSplit),
    ("AWS::ECR::Repository", "EncryptionConfiguration.KmsKey", OwnKeys),
    ("AWS::ElastiCache::ReplicationGroup", "AtRestEncryptionEnabled", Encryption),
    ("AWS::ElastiCache::ReplicationGroup", "KmsKeyId", OwnKeys),
    ("AWS::ElastiCache::ReplicationGroup", "LogDeliveryConfigurations", DatabaseLogs),
    ("AWS::ElastiCache::ReplicationGroup", "MultiAZEnabled", CacheStandby),
    ("AWS::ElastiCache::ReplicationGroup", "SnapshotRetentionLimit", CacheBackups),
    ("AWS::ElastiCache::ReplicationGroup", "TransitEncryptionEnabled", Tls),
    ("AWS::ElasticLoadBalancingV2::Listener", "SslPolicy", Tls),
    ("AWS::Kinesis::Stream", "RetentionPeriodHours", StreamRetention),
    ("AWS::Kinesis::Stream", "StreamEncryption.EncryptionType", Encryption),
    ("AWS::Kinesis::Stream", "StreamEncryption.KeyId", OwnKeys),
    ("AWS::KMS::Key", "EnableKeyRotation", KeyRotation),
    ("AWS::Logs::LogGroup", "KmsKeyId", OwnKeys),
    ("AWS::Logs::LogGroup", "RetentionInDays", LogRetention),
    ("AWS::OpenSearchService::Domain", "ClusterConfig.DedicatedMasterEnabled", SearchStandby),
    ("AWS::OpenSearchService::Domain", "ClusterConfig.ZoneAwarenessEnabled", SearchStandby),
    ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.EnforceHTTPS", Tls),
    ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.TLSSecurityPolicy", Tls),
    ("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.Enabled", Encryption),
    ("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions.KmsKeyId", OwnKeys),
    ("AWS::OpenSearchService::Domain", "LogPublishingOptions", DatabaseLogs),
    ("AWS::OpenSearchService::Domain", "NodeToNodeEncryptionOptions.Enabled", Tls),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod", DatabaseBackups),
    ("AWS::RDS::DBInstance", "DeletionProtection", DeletionProtection),
    ("AWS::RDS::DBInstance", "EnableCloudwatchLogsExports", DatabaseLogs),
    ("AWS::RDS::DBInstance", "KmsKeyId", OwnKeys),
    ("AWS::RDS::DBInstance", "MonitoringInterval", DatabaseMonitoring),
    ("AWS::RDS::DBInstance", "MultiAZ", DatabaseStandby),
    ("AWS::RDS::DBInstance", "StorageEncrypted", Encryption),
    ("AWS::S3::Bucket", "BucketEncryption", Encryption),
    ("AWS::S3::Bucket", "LoggingConfiguration", AccessLogging),
    ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", PublicAccessBlocked),
    ("AWS::SNS::Topic", "KmsMasterKeyId", OwnKeys),
    ("AWS::SQS::Queue", "KmsMasterKeyId", OwnKeys),
    ("AWS::SecretsManager::Secret", "KmsKeyId", OwnKeys),
    ("AWS::WAFv2::WebACLAssociation", "WebACLArn", WebFirewall),
    ("Strata::EC2::EbsEncryptionByDefault", "Enabled", Encryption),
    ("Strata::S3::AccountPublicAccessBlock", "BlockPublicPolicy", PublicAccessBlocked),
];

/// Every property of a resource that a setting decides, by path.
#[must_use]
pub fn properties(resource: &Resource) -> Vec<Property> {
    let document = &resource.properties;
    let mut found: Vec<Property> = PATHS
        .iter()
        .filter(|(type_name, _, _)| resource.type_name.0 == *type_name)
        .filter_map(|(_, path, setting)| Some(Property { path: (*path).to_owned(), value: document.at(path)?.clone(), setting: *setting }))
        .collect();
    found.extend(in_lists(resource));
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// What stands in lists and maps, under names that are not fixed.
fn in_lists(resource: &Resource) -> Vec<Property> {
    let document = &resource.properties;
    let list = |path: &str| document.at(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |path: String, value: &Value, setting| found.push(Property { path, value: value.clone(), setting });
    match resource.type_name.0.as_str() {
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            for (index, attribute) in list("LoadBalancerAttributes").iter().enumerate() {
                let setting = match attribute.get("Key").and_then(Value::as_str) {
                    Some("access_logs.s3.enabled") => AccessLogging,
                    Some("deletion_protection.enabled") => DeletionProtection,
                    _ => continue,
                };
                add(format!("LoadBalancerAttributes.{index}.Value"), &attribute["Value"], setting);
            }
        }
        "AWS::RDS::DBParameterGroup" => {
            if let Some(value) = document.at("Parameters").and_then(|parameters| parameters.get("rds.force_ssl")) {
                add("Parameters.rds.force_ssl".to_owned(), value, Tls);
            }
        }
        "AWS::S3::BucketPolicy" => {
            for (index, statement) in list("PolicyDocument.Statement").iter().enumerate() {
                let version = statement.pointer("/Condition/NumericLessThan/s3:TlsVersion");
                if let Some(version) = version.filter(|_| statement["Effect"] == "Deny") {
                    add(format!("PolicyDocument.Statement.{index}.Condition.NumericLessThan.s3:TlsVersion"), version, Tls);
                }
            }
        }
        // How long buckets of the account keep what they hold; those of applications hold the user's data, and the user says it.
        "AWS::S3::Bucket" if matches!(resource.address.scope(), Scope::Account(_)) => {
            let audit = resource.address.name() == "audit";
            for (index, rule) in list("LifecycleConfiguration.Rules").iter().enumerate() {
                let at = |rest: &str| format!("LifecycleConfiguration.Rules.{index}.{rest}");
                if let Some(days) = rule.get("ExpirationInDays") {
                    add(at("ExpirationInDays"), days, if audit { AuditRetention } else { AccessLogRetention });
                }
                if let Some(days) = rule.pointer("/Transitions/0/TransitionInDays").filter(|_| audit) {
                    add(at("Transitions.0.TransitionInDays"), days, AuditAtHand);
                }
            }
        }
        _ => {}
    }
    found
}
