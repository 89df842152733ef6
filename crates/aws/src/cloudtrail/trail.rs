//! `AWS::CloudTrail::Trail`: who did what in the account.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A trail; its id here is its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Trail {
    /// Unique in the account and region.
    pub trail_name: String,
    /// The bucket that gets the files.
    pub s3_bucket_name: Text,
    /// The folder in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// Whether the calls of all regions are kept (CIS AWS 5.0 3.1).
    pub is_multi_region_trail: bool,
    /// Whether the calls of services without region are kept.
    pub include_global_service_events: bool,
    /// Whether digests prove that no file was changed (CIS AWS 5.0 3.2, PCI DSS 4.0 10.3.4).
    pub enable_log_file_validation: bool,
    /// The key's ARN (CIS AWS 5.0 3.5).
    #[serde(rename = "KMSKeyId", default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// The log group that gets the calls at once; CloudTrail wants `:*` behind the ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_log_group_arn: Option<Text>,
    /// The role with which CloudTrail writes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_role_arn: Option<Text>,
    /// Whether it records.
    pub is_logging: bool,
    /// Which calls; AWS keeps all calls that manage something where nothing is said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event_selectors: Vec<EventSelector>,
    /// What CloudTrail itself looks for in the calls (Security Hub, PCI DSS 4.0 10.4.1.1); sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insight_selectors: Vec<InsightSelector>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Which calls are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write_type: String,
    /// Whether calls that manage something are kept.
    pub include_management_events: bool,
    /// Of which things the calls that touch data are kept (CIS AWS 5.0 3.8, 3.9).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_resources: Vec<DataResource>,
}

/// Something unusual that CloudTrail looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InsightSelector {
    /// `ApiCallRateInsight`: many more calls than usual. `ApiErrorRateInsight`: many more refused ones.
    pub insight_type: String,
}

/// Things whose data calls are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DataResource {
    /// `AWS::S3::Object`, `AWS::Lambda::Function`, ...
    #[serde(rename = "Type")]
    pub resource_type: String,
    /// ARNs or starts of ARNs; `arn:aws:s3` is every bucket.
    pub values: Vec<Text>,
}

impl AwsResource for Trail {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::CloudTrail::Trail",
        kind: "cloudtrail",
        service: "cloudtrail",
        replace_on: &["TrailName"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "TrailName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_cloudtrail",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_cloudtrail");
        body.set("name", &self.trail_name)
            .set("s3_bucket_name", &self.s3_bucket_name)
            .set_some("s3_key_prefix", self.s3_key_prefix.as_ref())
            .set("is_multi_region_trail", self.is_multi_region_trail)
            .set("include_global_service_events", self.include_global_service_events)
            .set("enable_log_file_validation", self.enable_log_file_validation)
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .set_some("cloud_watch_logs_group_arn", self.cloud_watch_logs_log_group_arn.as_ref())
            .set_some("cloud_watch_logs_role_arn", self.cloud_watch_logs_role_arn.as_ref())
            .set("enable_logging", self.is_logging);
        for selector in &self.event_selectors {
            let block = body.block("event_selector");
            block.set("read_write_type", &selector.read_write_type).set("include_management_events", selector.include_management_events);
            for resource in &selector.data_resources {
                block.block("data_resource").set("type", &resource.resource_type).set("values", &resource.values);
            }
        }
        for selector in &self.insight_selectors {
            body.block("insight_selector").set("insight_type", &selector.insight_type);
        }
        body.tags(&self.tags);
    }
}
