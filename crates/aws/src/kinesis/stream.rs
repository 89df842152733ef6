//! `AWS::Kinesis::Stream`: a stream of records.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A stream. Its deletion takes the records with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Stream {
    /// Unique in the account and region, at most 128 characters.
    pub name: String,
    /// Who decides on the number of shards.
    pub stream_mode_details: StreamModeDetails,
    /// Open shards; only where the mode is `PROVISIONED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard_count: Option<i64>,
    /// Hours that a record is kept, 24 to 8760.
    pub retention_period_hours: i64,
    /// The key that encrypts; absent where nothing is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_encryption: Option<StreamEncryption>,
    /// Never asked for: who may reach it besides by its own permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<PolicyDocument>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Who decides on the number of shards.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StreamModeDetails {
    /// `ON_DEMAND` or `PROVISIONED`.
    pub stream_mode: String,
}

/// Encryption of what rests in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StreamEncryption {
    /// `KMS`.
    pub encryption_type: String,
    /// The key's ARN, or `alias/aws/kinesis` for AWS's own.
    pub key_id: Text,
}

impl Stream {
    /// The mode in which Kinesis counts the shards itself.
    pub const ON_DEMAND: &str = "ON_DEMAND";
    /// The mode in which we say how many there are.
    pub const PROVISIONED: &str = "PROVISIONED";
}

impl AwsResource for Stream {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Kinesis::Stream",
        kind: "kinesis_stream",
        service: "kinesis",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::property("ResourcePolicy")],
        outputs: &[
            OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_kinesis_stream",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_kinesis_stream");
        body.set("name", &self.name).set_some("shard_count", self.shard_count).set("retention_period", self.retention_period_hours);
        if let Some(encryption) = &self.stream_encryption {
            body.set("encryption_type", &encryption.encryption_type).set("kms_key_id", &encryption.key_id);
        }
        body.block("stream_mode_details").set("stream_mode", &self.stream_mode_details.stream_mode);
        body.tags(&self.tags);
    }
}
