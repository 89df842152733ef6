//! `AWS::ElasticLoadBalancingV2::ListenerRule`: which requests go where.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use super::Action;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A rule. CloudFormation gives it no tags: it is found by its listener and priority, which are unique together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListenerRule {
    /// The listener.
    pub listener_arn: Text,
    /// 1 to 50000; the lowest that fits wins.
    pub priority: i64,
    /// All must fit.
    #[serde(serialize_with = "crate::normal::sorted")]
    pub conditions: Vec<Condition>,
    /// What happens.
    pub actions: Vec<Action>,
}

/// One condition; the configuration of its field is set, no other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Condition {
    /// `host-header`, `path-pattern`, `http-request-method` or `source-ip`.
    pub field: String,
    /// For `host-header`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_header_config: Option<ValuesConfig>,
    /// For `path-pattern`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_pattern_config: Option<ValuesConfig>,
    /// For `http-request-method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_request_method_config: Option<ValuesConfig>,
    /// For `source-ip`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip_config: Option<ValuesConfig>,
}

/// Values of which one must fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ValuesConfig {
    /// The values; at most five in all conditions of a rule.
    #[serde(serialize_with = "crate::normal::sorted")]
    pub values: Vec<String>,
}

impl ValuesConfig {
    fn of<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Option<Self> {
        Some(Self { values: values.into_iter().map(Into::into).collect() })
    }
}

impl Condition {
    /// One of these hosts.
    pub fn host<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        Self { field: "host-header".to_owned(), host_header_config: ValuesConfig::of(values), ..Self::default() }
    }

    /// One of these paths, for example `/api/*`.
    pub fn path<V: Into<String>>(values: impl IntoIterator<Item = V>) -> Self {
        Self { field: "path-pattern".to_owned(), path_pattern_config: ValuesConfig::of(values), ..Self::default() }
    }
}

impl AwsResource for ListenerRule {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElasticLoadBalancingV2::ListenerRule",
        kind: "lb_listener_rule",
        service: "elasticloadbalancing",
        replace_on: &["ListenerArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "RuleArn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_lb_listener_rule",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lb_listener_rule");
        body.set("listener_arn", &self.listener_arn).set("priority", self.priority);
        for condition in &self.conditions {
            let block = body.block("condition");
            for (name, config) in [
                ("host_header", &condition.host_header_config),
                ("path_pattern", &condition.path_pattern_config),
                ("http_request_method", &condition.http_request_method_config),
                ("source_ip", &condition.source_ip_config),
            ] {
                if let Some(config) = config {
                    block.block(name).set("values", &config.values);
                }
            }
        }
        for action in &self.actions {
            action.terraform(body.block("action"));
        }
    }
}
