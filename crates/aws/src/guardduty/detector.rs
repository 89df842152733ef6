//! `AWS::GuardDuty::Detector`: looks for attacks in what the account's services report.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The detector of a region: AWS allows one. One that stands there already and is not ours is a conflict, never taken over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Detector {
    /// Whether it looks.
    pub enable: bool,
    /// `FIFTEEN_MINUTES`, `ONE_HOUR` or `SIX_HOURS`: how often findings that came again are told.
    pub finding_publishing_frequency: String,
    /// The protections that we set, for example `S3_DATA_EVENTS`; the others keep AWS's defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub features: Vec<Feature>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// One protection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Feature {
    /// `S3_DATA_EVENTS`, `EKS_AUDIT_LOGS`, `EBS_MALWARE_PROTECTION`, `RDS_LOGIN_EVENTS`, `LAMBDA_NETWORK_LOGS`, `RUNTIME_MONITORING`.
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
    /// More settings of the protection, for example `ECS_FARGATE_AGENT_MANAGEMENT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub additional_configuration: Vec<FeatureAdditionalConfiguration>,
}

/// One more setting of a protection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FeatureAdditionalConfiguration {
    /// Its name.
    pub name: String,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
}

impl AwsResource for Detector {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::GuardDuty::Detector",
        kind: "guardduty_detector",
        service: "guardduty",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: false, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_guardduty_detector",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_guardduty_detector")
            .set("enable", self.enable)
            .set("finding_publishing_frequency", &self.finding_publishing_frequency)
            .tags(&self.tags);
        for feature in &self.features {
            let id = to.own("aws_guardduty_detector", "id");
            let body = to.resource_suffixed("aws_guardduty_detector_feature", &feature.name.to_ascii_lowercase());
            body.set("detector_id", id).set("name", &feature.name).set("status", &feature.status);
            for item in &feature.additional_configuration {
                body.block("additional_configuration").set("name", &item.name).set("status", &item.status);
            }
        }
    }
}
