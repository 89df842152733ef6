//! `AWS::Logs::MetricFilter`: log lines counted as a metric.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A filter.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricFilter {
    /// The log group.
    pub log_group_name: Text,
    /// Unique in the log group.
    pub filter_name: String,
    /// The pattern, for example `{ $.errorCode = "AccessDenied*" }`.
    pub filter_pattern: String,
    /// What a match counts as.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metric_transformations: Vec<MetricTransformation>,
}

/// What a match counts as.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricTransformation {
    /// The metric.
    pub metric_name: String,
    /// Its namespace.
    pub metric_namespace: String,
    /// What is added for a match, for example `1`.
    pub metric_value: String,
    /// What is reported when nothing matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<f64>,
    /// For example `Count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl AwsResource for MetricFilter {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Logs::MetricFilter",
        kind: "log_metric_filter",
        service: "logs",
        replace_on: &["LogGroupName", "FilterName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "FilterName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_cloudwatch_log_metric_filter",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_cloudwatch_log_metric_filter");
        body.set("log_group_name", &self.log_group_name).set("name", &self.filter_name).set("pattern", &self.filter_pattern);
        for transformation in &self.metric_transformations {
            body.block("metric_transformation")
                .set("name", &transformation.metric_name)
                .set("namespace", &transformation.metric_namespace)
                .set("value", &transformation.metric_value)
                .set_some("default_value", transformation.default_value.map(|value| value.to_string()))
                .set_some("unit", transformation.unit.as_ref());
        }
    }
}
