//! `AWS::ElasticLoadBalancingV2::LoadBalancer`: where requests from outside arrive.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::{AwsResource, Part};
use crate::terraform::{Body, Expression, Terraform};

/// An application load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadBalancer {
    /// Unique in the account and region, at most 32 characters.
    pub name: String,
    /// `internet-facing` or `internal`.
    pub scheme: String,
    /// `application`.
    #[serde(rename = "Type")]
    pub load_balancer_type: String,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// At least two, in different zones, in any order.
    pub subnets: Vec<Text>,
    /// The security groups, in any order.
    pub security_groups: Vec<Text>,
    /// The attributes that we set, for example `deletion_protection.enabled`; the others keep AWS's defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub load_balancer_attributes: Vec<Attribute>,
    /// Never asked for: listeners are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<Part>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// One attribute of a load balancer, target group or listener.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attribute {
    /// Its key, for example `routing.http.drop_invalid_header_fields.enabled`.
    pub key: String,
    /// Its value; numbers and flags as text.
    pub value: Text,
}

impl Attribute {
    /// An attribute.
    pub fn new(key: &str, value: impl Into<Text>) -> Self {
        Self { key: key.to_owned(), value: value.into() }
    }

    /// The value as Terraform's type: numbers and flags are no strings there.
    pub(crate) fn expression(&self) -> Expression {
        match self.value.as_literal() {
            Some("true") => Expression::Boolean(true),
            Some("false") => Expression::Boolean(false),
            Some(text) => text.parse::<i64>().map_or_else(|_| Expression::Text(self.value.clone()), Expression::Integer),
            None => Expression::Text(self.value.clone()),
        }
    }
}

/// Terraform's argument for an attribute that has one of its own.
const ARGUMENTS: &[(&str, &str)] = &[
    ("client_keep_alive.seconds", "client_keep_alive"),
    ("deletion_protection.enabled", "enable_deletion_protection"),
    ("idle_timeout.timeout_seconds", "idle_timeout"),
    ("load_balancing.cross_zone.enabled", "enable_cross_zone_load_balancing"),
    ("routing.http.desync_mitigation_mode", "desync_mitigation_mode"),
    ("routing.http.drop_invalid_header_fields.enabled", "drop_invalid_header_fields"),
    ("routing.http.preserve_host_header.enabled", "preserve_host_header"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "enable_tls_version_and_cipher_suite_headers"),
    ("routing.http.xff_client_port.enabled", "enable_xff_client_port"),
    ("routing.http.xff_header_processing.mode", "xff_header_processing_mode"),
    ("routing.http2.enabled", "enable_http2"),
    ("waf.fail_open.enabled", "enable_waf_fail_open"),
    ("zonal_shift.config.enabled", "enable_zonal_shift"),
];

/// Writes the attributes `<prefix>.enabled`, `.bucket` and `.prefix` as one block, where a bucket is named.
fn logs(body: &mut Body, attributes: &[Attribute], prefix: &str, block: &str) {
    let of = |name: &str| {
        let key = format!("{prefix}.{name}");
        attributes.iter().find(|attribute| attribute.key == key)
    };
    if let Some(bucket) = of("bucket") {
        body.block(block)
            .set("bucket", &bucket.value)
            .set_some("prefix", of("prefix").map(|attribute| &attribute.value))
            .set_some("enabled", of("enabled").map(Attribute::expression));
    }
}

impl AwsResource for LoadBalancer {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
        kind: "lb",
        service: "elasticloadbalancing",
        replace_on: &["Name", "Scheme", "Type"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["Subnets", "SecurityGroups"],
        closed: &[Closed::parts("Listeners", "AWS::ElasticLoadBalancingV2::Listener")],
        outputs: &[
            OutputContract { name: "LoadBalancerArn", cloudformation_ref: true, terraform: "arn" },
            OutputContract { name: "DNSName", cloudformation_ref: false, terraform: "dns_name" },
            OutputContract { name: "CanonicalHostedZoneID", cloudformation_ref: false, terraform: "zone_id" },
            OutputContract { name: "LoadBalancerFullName", cloudformation_ref: false, terraform: "arn_suffix" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_lb",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lb");
        body.set("name", &self.name)
            .set("internal", self.scheme == "internal")
            .set("load_balancer_type", &self.load_balancer_type)
            .set("ip_address_type", &self.ip_address_type)
            .set("subnets", &self.subnets)
            .set("security_groups", &self.security_groups);
        for attribute in &self.load_balancer_attributes {
            if let Some((_, argument)) = ARGUMENTS.iter().find(|(key, _)| *key == attribute.key) {
                body.set(argument, attribute.expression());
            }
        }
        logs(body, &self.load_balancer_attributes, "access_logs.s3", "access_logs");
        logs(body, &self.load_balancer_attributes, "connection_logs.s3", "connection_logs");
        logs(body, &self.load_balancer_attributes, "health_check_logs.s3", "health_check_logs");
        body.tags(&self.tags);
    }
}
