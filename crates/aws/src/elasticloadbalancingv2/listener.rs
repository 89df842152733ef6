//! `AWS::ElasticLoadBalancingV2::Listener`: one port of a load balancer.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use super::{Action, Attribute};
use crate::resource::{AwsResource, Part};
use crate::terraform::Terraform;

/// A listener. CloudFormation gives it no tags: it is found by its load balancer and port, which are unique together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Listener {
    /// The load balancer.
    pub load_balancer_arn: Text,
    /// The port.
    pub port: i64,
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// For `HTTPS`: `ELBSecurityPolicy-TLS13-1-2-2021-06` is TLS 1.2 and 1.3 (checkov CKV_AWS_103).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_policy: Option<String>,
    /// For `HTTPS`: exactly one certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// What happens to a request that no rule takes.
    pub default_actions: Vec<Action>,
    /// Never asked for: rules are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Part>,
    /// The attributes that we set, for example `routing.http.response.server.enabled`; the others keep AWS's defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub listener_attributes: Vec<Attribute>,
}

/// A certificate of a listener.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Certificate {
    /// Its ARN; that of the validation, where the listener must wait for it.
    pub certificate_arn: Text,
}

impl AwsResource for Listener {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElasticLoadBalancingV2::Listener",
        kind: "lb_listener",
        service: "elasticloadbalancing",
        replace_on: &["LoadBalancerArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::parts("Rules", "AWS::ElasticLoadBalancingV2::ListenerRule")],
        outputs: &[OutputContract { name: "ListenerArn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_lb_listener",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lb_listener");
        body.set("load_balancer_arn", &self.load_balancer_arn)
            .set("port", self.port)
            .set("protocol", &self.protocol)
            .set_some("ssl_policy", self.ssl_policy.as_ref())
            .set_some("certificate_arn", self.certificates.first().map(|certificate| &certificate.certificate_arn));
        for attribute in &self.listener_attributes {
            // The provider's argument is the key with underscores: routing.http.response.server.enabled.
            let argument = attribute.key.replace("routing.http.", "routing_http_").replace('.', "_");
            body.set(&argument, attribute.expression());
        }
        for action in &self.default_actions {
            action.terraform(body.block("default_action"));
        }
    }
}
