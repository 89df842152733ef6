//! `AWS::AutoScaling::AutoScalingGroup`: keeps a number of instances running.
//!
//! Where our document differs from CloudFormation's: sizes are numbers (there: strings of digits, numbers accepted), and `Tags` is a
//! map (there: a list whose items also say `PropagateAtLaunch`, always true for ours; Terraform's form is `tag` blocks).

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An auto scaling group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AutoScalingGroup {
    /// Unique in the account and region.
    pub auto_scaling_group_name: String,
    /// Fewest instances.
    pub min_size: i64,
    /// Most instances.
    pub max_size: i64,
    /// Instances now; absent where something else scales it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_capacity: Option<i64>,
    /// The subnets.
    #[serde(rename = "VPCZoneIdentifier", default, skip_serializing_if = "Vec::is_empty")]
    pub vpc_zone_identifier: Vec<Text>,
    /// How instances are started.
    pub launch_template: LaunchTemplateSpecification,
    /// `EC2` or `ELB`.
    pub health_check_type: String,
    /// Seconds before the first check of a new instance.
    pub health_check_grace_period: i64,
    /// Target groups that instances join.
    #[serde(rename = "TargetGroupARNs", default, skip_serializing_if = "Vec::is_empty")]
    pub target_group_arns: Vec<Text>,
    /// Metrics of the group itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics_collection: Vec<MetricsCollection>,
    /// Tags; instances get them too.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A launch template and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LaunchTemplateSpecification {
    /// The template.
    pub launch_template_id: Text,
    /// The version's number: the template's output `LatestVersionNumber`.
    pub version: Text,
}

/// Metrics of the group itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricsCollection {
    /// Always `1Minute`.
    pub granularity: String,
    /// Names of metrics, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
}

impl AwsResource for AutoScalingGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::AutoScaling::AutoScalingGroup",
        kind: "autoscaling_group",
        service: "autoscaling",
        replace_on: &["AutoScalingGroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["VPCZoneIdentifier", "TargetGroupARNs"],
        closed: &[],
        outputs: &[
            OutputContract { name: "AutoScalingGroupName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "AutoScalingGroupARN", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_autoscaling_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_autoscaling_group");
        body.set("name", &self.auto_scaling_group_name)
            .set("min_size", self.min_size)
            .set("max_size", self.max_size)
            .set_some("desired_capacity", self.desired_capacity)
            .set("vpc_zone_identifier", &self.vpc_zone_identifier)
            .set("health_check_type", &self.health_check_type)
            .set("health_check_grace_period", self.health_check_grace_period);
        if !self.target_group_arns.is_empty() {
            body.set("target_group_arns", &self.target_group_arns);
        }
        if let Some(collection) = self.metrics_collection.first() {
            body.set("enabled_metrics", &collection.metrics).set("metrics_granularity", &collection.granularity);
        }
        body.block("launch_template").set("id", &self.launch_template.launch_template_id).set("version", &self.launch_template.version);
        for (key, value) in &self.tags {
            body.block("tag").set("key", key).set("value", value).set("propagate_at_launch", true);
        }
    }
}
