//! `AWS::Config::DeliveryChannel`: where the recorder's files go.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The delivery channel of a region: AWS allows one, and wants the recorder first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeliveryChannel {
    /// Its name.
    pub name: String,
    /// The bucket.
    pub s3_bucket_name: Text,
    /// The folder in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// The key with which the files are encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_kms_key_arn: Option<Text>,
    /// The topic that is told.
    #[serde(rename = "SnsTopicARN", default, skip_serializing_if = "Option::is_none")]
    pub sns_topic_arn: Option<Text>,
    /// How often a whole picture is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_snapshot_delivery_properties: Option<ConfigSnapshotDeliveryProperties>,
}

/// How often a whole picture is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConfigSnapshotDeliveryProperties {
    /// `One_Hour`, `Three_Hours`, `Six_Hours`, `Twelve_Hours` or `TwentyFour_Hours`.
    pub delivery_frequency: String,
}

impl AwsResource for DeliveryChannel {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Config::DeliveryChannel",
        kind: "config_delivery_channel",
        service: "config",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Name", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_config_delivery_channel",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_config_delivery_channel");
        body.set("name", &self.name)
            .set("s3_bucket_name", &self.s3_bucket_name)
            .set_some("s3_key_prefix", self.s3_key_prefix.as_ref())
            .set_some("s3_kms_key_arn", self.s3_kms_key_arn.as_ref())
            .set_some("sns_topic_arn", self.sns_topic_arn.as_ref());
        if let Some(snapshot) = &self.config_snapshot_delivery_properties {
            body.block("snapshot_delivery_properties").set("delivery_frequency", &snapshot.delivery_frequency);
        }
    }
}
