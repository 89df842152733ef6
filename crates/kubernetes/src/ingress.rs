//! Public doors: an ingress that the AWS Load Balancer Controller turns into an application load balancer.
//!
//! Source of the annotations: AWS Load Balancer Controller, "Ingress annotations".

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressClass, IngressClassSpec, IngressRule, IngressServiceBackend,
    IngressSpec, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use strata_graph::Text;

use crate::metadata::Labels;
use crate::placeholder::encode;

/// The class of the AWS Load Balancer Controller.
pub const CLASS: &str = "alb";
/// TLS 1.2 and 1.3 with forward secrecy only (Elastic Load Balancing, "Security policies").
pub const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// What all doors of an environment share: one load balancer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balancer {
    /// The ARN of the certificate.
    pub certificate: Option<Text>,
    /// The ARN of the web access list.
    pub web_acl: Option<Text>,
    /// The ids of the public subnets.
    pub subnets: Vec<Text>,
    /// The ids of its security groups; the controller makes one if there is none.
    pub security_groups: Vec<Text>,
    /// The bucket of its access logs and the prefix in it.
    pub access_logs: Option<(Text, String)>,
    /// Tags of what the controller makes.
    pub tags: BTreeMap<String, String>,
}

/// One public door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// The service.
    pub service: String,
    /// The host.
    pub host: String,
    /// The path, starting with `/`.
    pub path: String,
    /// The service's port.
    pub port: u16,
    /// The path that says whether a copy is well.
    pub health_path: Option<String>,
    /// Its place among the doors of the balancer; lower is asked first.
    pub order: i64,
}

fn list(texts: &[Text]) -> String {
    texts.iter().map(encode).collect::<Vec<_>>().join(",")
}

impl Balancer {
    fn annotations(&self, labels: &Labels, door: &Door) -> BTreeMap<String, String> {
        let mut attributes = vec![
            "deletion_protection.enabled=true".to_owned(),
            "routing.http.drop_invalid_header_fields.enabled=true".to_owned(),
            "routing.http.desync_mitigation_mode=defensive".to_owned(),
        ];
        if let Some((bucket, prefix)) = &self.access_logs {
            attributes.push("access_logs.s3.enabled=true".to_owned());
            attributes.push(format!("access_logs.s3.bucket={}", encode(bucket)));
            attributes.push(format!("access_logs.s3.prefix={prefix}"));
        }
        let mut all: Vec<(&str, String)> = vec![
            ("group.name", labels.namespace.clone()),
            ("group.order", door.order.clamp(1, 1000).to_string()),
            ("scheme", "internet-facing".to_owned()),
            ("target-type", "ip".to_owned()),
            ("listen-ports", r#"[{"HTTP": 80}, {"HTTPS": 443}]"#.to_owned()),
            ("ssl-redirect", "443".to_owned()),
            ("ssl-policy", TLS_POLICY.to_owned()),
            ("healthcheck-path", door.health_path.clone().unwrap_or_else(|| "/".to_owned())),
            ("success-codes", "200-399".to_owned()),
            ("load-balancer-attributes", attributes.join(",")),
            ("target-group-attributes", "deregistration_delay.timeout_seconds=30".to_owned()),
        ];
        if let Some(certificate) = &self.certificate {
            all.push(("certificate-arn", encode(certificate)));
        }
        if let Some(web_acl) = &self.web_acl {
            all.push(("wafv2-acl-arn", encode(web_acl)));
        }
        if !self.subnets.is_empty() {
            all.push(("subnets", list(&self.subnets)));
        }
        if !self.security_groups.is_empty() {
            all.push(("security-groups", list(&self.security_groups)));
            // The rules from the balancer to the pods are the graph's, not the controller's, where the group is ours.
            all.push(("manage-backend-security-group-rules", "true".to_owned()));
        }
        if !self.tags.is_empty() {
            let tags: Vec<String> = self.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
            all.push(("tags", tags.join(",")));
        }
        all.into_iter().map(|(key, value)| (format!("alb.ingress.kubernetes.io/{key}"), value)).collect()
    }

    /// The ingress of a door.
    #[must_use]
    pub fn ingress(&self, labels: &Labels, door: &Door) -> Ingress {
        let name = crate::metadata::name(&[&door.service]);
        Ingress {
            metadata: ObjectMeta { annotations: Some(self.annotations(labels, door)), ..labels.metadata(&name, &door.service, "service") },
            spec: Some(IngressSpec {
                ingress_class_name: Some(CLASS.to_owned()),
                rules: Some(vec![IngressRule {
                    host: Some(door.host.clone()),
                    http: Some(HTTPIngressRuleValue {
                        paths: vec![HTTPIngressPath {
                            backend: IngressBackend {
                                service: Some(IngressServiceBackend {
                                    name,
                                    port: Some(ServiceBackendPort { number: Some(door.port.into()), ..ServiceBackendPort::default() }),
                                }),
                                ..IngressBackend::default()
                            },
                            path: Some(door.path.clone()),
                            path_type: "Prefix".to_owned(),
                        }],
                    }),
                }]),
                ..IngressSpec::default()
            }),
            ..Ingress::default()
        }
    }
}

/// The ingress class of the AWS Load Balancer Controller, for the whole cluster.
#[must_use]
pub fn class() -> IngressClass {
    IngressClass {
        metadata: ObjectMeta { name: Some(CLASS.to_owned()), ..ObjectMeta::default() },
        spec: Some(IngressClassSpec { controller: Some("ingress.k8s.aws/alb".to_owned()), ..IngressClassSpec::default() }),
    }
}
