//! `AWS::ElasticLoadBalancingV2::TargetGroup`: the tasks or hosts behind a rule, and how their health is asked.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use super::Attribute;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A target group. Times are seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetGroup {
    /// Unique in the account and region, at most 32 characters.
    pub name: String,
    /// The port of the targets.
    pub port: i64,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`; AWS takes `HTTP1` where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// The network of the targets.
    pub vpc_id: Text,
    /// `ip` for tasks, `instance` for hosts.
    pub target_type: String,
    /// Whether the targets are asked; always, for `ip` and `instance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_enabled: Option<bool>,
    /// The path that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
    /// The port that is asked: `traffic-port` or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_port: Option<String>,
    /// `HTTP` or `HTTPS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_protocol: Option<String>,
    /// Between two questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_interval_seconds: Option<i64>,
    /// Until a question counts as failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_timeout_seconds: Option<i64>,
    /// Good answers until a target counts as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy_threshold_count: Option<i64>,
    /// Bad answers until a target counts as unwell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unhealthy_threshold_count: Option<i64>,
    /// Which answers are good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matcher: Option<Matcher>,
    /// The attributes that we set, for example `deregistration_delay.timeout_seconds`; the others keep AWS's defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub target_group_attributes: Vec<Attribute>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Which answers are good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Matcher {
    /// For example `200` or `200-299`.
    pub http_code: String,
}

/// Terraform's argument for an attribute that has one of its own.
const ARGUMENTS: &[(&str, &str)] = &[
    ("deregistration_delay.timeout_seconds", "deregistration_delay"),
    ("load_balancing.algorithm.anomaly_mitigation", "load_balancing_anomaly_mitigation"),
    ("load_balancing.algorithm.type", "load_balancing_algorithm_type"),
    ("load_balancing.cross_zone.enabled", "load_balancing_cross_zone_enabled"),
    ("slow_start.duration_seconds", "slow_start"),
];

impl AwsResource for TargetGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElasticLoadBalancingV2::TargetGroup",
        kind: "lb_target_group",
        service: "elasticloadbalancing",
        replace_on: &["Name", "Port", "Protocol", "ProtocolVersion", "VpcId", "TargetType"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "TargetGroupArn", cloudformation_ref: true, terraform: "arn" },
            OutputContract { name: "TargetGroupFullName", cloudformation_ref: false, terraform: "arn_suffix" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_lb_target_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lb_target_group");
        body.set("name", &self.name)
            .set("port", self.port)
            .set("protocol", &self.protocol)
            .set_some("protocol_version", self.protocol_version.as_ref())
            .set("vpc_id", &self.vpc_id)
            .set("target_type", &self.target_type);
        for attribute in &self.target_group_attributes {
            if let Some((_, argument)) = ARGUMENTS.iter().find(|(key, _)| *key == attribute.key) {
                // These four are strings in the provider's schema, the others are numbers.
                if *argument == "slow_start" {
                    body.set(argument, attribute.expression());
                } else {
                    body.set(argument, &attribute.value);
                }
            }
        }
        body.block("health_check")
            .set_some("enabled", self.health_check_enabled)
            .set_some("path", self.health_check_path.as_ref())
            .set_some("port", self.health_check_port.as_ref())
            .set_some("protocol", self.health_check_protocol.as_ref())
            .set_some("interval", self.health_check_interval_seconds)
            .set_some("timeout", self.health_check_timeout_seconds)
            .set_some("healthy_threshold", self.healthy_threshold_count)
            .set_some("unhealthy_threshold", self.unhealthy_threshold_count)
            .set_some("matcher", self.matcher.as_ref().map(|matcher| &matcher.http_code));
        let stickiness = |name: &str| {
            let key = format!("stickiness.{name}");
            self.target_group_attributes.iter().find(move |attribute| attribute.key == key)
        };
        if let Some(kind) = stickiness("type") {
            body.block("stickiness")
                .set("type", &kind.value)
                .set_some("enabled", stickiness("enabled").map(Attribute::expression))
                .set_some("cookie_duration", stickiness("lb_cookie.duration_seconds").map(Attribute::expression));
        }
        body.tags(&self.tags);
    }
}
