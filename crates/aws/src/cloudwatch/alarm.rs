//! `AWS::CloudWatch::Alarm`: a limit on a metric and who hears of it.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Body, Expression, Terraform};

/// An alarm on one metric, or on an expression over several.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Alarm {
    /// Unique in the account and region, at most 255 characters.
    pub alarm_name: String,
    /// What it means and what to do.
    pub alarm_description: String,
    /// Whether actions are carried out.
    pub actions_enabled: bool,
    /// ARNs told when it rings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarm_actions: Vec<Text>,
    /// ARNs told when it stops.
    #[serde(rename = "OKActions", default, skip_serializing_if = "Vec::is_empty")]
    pub ok_actions: Vec<Text>,
    /// ARNs told when data are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub insufficient_data_actions: Vec<Text>,
    /// For example `GreaterThanThreshold`.
    pub comparison_operator: String,
    /// The limit.
    pub threshold: f64,
    /// Periods looked at.
    pub evaluation_periods: i64,
    /// Of them, how many over the limit ring it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<i64>,
    /// `notBreaching`, `breaching`, `ignore` or `missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treat_missing_data: Option<String>,
    /// The metric's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// Its dimensions, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// `Sum`, `Average`, `Maximum`, `Minimum` or `SampleCount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    /// A percentile, for example `p95`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_statistic: Option<String>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<i64>,
    /// For example `Seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Instead of one metric: several and an expression over them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricDataQuery>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// One dimension of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dimension {
    /// For example `QueueName`.
    pub name: String,
    /// Its value.
    pub value: Text,
}

/// One metric or expression.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricDataQuery {
    /// Lower case first letter; expressions name metrics by it.
    pub id: String,
    /// An expression over other ids, for example `errors / requests`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether the alarm compares this one; exactly one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_data: Option<bool>,
    /// A metric, where it is no expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_stat: Option<MetricStat>,
}

/// A metric and how it is summed up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MetricStat {
    /// The metric.
    pub metric: Metric,
    /// Seconds.
    pub period: i64,
    /// For example `Sum` or `p95`.
    pub stat: String,
    /// For example `Seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A metric.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Metric {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub metric_name: String,
    /// Its dimensions, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
}

fn dimensions(all: &[Dimension]) -> Expression {
    Expression::Map(all.iter().map(|one| (one.name.clone(), (&one.value).into())).collect())
}

impl MetricDataQuery {
    fn terraform(&self, body: &mut Body) {
        body.set("id", &self.id)
            .set_some("expression", self.expression.as_ref())
            .set_some("label", self.label.as_ref())
            .set_some("return_data", self.return_data);
        if let Some(stat) = &self.metric_stat {
            let block = body.block("metric");
            block
                .set("namespace", &stat.metric.namespace)
                .set("metric_name", &stat.metric.metric_name)
                .set("period", stat.period)
                .set("stat", &stat.stat)
                .set_some("unit", stat.unit.as_ref());
            if !stat.metric.dimensions.is_empty() {
                block.set("dimensions", dimensions(&stat.metric.dimensions));
            }
        }
    }
}

impl AwsResource for Alarm {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::CloudWatch::Alarm",
        kind: "alarm",
        service: "cloudwatch",
        replace_on: &["AlarmName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["AlarmActions", "OKActions", "InsufficientDataActions", "Dimensions"],
        closed: &[],
        outputs: &[
            OutputContract { name: "AlarmName", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_cloudwatch_metric_alarm",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_cloudwatch_metric_alarm");
        body.set("alarm_name", &self.alarm_name)
            .set("alarm_description", &self.alarm_description)
            .set("actions_enabled", self.actions_enabled)
            .set("comparison_operator", &self.comparison_operator)
            .set("threshold", self.threshold)
            .set("evaluation_periods", self.evaluation_periods)
            .set_some("datapoints_to_alarm", self.datapoints_to_alarm)
            .set_some("treat_missing_data", self.treat_missing_data.as_ref())
            .set_some("namespace", self.namespace.as_ref())
            .set_some("metric_name", self.metric_name.as_ref())
            .set_some("statistic", self.statistic.as_ref())
            .set_some("extended_statistic", self.extended_statistic.as_ref())
            .set_some("period", self.period)
            .set_some("unit", self.unit.as_ref());
        if !self.dimensions.is_empty() {
            body.set("dimensions", dimensions(&self.dimensions));
        }
        for (name, actions) in [
            ("alarm_actions", &self.alarm_actions),
            ("ok_actions", &self.ok_actions),
            ("insufficient_data_actions", &self.insufficient_data_actions),
        ] {
            if !actions.is_empty() {
                body.set(name, actions);
            }
        }
        for query in &self.metrics {
            query.terraform(body.block("metric_query"));
        }
        body.tags(&self.tags);
    }
}
