//! `AWS::ApplicationAutoScaling::ScalingPolicy`: keeps a metric near a value by scaling a target.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Body, Terraform};

/// A policy. It names its target by the three parts, so it must be told to stand on the target
/// ([`ScalableTarget`](super::ScalableTarget)) by a dependency.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScalingPolicy {
    /// Unique for its target.
    pub policy_name: String,
    /// `TargetTrackingScaling`.
    pub policy_type: String,
    /// The target's resource.
    pub resource_id: Text,
    /// The target's dimension.
    pub scalable_dimension: String,
    /// The target's namespace.
    pub service_namespace: String,
    /// What is kept near which value.
    pub target_tracking_scaling_policy_configuration: TargetTrackingScalingPolicyConfiguration,
}

/// What is kept near which value. Times are seconds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetTrackingScalingPolicyConfiguration {
    /// The value.
    pub target_value: f64,
    /// One of AWS's own metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predefined_metric_specification: Option<PredefinedMetricSpecification>,
    /// Any other metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customized_metric_specification: Option<CustomizedMetricSpecification>,
    /// After scaling in, until the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_in_cooldown: Option<i64>,
    /// After scaling out, until the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_out_cooldown: Option<i64>,
    /// Whether it never scales in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_scale_in: Option<bool>,
}

/// One of AWS's own metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PredefinedMetricSpecification {
    /// `ECSServiceAverageCPUUtilization`, `ECSServiceAverageMemoryUtilization`, `ALBRequestCountPerTarget`.
    pub predefined_metric_type: String,
    /// For `ALBRequestCountPerTarget`: the full names of load balancer and target group with `/` between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_label: Option<Text>,
}

/// Any other metric: one, or an expression over several.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CustomizedMetricSpecification {
    /// For example `ApproximateNumberOfMessagesVisible`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// For example `AWS/SQS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `Average`, `Sum`, `Maximum`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    /// The metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Which of the metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub dimensions: Vec<MetricDimension>,
    /// Instead of the above: several metrics and the expression over them that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub metrics: Vec<MetricDataQuery>,
}

/// One dimension of a metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricDimension {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Text,
}

/// One metric or expression of several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricDataQuery {
    /// The name that expressions use, unique in the policy.
    pub id: String,
    /// The expression; else a metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The metric; else an expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_stat: Option<MetricStat>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether this is the one that counts; exactly one is.
    pub return_data: bool,
}

/// A metric and its statistic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricStat {
    /// The metric.
    pub metric: Metric,
    /// `Average`, `Sum`, ...
    pub stat: String,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Metric {
    /// For example `RunningTaskCount`.
    pub metric_name: String,
    /// For example `ECS/ContainerInsights`.
    pub namespace: String,
    /// Which of the metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub dimensions: Vec<MetricDimension>,
}

fn dimensions(body: &mut Body, all: &[MetricDimension]) {
    for dimension in all {
        body.block("dimensions").set("name", &dimension.name).set("value", &dimension.value);
    }
}

fn customized(body: &mut Body, custom: &CustomizedMetricSpecification) {
    body.set_some("metric_name", custom.metric_name.as_ref())
        .set_some("namespace", custom.namespace.as_ref())
        .set_some("statistic", custom.statistic.as_ref())
        .set_some("unit", custom.unit.as_ref());
    dimensions(body, &custom.dimensions);
    for query in &custom.metrics {
        let block = body.block("metrics");
        block
            .set("id", &query.id)
            .set_some("expression", query.expression.as_ref())
            .set_some("label", query.label.as_ref())
            .set("return_data", query.return_data);
        if let Some(stat) = &query.metric_stat {
            let stat_block = block.block("metric_stat");
            stat_block.set("stat", &stat.stat);
            let metric = stat_block.block("metric");
            metric.set("metric_name", &stat.metric.metric_name).set("namespace", &stat.metric.namespace);
            dimensions(metric, &stat.metric.dimensions);
        }
    }
}

impl AwsResource for ScalingPolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ApplicationAutoScaling::ScalingPolicy",
        kind: "appautoscaling_policy",
        service: "application-autoscaling",
        replace_on: &["PolicyName", "PolicyType", "ResourceId", "ScalableDimension", "ServiceNamespace"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_appautoscaling_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_appautoscaling_policy");
        body.set("name", &self.policy_name)
            .set("policy_type", &self.policy_type)
            .set("resource_id", &self.resource_id)
            .set("scalable_dimension", &self.scalable_dimension)
            .set("service_namespace", &self.service_namespace);
        let tracking = &self.target_tracking_scaling_policy_configuration;
        let block = body.block("target_tracking_scaling_policy_configuration");
        block
            .set("target_value", tracking.target_value)
            .set_some("scale_in_cooldown", tracking.scale_in_cooldown)
            .set_some("scale_out_cooldown", tracking.scale_out_cooldown)
            .set_some("disable_scale_in", tracking.disable_scale_in);
        if let Some(predefined) = &tracking.predefined_metric_specification {
            block
                .block("predefined_metric_specification")
                .set("predefined_metric_type", &predefined.predefined_metric_type)
                .set_some("resource_label", predefined.resource_label.as_ref());
        }
        if let Some(custom) = &tracking.customized_metric_specification {
            customized(block.block("customized_metric_specification"), custom);
        }
    }

    fn terraform_import_id(&self, _id: &PhysicalId) -> String {
        format!("{}/{}/{}/{}", self.service_namespace, self.resource_id, self.scalable_dimension, self.policy_name)
    }
}
