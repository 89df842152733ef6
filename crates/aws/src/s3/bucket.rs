//! `AWS::S3::Bucket`: object storage.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Body, Expression, Terraform};

/// A bucket. Removing it removes what is in it: the plan has then already asked for the bucket by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Bucket {
    /// Unique in the world, 3 to 63 of lower case letters, digits and hyphens.
    pub bucket_name: String,
    /// Encryption of what is stored; targets of S3 or load balancer logs must use `AES256`, AWS refuses KMS there.
    pub bucket_encryption: BucketEncryption,
    /// The four locks against public access.
    pub public_access_block_configuration: PublicAccessBlockConfiguration,
    /// Who owns what others upload; `BucketOwnerEnforced` turns access lists off.
    pub ownership_controls: OwnershipControls,
    /// Whether old versions are kept.
    pub versioning_configuration: VersioningConfiguration,
    /// Where server access logs go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging_configuration: Option<LoggingConfiguration>,
    /// What happens to objects with time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_configuration: Option<LifecycleConfiguration>,
    /// Who is told about new objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_configuration: Option<NotificationConfiguration>,
    /// Whether object lock can be used; only at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock_enabled: Option<bool>,
    /// The retention that every new object gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock_configuration: Option<ObjectLockConfiguration>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// How objects are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketEncryption {
    /// Exactly one rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_side_encryption_configuration: Vec<ServerSideEncryptionRule>,
}

/// One rule of encryption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServerSideEncryptionRule {
    /// The algorithm and its key.
    pub server_side_encryption_by_default: ServerSideEncryptionByDefault,
    /// One data key for many objects: fewer calls to KMS; only with KMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_key_enabled: Option<bool>,
}

/// The default encryption.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServerSideEncryptionByDefault {
    /// `aws:kms` or `AES256`.
    #[serde(rename = "SSEAlgorithm")]
    pub sse_algorithm: String,
    /// The key's ARN, with `aws:kms`.
    #[serde(rename = "KMSMasterKeyID", default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Text>,
}

/// The four locks against public access (CIS AWS 5.0 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PublicAccessBlockConfiguration {
    /// Refuses public access lists.
    pub block_public_acls: bool,
    /// Refuses public policies.
    pub block_public_policy: bool,
    /// Ignores public access lists that are there.
    pub ignore_public_acls: bool,
    /// Keeps others out of a bucket with a public policy.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlockConfiguration {
    /// All four locks closed.
    #[must_use]
    pub fn closed() -> Self {
        Self { block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true }
    }
}

/// Who owns what others upload.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OwnershipControls {
    /// Exactly one rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<OwnershipControlsRule>,
}

/// One rule of ownership.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OwnershipControlsRule {
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub object_ownership: String,
}

/// Whether old versions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VersioningConfiguration {
    /// `Enabled` or `Suspended`; a bucket that never had versions reads as `Suspended`.
    pub status: String,
}

/// Where server access logs go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingConfiguration {
    /// The bucket that takes the logs.
    pub destination_bucket_name: Text,
    /// The beginning of the logs' keys, for example `documents/`.
    pub log_file_prefix: String,
}

/// What happens to objects with time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleConfiguration {
    /// Rules, by `Id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<LifecycleRule>,
}

/// One rule over time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecycleRule {
    /// Unique in the bucket.
    pub id: String,
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// Only keys that begin so; without it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Days after which the current version goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_in_days: Option<i64>,
    /// Moves to colder storage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<Transition>,
    /// When old versions go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_version_expiration: Option<NoncurrentVersionExpiration>,
    /// When unfinished uploads go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_incomplete_multipart_upload: Option<AbortIncompleteMultipartUpload>,
}

/// A move to colder storage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Transition {
    /// For example `STANDARD_IA` or `GLACIER`.
    pub storage_class: String,
    /// Days after creation; at least 30 for `STANDARD_IA`.
    pub transition_in_days: i64,
}

/// When old versions go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NoncurrentVersionExpiration {
    /// Days after a version stopped being the current one.
    pub noncurrent_days: i64,
}

/// When unfinished uploads go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AbortIncompleteMultipartUpload {
    /// Days after the upload began.
    pub days_after_initiation: i64,
}

/// Who is told about objects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NotificationConfiguration {
    /// Functions that are called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lambda_configurations: Vec<LambdaConfiguration>,
    /// Whether EventBridge is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_bridge_configuration: Option<EventBridgeConfiguration>,
}

/// A function that is called; the function must allow `s3.amazonaws.com` before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LambdaConfiguration {
    /// For example `s3:ObjectCreated:*`.
    pub event: String,
    /// The function's ARN.
    pub function: Text,
    /// Only some keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<NotificationFilter>,
}

/// Only some keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NotificationFilter {
    /// By the key.
    #[serde(rename = "S3Key")]
    pub s3_key: S3KeyFilter,
}

/// Only some keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct S3KeyFilter {
    /// At most one `prefix` and one `suffix`, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<FilterRule>,
}

/// One condition on the key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FilterRule {
    /// `prefix` or `suffix`.
    pub name: String,
    /// The beginning or the end.
    pub value: String,
}

/// Whether EventBridge is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventBridgeConfiguration {
    /// Always true: absence says no.
    pub event_bridge_enabled: bool,
}

/// The retention that new objects get.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ObjectLockConfiguration {
    /// Always `Enabled`.
    pub object_lock_enabled: String,
    /// The default retention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<ObjectLockRule>,
}

/// The default retention.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ObjectLockRule {
    /// How long and how hard.
    pub default_retention: DefaultRetention,
}

/// How long and how hard objects are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DefaultRetention {
    /// `GOVERNANCE` or `COMPLIANCE` (which nobody can shorten).
    pub mode: String,
    /// Days.
    pub days: i64,
}

/// The values of a bucket that most buckets share.
impl Bucket {
    /// A bucket encrypted with a key of ours, closed, owned, without versions.
    pub fn encrypted_with(name: impl Into<String>, key_arn: Text) -> Self {
        Self::closed(
            name,
            ServerSideEncryptionRule {
                server_side_encryption_by_default: ServerSideEncryptionByDefault {
                    sse_algorithm: "aws:kms".to_owned(),
                    kms_master_key_id: Some(key_arn),
                },
                bucket_key_enabled: Some(true),
            },
        )
    }

    /// A bucket encrypted with a key of S3's own, for targets of logs.
    pub fn encrypted_by_s3(name: impl Into<String>) -> Self {
        Self::closed(
            name,
            ServerSideEncryptionRule {
                server_side_encryption_by_default: ServerSideEncryptionByDefault {
                    sse_algorithm: "AES256".to_owned(),
                    kms_master_key_id: None,
                },
                bucket_key_enabled: None,
            },
        )
    }

    fn closed(name: impl Into<String>, encryption: ServerSideEncryptionRule) -> Self {
        Self {
            bucket_name: name.into(),
            bucket_encryption: BucketEncryption { server_side_encryption_configuration: vec![encryption] },
            public_access_block_configuration: PublicAccessBlockConfiguration::closed(),
            ownership_controls: OwnershipControls {
                rules: vec![OwnershipControlsRule { object_ownership: "BucketOwnerEnforced".to_owned() }],
            },
            versioning_configuration: VersioningConfiguration { status: "Suspended".to_owned() },
            ..Self::default()
        }
    }

    fn terraform_protection(&self, to: &mut Terraform, own: &Expression) {
        if let Some(rule) = self.bucket_encryption.server_side_encryption_configuration.first() {
            let body = to.resource("aws_s3_bucket_server_side_encryption_configuration");
            let block = body.set("bucket", own.clone()).block("rule");
            block.set_some("bucket_key_enabled", rule.bucket_key_enabled);
            block
                .block("apply_server_side_encryption_by_default")
                .set("sse_algorithm", &rule.server_side_encryption_by_default.sse_algorithm)
                .set_some("kms_master_key_id", rule.server_side_encryption_by_default.kms_master_key_id.as_ref());
        }
        let access = &self.public_access_block_configuration;
        to.resource("aws_s3_bucket_public_access_block")
            .set("bucket", own.clone())
            .set("block_public_acls", access.block_public_acls)
            .set("block_public_policy", access.block_public_policy)
            .set("ignore_public_acls", access.ignore_public_acls)
            .set("restrict_public_buckets", access.restrict_public_buckets);
        if let Some(rule) = self.ownership_controls.rules.first() {
            to.resource("aws_s3_bucket_ownership_controls")
                .set("bucket", own.clone())
                .block("rule")
                .set("object_ownership", &rule.object_ownership);
        }
        to.resource("aws_s3_bucket_versioning")
            .set("bucket", own.clone())
            .block("versioning_configuration")
            .set("status", &self.versioning_configuration.status);
    }

    fn terraform_behaviour(&self, to: &mut Terraform, own: &Expression) {
        if let Some(logging) = &self.logging_configuration {
            to.resource("aws_s3_bucket_logging")
                .set("bucket", own.clone())
                .set("target_bucket", &logging.destination_bucket_name)
                .set("target_prefix", &logging.log_file_prefix);
        }
        if let Some(lifecycle) = &self.lifecycle_configuration {
            let body = to.resource("aws_s3_bucket_lifecycle_configuration");
            body.set("bucket", own.clone());
            for rule in &lifecycle.rules {
                rule.terraform(body.block("rule"));
            }
        }
        if let Some(notification) = &self.notification_configuration {
            let body = to.resource("aws_s3_bucket_notification");
            body.set("bucket", own.clone());
            if notification.event_bridge_configuration.is_some() {
                body.set("eventbridge", true);
            }
            for function in &notification.lambda_configurations {
                let block = body.block("lambda_function");
                block.set("lambda_function_arn", &function.function).set("events", vec![function.event.as_str()]);
                for rule in function.filter.iter().flat_map(|filter| &filter.s3_key.rules) {
                    let name = if rule.name == "suffix" { "filter_suffix" } else { "filter_prefix" };
                    block.set(name, &rule.value);
                }
            }
        }
        if let Some(lock) = &self.object_lock_configuration {
            let body = to.resource("aws_s3_bucket_object_lock_configuration");
            body.set("bucket", own.clone());
            if let Some(rule) = &lock.rule {
                body.block("rule")
                    .block("default_retention")
                    .set("mode", &rule.default_retention.mode)
                    .set("days", rule.default_retention.days);
            }
        }
    }
}

impl LifecycleRule {
    fn terraform(&self, body: &mut Body) {
        body.set("id", &self.id).set("status", &self.status);
        body.block("filter").set("prefix", self.prefix.as_deref().unwrap_or_default());
        if let Some(days) = self.expiration_in_days {
            body.block("expiration").set("days", days);
        }
        for transition in &self.transitions {
            body.block("transition").set("days", transition.transition_in_days).set("storage_class", &transition.storage_class);
        }
        if let Some(expiration) = &self.noncurrent_version_expiration {
            body.block("noncurrent_version_expiration").set("noncurrent_days", expiration.noncurrent_days);
        }
        if let Some(abort) = &self.abort_incomplete_multipart_upload {
            body.block("abort_incomplete_multipart_upload").set("days_after_initiation", abort.days_after_initiation);
        }
    }
}

impl AwsResource for Bucket {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::S3::Bucket",
        kind: "bucket",
        service: "s3",
        replace_on: &["BucketName", "ObjectLockEnabled"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["LifecycleConfiguration.Rules", "NotificationConfiguration.LambdaConfigurations"],
        closed: &[],
        outputs: &[
            OutputContract { name: "BucketName", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "DomainName", cloudformation_ref: false, terraform: "bucket_domain_name" },
            OutputContract { name: "RegionalDomainName", cloudformation_ref: false, terraform: "bucket_regional_domain_name" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_s3_bucket",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_s3_bucket");
        body.set("bucket", &self.bucket_name);
        body.set_some("object_lock_enabled", self.object_lock_enabled);
        body.tags(&self.tags);
        let own = to.own("aws_s3_bucket", "id");
        self.terraform_protection(to, &own);
        self.terraform_behaviour(to, &own);
    }
}
