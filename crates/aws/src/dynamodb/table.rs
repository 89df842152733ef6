//! `AWS::DynamoDB::Table`: a key-value table.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A table without secondary indexes. Its deletion takes the items with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Table {
    /// Unique in the account and region, 3 to 255 characters.
    pub table_name: String,
    /// The attributes of the key with their types; sorted by name.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The partition key, then the sort key if there is one. Only at creation.
    pub key_schema: Vec<KeySchemaElement>,
    /// `PAY_PER_REQUEST`: each request is paid, and there is no capacity to run out of. `PROVISIONED` is seen, never asked for.
    pub billing_mode: String,
    /// Whether `DeleteTable` is refused.
    pub deletion_protection_enabled: bool,
    /// The key that encrypts; absent where it is one of AWS's own.
    #[serde(rename = "SSESpecification", default, skip_serializing_if = "Option::is_none")]
    pub sse_specification: Option<SseSpecification>,
    /// Whether it can be brought back to any moment.
    pub point_in_time_recovery_specification: PointInTimeRecoverySpecification,
    /// The attribute that says when an item ends; absent where none does. An attribute that somebody else named would end items that shall stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_live_specification: Option<TimeToLiveSpecification>,
    /// The stream of changes; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_specification: Option<StreamSpecification>,
    /// Never asked for: who may reach it besides by its own permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<ResourcePolicy>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// An attribute of the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttributeDefinition {
    /// At most 255 characters.
    pub attribute_name: String,
    /// `S` for text, `N` for a number, `B` for bytes.
    pub attribute_type: String,
}

/// A part of the key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct KeySchemaElement {
    /// The attribute.
    pub attribute_name: String,
    /// `HASH` for the partition key, `RANGE` for the sort key.
    pub key_type: String,
}

/// Encryption with a key of KMS.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SseSpecification {
    /// Whether it is a key of KMS in this account, and not one that belongs to AWS.
    #[serde(rename = "SSEEnabled")]
    pub sse_enabled: bool,
    /// `KMS`.
    #[serde(rename = "SSEType")]
    pub sse_type: String,
    /// The key's ARN; without it AWS's own key for DynamoDB in this account.
    #[serde(rename = "KMSMasterKeyId", default, skip_serializing_if = "Option::is_none")]
    pub kms_master_key_id: Option<Text>,
}

/// Continuous backups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PointInTimeRecoverySpecification {
    /// Whether they are made.
    pub point_in_time_recovery_enabled: bool,
    /// Days back to any moment of which the table can be brought, 1 to 35; only where they are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_period_in_days: Option<i64>,
}

/// The attribute that says when an item ends.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TimeToLiveSpecification {
    /// The attribute: a number of seconds since 1970.
    pub attribute_name: String,
    /// Always `true`: what is off is absent.
    pub enabled: bool,
}

/// The stream of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StreamSpecification {
    /// `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`.
    pub stream_view_type: String,
}

/// A policy on the table itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResourcePolicy {
    /// The policy.
    pub policy_document: PolicyDocument,
}

impl Table {
    /// The attribute of a part of the key, by its type: `HASH` or `RANGE`.
    fn key(&self, key_type: &str) -> Option<&str> {
        self.key_schema.iter().find(|part| part.key_type == key_type).map(|part| part.attribute_name.as_str())
    }
}

impl AwsResource for Table {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::DynamoDB::Table",
        kind: "dynamodb_table",
        service: "dynamodb",
        replace_on: &["TableName", "KeySchema", "AttributeDefinitions"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["AttributeDefinitions"],
        closed: &[Closed::property("TimeToLiveSpecification"), Closed::property("ResourcePolicy")],
        outputs: &[
            OutputContract { name: "TableName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "StreamArn", cloudformation_ref: false, terraform: "stream_arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_dynamodb_table",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_dynamodb_table");
        body.set("name", &self.table_name)
            .set("billing_mode", &self.billing_mode)
            .set_some("hash_key", self.key("HASH"))
            .set_some("range_key", self.key("RANGE"))
            .set("deletion_protection_enabled", self.deletion_protection_enabled);
        if let Some(stream) = &self.stream_specification {
            body.set("stream_enabled", true).set("stream_view_type", &stream.stream_view_type);
        }
        for attribute in &self.attribute_definitions {
            body.block("attribute").set("name", &attribute.attribute_name).set("type", &attribute.attribute_type);
        }
        if let Some(encryption) = &self.sse_specification {
            body.block("server_side_encryption")
                .set("enabled", encryption.sse_enabled)
                .set_some("kms_key_arn", encryption.kms_master_key_id.as_ref());
        }
        let recovery = &self.point_in_time_recovery_specification;
        body.block("point_in_time_recovery")
            .set("enabled", recovery.point_in_time_recovery_enabled)
            .set_some("recovery_period_in_days", recovery.recovery_period_in_days);
        if let Some(end) = &self.time_to_live_specification {
            body.block("ttl").set("attribute_name", &end.attribute_name).set("enabled", end.enabled);
        }
        body.tags(&self.tags);
    }
}
