//! Controls of load balancers and certificates: Elastic Load Balancing, AWS Certificate Manager.

use strata_aws::certificatemanager::Certificate;
use strata_aws::elasticloadbalancingv2::{Listener, LoadBalancer};
use strata_aws::wafv2::WebAclAssociation;
use strata_graph::{Resource, Text};

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, violated};
use crate::view::{View, is_set};

/// AWS's own policies for TLS 1.2 and newer begin with one of these (Elastic Load Balancing, "Security policies").
const TLS_POLICIES: [&str; 4] =
    ["ELBSecurityPolicy-FS-1-2", "ELBSecurityPolicy-TLS-1-2", "ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3"];

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "acm-key-strong", Application, Medium, Both, ["AWS::CertificateManager::Certificate"];
        title: "A certificate's key has at least 2048 bits (RSA), or 256 (elliptic curve)",
        why: "Shorter keys can be computed.",
        repair: "Leave KeyAlgorithm out, or choose RSA_2048, RSA_3072, RSA_4096, or a curve.",
        prowler: ["acm_certificates_with_secure_key_algorithms"],
        checkov: [],
        config: ["ACM_CERTIFICATE_RSA_CHECK"],
        security_hub: ["ACM.2"],
        each: key_strong,
    },
    control! {
        "acm-validated-by-dns", Application, Medium, Both, ["AWS::CertificateManager::Certificate"];
        title: "Certificates prove their name by DNS, so they renew themselves",
        why: "A certificate that waits for somebody's mail expires one day, and people learn to click warnings away.",
        repair: "Set ValidationMethod to DNS.",
        prowler: ["acm_certificates_expiration_check"], checkov: [], config: ["ACM_CERTIFICATE_EXPIRATION_CHECK"], security_hub: ["ACM.1"],
        each: validated_by_dns,
    },
    control! {
        "lb-access-logs", Observability, Medium, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "Every request to a load balancer is logged",
        why: "The load balancer is the door; without its log nobody knows who came.",
        repair: "Set access_logs.s3.enabled to true, with a bucket.",
        prowler: ["elbv2_logging_enabled"], checkov: ["CKV_AWS_91"], config: ["ELB_LOGGING_ENABLED"], security_hub: ["ELB.5"],
        each: access_logs,
    },
    control! {
        "lb-deletion-protected", Application, Low, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "A load balancer cannot be deleted by one call",
        why: "Its deletion is an outage, and its address never comes back.",
        repair: "Set deletion_protection.enabled to true.",
        prowler: ["elbv2_deletion_protection"],
        checkov: ["CKV_AWS_150"],
        config: ["ELB_DELETION_PROTECTION_ENABLED"],
        security_hub: ["ELB.6"],
        each: deletion_protected,
    },
    control! {
        "lb-desync-mitigated", Application, Medium, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "A load balancer stops requests that two servers would read differently",
        why: "By such a request an attacker's words end up in another user's connection.",
        repair: "Leave routing.http.desync_mitigation_mode out, or set it to defensive or strictest.",
        prowler: ["elbv2_desync_mitigation_mode"], checkov: ["CKV_AWS_328"], config: ["ALB_DESYNC_MODE_CHECK"], security_hub: ["ELB.12"],
        each: desync_mitigated,
    },
    control! {
        "lb-drops-invalid-headers", Application, Medium, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "A load balancer drops headers that no standard allows",
        why: "Invalid headers are how requests are smuggled past filters.",
        repair: "Set routing.http.drop_invalid_header_fields.enabled to true.",
        prowler: ["elbv2_alb_drop_invalid_header_fields_enabled"],
        checkov: ["CKV_AWS_131"],
        config: ["ALB_HTTP_DROP_INVALID_HEADER_ENABLED"],
        security_hub: ["ELB.4"],
        each: drops_invalid_headers,
    },
    control! {
        "lb-http-redirected", Application, High, Both, ["AWS::ElasticLoadBalancingV2::Listener"];
        title: "Plain HTTP is answered only by sending people to HTTPS",
        why: "What is sent by plain HTTP can be read and changed on the way.",
        repair: "Make the HTTP listener's only action a redirect to HTTPS.",
        prowler: ["elbv2_ssl_listeners"],
        checkov: ["CKV2_AWS_20", "CKV_AWS_2"],
        config: ["ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK"],
        security_hub: ["ELB.1"],
        each: http_redirected,
    },
    control! {
        "lb-tls-policy", Application, High, Both, ["AWS::ElasticLoadBalancingV2::Listener"];
        title: "A load balancer speaks TLS 1.2 or newer, with a certificate",
        why: "Older versions of TLS are broken.",
        repair: "Set SslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06.",
        prowler: ["elbv2_insecure_ssl_ciphers"],
        checkov: ["CKV_AWS_103", "CKV2_AWS_74"],
        config: ["ELBV2_PREDEFINED_SECURITY_POLICY_SSL_CHECK"],
        security_hub: ["ELB.17"],
        each: tls_policy,
    },
    control! {
        "lb-web-firewall", Security, High, Both, ["AWS::ElasticLoadBalancingV2::LoadBalancer"];
        title: "A web application firewall stands before every public load balancer",
        why: "Known attacks on web applications are stopped before they reach the application.",
        repair: "Associate a web ACL with the load balancer.",
        prowler: ["elbv2_waf_acl_attached"], checkov: ["CKV2_AWS_28"], config: ["ALB_WAF_ENABLED"], security_hub: ["ELB.16"],
        each: web_firewall,
    },
];

fn attribute<'a>(balancer: &'a LoadBalancer, key: &str) -> Option<&'a Text> {
    balancer.load_balancer_attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value)
}

fn is_on(balancer: &LoadBalancer, key: &str) -> bool {
    attribute(balancer, key).and_then(Text::as_literal) == Some("true")
}

fn is_application(balancer: &LoadBalancer) -> bool {
    balancer.load_balancer_type == "application"
}

fn key_strong(view: &View<'_>, resource: &Resource) -> Answer {
    let certificate = view.read::<Certificate>(resource)?;
    let algorithm = certificate.key_algorithm.as_deref().unwrap_or("RSA_2048");
    check(algorithm != "RSA_1024", format!("the key is {algorithm}"), format!("the key is {algorithm}"))
}

fn validated_by_dns(view: &View<'_>, resource: &Resource) -> Answer {
    let certificate = view.read::<Certificate>(resource)?;
    let method = &certificate.validation_method;
    check(method == "DNS", "validated by DNS", format!("validated by '{method}'"))
}

fn access_logs(view: &View<'_>, resource: &Resource) -> Answer {
    let balancer = view.read::<LoadBalancer>(resource)?;
    let on = is_on(&balancer, "access_logs.s3.enabled") && is_set(attribute(&balancer, "access_logs.s3.bucket"));
    check(on, "requests are logged", "requests are not logged")
}

fn deletion_protected(view: &View<'_>, resource: &Resource) -> Answer {
    let balancer = view.read::<LoadBalancer>(resource)?;
    check(is_on(&balancer, "deletion_protection.enabled"), "deletion protection is on", "deletion protection is off")
}

fn desync_mitigated(view: &View<'_>, resource: &Resource) -> Answer {
    let balancer = view.read::<LoadBalancer>(resource)?;
    if !is_application(&balancer) {
        return not_applicable();
    }
    match attribute(&balancer, "routing.http.desync_mitigation_mode").map(Text::to_string).as_deref() {
        None => met("defensive, AWS's default"),
        Some(mode @ ("defensive" | "strictest")) => met(mode),
        Some(mode) => violated(format!("the mode is '{mode}'")),
    }
}

fn drops_invalid_headers(view: &View<'_>, resource: &Resource) -> Answer {
    let balancer = view.read::<LoadBalancer>(resource)?;
    if !is_application(&balancer) {
        return not_applicable();
    }
    let on = is_on(&balancer, "routing.http.drop_invalid_header_fields.enabled");
    check(on, "invalid headers are dropped", "invalid headers are passed on")
}

fn http_redirected(view: &View<'_>, resource: &Resource) -> Answer {
    let listener = view.read::<Listener>(resource)?;
    if listener.protocol != "HTTP" {
        return not_applicable();
    }
    let redirects = !listener.default_actions.is_empty()
        && listener
            .default_actions
            .iter()
            .all(|action| action.redirect_config.as_ref().is_some_and(|redirect| redirect.protocol.as_deref() == Some("HTTPS")));
    check(redirects, "it redirects to HTTPS", "it answers plain HTTP itself")
}

fn tls_policy(view: &View<'_>, resource: &Resource) -> Answer {
    let listener = view.read::<Listener>(resource)?;
    if !matches!(listener.protocol.as_str(), "HTTPS" | "TLS") {
        return not_applicable();
    }
    let mut found = Vec::new();
    match listener.ssl_policy.as_deref() {
        Some(policy) if TLS_POLICIES.iter().any(|known| policy.starts_with(known)) => {}
        Some(policy) => found.push(format!("the policy {policy} lets versions older than TLS 1.2 in")),
        None => found.push("no SslPolicy is set, and AWS's default lets TLS 1.0 in".to_owned()),
    }
    if !listener.certificates.iter().any(|certificate| is_set(Some(&certificate.certificate_arn))) {
        found.push("it has no certificate".to_owned());
    }
    none_of(found, "TLS 1.2 or newer")
}

fn web_firewall(view: &View<'_>, resource: &Resource) -> Answer {
    let balancer = view.read::<LoadBalancer>(resource)?;
    if !is_application(&balancer) || balancer.scheme != "internet-facing" {
        return not_applicable();
    }
    let associated = view
        .naming::<WebAclAssociation>(&resource.address)?
        .iter()
        .any(|(_, association)| view.is(&association.resource_arn, &resource.address));
    check(associated, "a web ACL stands before it", "no web ACL stands before it")
}
