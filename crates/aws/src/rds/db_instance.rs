//! `AWS::RDS::DBInstance`: a relational database.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Body, Expression, Terraform};

/// A database instance. What AWS chooses where nothing is said stays out of the document, so a replica names only what differs from its source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DbInstance {
    /// Unique in the account and region, lower case, at most 63 characters.
    #[serde(rename = "DBInstanceIdentifier")]
    pub db_instance_identifier: String,
    /// For example `postgres`; a replica has its source's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// `16` follows minor versions, `16.4` does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// For example `db.t4g.micro`.
    #[serde(rename = "DBInstanceClass")]
    pub db_instance_class: String,
    /// Gibibytes in digits (CloudFormation's own type is a string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocated_storage: Option<String>,
    /// Gibibytes up to which storage grows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_allocated_storage: Option<i64>,
    /// `gp3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// Whether storage is encrypted; only at creation.
    pub storage_encrypted: bool,
    /// The key's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// The database that is made in it.
    #[serde(rename = "DBName", default, skip_serializing_if = "Option::is_none")]
    pub db_name: Option<String>,
    /// The first user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_username: Option<String>,
    /// AWS makes the password and keeps it in Secrets Manager: it never passes through us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_master_user_password: Option<bool>,
    /// The key of that secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_user_secret: Option<MasterUserSecret>,
    /// The subnets.
    #[serde(rename = "DBSubnetGroupName", default, skip_serializing_if = "Option::is_none")]
    pub db_subnet_group_name: Option<Text>,
    /// Security group ids.
    #[serde(rename = "VPCSecurityGroups", default, skip_serializing_if = "Vec::is_empty")]
    pub vpc_security_groups: Vec<Text>,
    /// The parameters.
    #[serde(rename = "DBParameterGroupName", default, skip_serializing_if = "Option::is_none")]
    pub db_parameter_group_name: Option<Text>,
    /// Whether a standby runs in a second zone.
    #[serde(rename = "MultiAZ", default, skip_serializing_if = "Option::is_none")]
    pub multi_az: Option<bool>,
    /// Whether it gets a public address; never, for what we build (CIS AWS 5.0 2.2.3).
    pub publicly_accessible: bool,
    /// Days that automated backups are kept, 1 to 35; 0 turns them off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_retention_period: Option<i64>,
    /// `03:00-04:00`, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_backup_window: Option<String>,
    /// `sun:05:00-sun:06:00`, UTC; not over the backup window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<String>,
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Whether minor versions are taken in the maintenance window (CIS AWS 5.0 2.2.2).
    pub auto_minor_version_upgrade: bool,
    /// Whether snapshots get the tags.
    pub copy_tags_to_snapshot: bool,
    /// Whether IAM roles can sign in.
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    pub enable_iam_database_authentication: bool,
    /// Whether Performance Insights is on.
    pub enable_performance_insights: bool,
    /// Its key's ARN.
    #[serde(rename = "PerformanceInsightsKMSKeyId", default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_kms_key_id: Option<Text>,
    /// Days: 7, 731 or a multiple of 31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_period: Option<i64>,
    /// Logs sent to CloudWatch, for example `postgresql` and `upgrade`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enable_cloudwatch_logs_exports: Vec<String>,
    /// Seconds between enhanced metrics: 0 (off), 1, 5, 10, 15, 30 or 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_interval: Option<i64>,
    /// The role that sends them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_role_arn: Option<Text>,
    /// The authority of its certificate, for example `rds-ca-rsa2048-g1`.
    #[serde(rename = "CACertificateIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub ca_certificate_identifier: Option<String>,
    /// The port in digits (CloudFormation's own type is a string).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// The instance that it replicates.
    #[serde(rename = "SourceDBInstanceIdentifier", default, skip_serializing_if = "Option::is_none")]
    pub source_db_instance_identifier: Option<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The secret that holds the first user's password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MasterUserSecret {
    /// The key's ARN.
    pub kms_key_id: Text,
}

/// Digits as a number; anything else as it stands, for the provider to refuse.
fn number(digits: &str) -> Expression {
    digits.parse::<i64>().map_or_else(|_| digits.into(), Into::into)
}

impl DbInstance {
    /// Backups, upgrades, monitoring.
    fn terraform_operation(&self, body: &mut Body) {
        body.set_some("backup_retention_period", self.backup_retention_period)
            .set_some("backup_window", self.preferred_backup_window.as_ref())
            .set_some("maintenance_window", self.preferred_maintenance_window.as_ref())
            .set("deletion_protection", self.deletion_protection)
            .set("auto_minor_version_upgrade", self.auto_minor_version_upgrade)
            .set("copy_tags_to_snapshot", self.copy_tags_to_snapshot)
            .set("iam_database_authentication_enabled", self.enable_iam_database_authentication)
            .set("performance_insights_enabled", self.enable_performance_insights)
            .set_some("performance_insights_kms_key_id", self.performance_insights_kms_key_id.as_ref())
            .set_some("performance_insights_retention_period", self.performance_insights_retention_period);
        if !self.enable_cloudwatch_logs_exports.is_empty() {
            body.set("enabled_cloudwatch_logs_exports", &self.enable_cloudwatch_logs_exports);
        }
        body.set_some("monitoring_interval", self.monitoring_interval)
            .set_some("monitoring_role_arn", self.monitoring_role_arn.as_ref())
            .set_some("ca_cert_identifier", self.ca_certificate_identifier.as_ref())
            // Outside of Strata nobody asks for the data by name before it goes: the last snapshot stays.
            .set("skip_final_snapshot", false)
            .set("final_snapshot_identifier", format!("{}-final", self.db_instance_identifier));
    }
}

impl AwsResource for DbInstance {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::RDS::DBInstance",
        kind: "db_instance",
        service: "rds",
        replace_on: &[
            "DBInstanceIdentifier",
            "Engine",
            "StorageEncrypted",
            "KmsKeyId",
            "DBName",
            "MasterUsername",
            "DBSubnetGroupName",
            "SourceDBInstanceIdentifier",
        ],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["VPCSecurityGroups", "EnableCloudwatchLogsExports"],
        closed: &[],
        outputs: &[
            OutputContract { name: "DBInstanceIdentifier", cloudformation_ref: true, terraform: "identifier" },
            OutputContract { name: "Endpoint.Address", cloudformation_ref: false, terraform: "address" },
            OutputContract { name: "Endpoint.Port", cloudformation_ref: false, terraform: "port" },
            OutputContract { name: "DBInstanceArn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "DbiResourceId", cloudformation_ref: false, terraform: "resource_id" },
            OutputContract { name: "MasterUserSecret.SecretArn", cloudformation_ref: false, terraform: "master_user_secret[0].secret_arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_db_instance",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_db_instance");
        body.set("identifier", &self.db_instance_identifier)
            .set_some("replicate_source_db", self.source_db_instance_identifier.as_ref())
            .set_some("engine", self.engine.as_ref())
            .set_some("engine_version", self.engine_version.as_ref())
            .set("instance_class", &self.db_instance_class)
            .set_some("allocated_storage", self.allocated_storage.as_ref().map(|size| number(size)))
            .set_some("max_allocated_storage", self.max_allocated_storage)
            .set_some("storage_type", self.storage_type.as_ref())
            .set("storage_encrypted", self.storage_encrypted)
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .set_some("db_name", self.db_name.as_ref())
            .set_some("username", self.master_username.as_ref())
            .set_some("manage_master_user_password", self.manage_master_user_password)
            .set_some("master_user_secret_kms_key_id", self.master_user_secret.as_ref().map(|secret| &secret.kms_key_id))
            .set_some("db_subnet_group_name", self.db_subnet_group_name.as_ref())
            .set("vpc_security_group_ids", &self.vpc_security_groups)
            .set_some("parameter_group_name", self.db_parameter_group_name.as_ref())
            .set_some("port", self.port.as_ref().map(|port| number(port)))
            .set_some("multi_az", self.multi_az)
            .set("publicly_accessible", self.publicly_accessible);
        self.terraform_operation(body);
        body.tags(&self.tags);
    }
}
