//! Load balancers, certificates and the firewall before them.

use strata_aws::certificatemanager::{Certificate, CertificateValidation};
use strata_aws::elasticloadbalancingv2::{
    Action, Attribute, Certificate as ListenerCertificate, Condition, ForwardConfig, Listener, ListenerRule, LoadBalancer, Matcher,
    TargetGroup, TargetGroupTuple,
};
use strata_aws::wafv2::{
    DefaultAction, FieldToMatch, LoggingConfiguration, Rule, SingleHeader, VisibilityConfig, WebAcl, WebAclAssociation,
};
use strata_graph::Text;

use super::Ground;
use crate::support::{Bench, Made, REGION};

/// How targets are asked for their health.
pub(super) fn health() -> TargetGroup {
    TargetGroup {
        health_check_enabled: Some(true),
        health_check_path: Some("/health".into()),
        health_check_port: Some("traffic-port".into()),
        health_check_protocol: Some("HTTP".into()),
        health_check_interval_seconds: Some(15),
        health_check_timeout_seconds: Some(5),
        healthy_threshold_count: Some(2),
        unhealthy_threshold_count: Some(3),
        matcher: Some(Matcher { http_code: "200-299".into() }),
        ..TargetGroup::default()
    }
}

fn group(ground: &Ground, name: &str) -> TargetGroup {
    TargetGroup {
        name: name.into(),
        port: 8080,
        protocol: "HTTP".into(),
        protocol_version: Some("HTTP1".into()),
        vpc_id: ground.vpc(),
        target_type: "ip".into(),
        target_group_attributes: vec![Attribute::new("deregistration_delay.timeout_seconds", "30")],
        ..health()
    }
}

fn balancer(ground: &Ground) -> LoadBalancer {
    LoadBalancer {
        name: "web".into(),
        scheme: "internet-facing".into(),
        load_balancer_type: "application".into(),
        ip_address_type: "ipv4".into(),
        subnets: ground.subnets(),
        security_groups: ground.groups(),
        load_balancer_attributes: vec![
            Attribute::new("routing.http.drop_invalid_header_fields.enabled", "true"),
            Attribute::new("routing.http.desync_mitigation_mode", "strictest"),
            Attribute::new("deletion_protection.enabled", "true"),
            Attribute::new("idle_timeout.timeout_seconds", "60"),
        ],
        ..LoadBalancer::default()
    }
}

async fn certificate(bench: &Bench) -> Made<Certificate> {
    let certificate = Certificate {
        domain_name: "tickets.acme.example".into(),
        subject_alternative_names: vec!["www.tickets.acme.example".into(), "api.tickets.acme.example".into()],
        validation_method: "DNS".into(),
        key_algorithm: Some("RSA_2048".into()),
        ..Certificate::default()
    };
    bench.create("web", certificate).await
}

#[tokio::test]
async fn a_load_balancer_with_listeners_rules_and_groups() {
    let bench = Bench::new(3011);
    let ground = Ground::of(&bench).await;
    let mut lb = bench.create("web", balancer(&ground)).await;
    bench
        .update(&mut lb, |lb| {
            lb.load_balancer_attributes[3].value = "120".into();
            lb.tags.insert("team".into(), "payments".into());
        })
        .await;
    let mut api = bench.create("api", group(&ground, "api")).await;
    let web = bench.create("web", group(&ground, "web")).await;
    bench
        .update(&mut api, |group| {
            group.health_check_path = Some("/ready".into());
            group.target_group_attributes[0].value = "45".into();
            group.tags.insert("team".into(), "payments".into());
        })
        .await;

    let redirect = Listener {
        load_balancer_arn: lb.output("LoadBalancerArn"),
        port: 80,
        protocol: "HTTP".into(),
        default_actions: vec![Action::redirect_to_https()],
        ..Listener::default()
    };
    let redirect = bench.create("http", redirect).await;
    let certificate = certificate(&bench).await;
    let https = Listener {
        load_balancer_arn: lb.output("LoadBalancerArn"),
        port: 443,
        protocol: "HTTPS".into(),
        ssl_policy: Some("ELBSecurityPolicy-TLS13-1-2-2021-06".into()),
        certificates: vec![ListenerCertificate { certificate_arn: certificate.output("CertificateArn") }],
        default_actions: vec![Action::fixed_response(404, "nothing here")],
        listener_attributes: vec![Attribute::new("routing.http.response.server.enabled", "false")],
        ..Listener::default()
    };
    let mut https = bench.create("https", https).await;
    bench.update(&mut https, |listener| listener.default_actions = vec![Action::fixed_response(403, "not here")]).await;

    let rule = ListenerRule {
        listener_arn: https.output("ListenerArn"),
        priority: 10,
        conditions: vec![Condition::path(["/api/*"]), Condition::host(["tickets.acme.example"])],
        actions: vec![Action::forward(api.output("TargetGroupArn"))],
    };
    let mut rule = bench.create("api", rule).await;
    bench.update(&mut rule, |rule| rule.conditions[0] = Condition::path(["/api/*", "/v2/*"])).await;
    bench.update(&mut rule, |rule| rule.priority = 20).await;
    let tuple = |group: &Made<TargetGroup>, weight| TargetGroupTuple { target_group_arn: group.output("TargetGroupArn"), weight };
    bench
        .update(&mut rule, |rule| {
            let target_groups = vec![tuple(&api, 9), tuple(&web, 1)];
            rule.actions =
                vec![Action { action_type: "forward".into(), forward_config: Some(ForwardConfig { target_groups }), ..Action::default() }];
        })
        .await;

    bench.delete(rule).await;
    bench.delete(https).await;
    bench.delete(redirect).await;
    bench.delete(lb).await;
    bench.delete(api).await;
    bench.delete(web).await;
}

#[tokio::test]
async fn a_certificate_and_the_waiting_for_it() {
    let bench = Bench::new(3012);
    let mut certificate = certificate(&bench).await;
    let name = certificate.output("ValidationRecordName");
    assert!(name.as_literal().unwrap().contains("tickets.acme.example"), "{name}");
    let validation = CertificateValidation { certificate_arn: certificate.output("CertificateArn"), validation_record_fqdn: name };
    let validation = bench.create("web", validation).await;
    // The tag by which the validation stands is none of the certificate's: removing and setting those leaves it.
    bench
        .update(&mut certificate, |certificate| {
            certificate.tags.insert("strata:layer".into(), "application".into());
        })
        .await;
    bench
        .update(&mut certificate, |certificate| {
            certificate.tags.remove("strata:layer");
        })
        .await;
    assert!(bench.observe(&validation.address, Some(&validation.id), &validation.resource).await.unwrap().is_some());
    bench.delete(validation).await;
    bench.delete(certificate).await;
}

#[tokio::test]
async fn a_firewall() {
    let bench = Bench::new(3013);
    let ground = Ground::of(&bench).await;
    let lb = bench.create("web", balancer(&ground)).await;
    let acl = |name: &str| WebAcl {
        name: name.into(),
        description: Some("before the web".into()),
        scope: "REGIONAL".into(),
        default_action: DefaultAction::Allow {},
        rules: vec![Rule::rate_limit(9, "rate", 2000), Rule::managed(1, "AWSManagedRulesKnownBadInputsRuleSet")],
        visibility_config: VisibilityConfig::on(name),
        ..WebAcl::default()
    };
    let mut first = bench.create("web", acl("web")).await;
    let second = bench.create("other", acl("other")).await;
    bench
        .update(&mut first, |acl| {
            acl.rules.push(Rule::managed(2, "AWSManagedRulesCommonRuleSet"));
            acl.rules.sort();
            acl.tags.insert("team".into(), "payments".into());
        })
        .await;
    let association = WebAclAssociation { resource_arn: lb.output("LoadBalancerArn"), web_acl_arn: first.output("Arn") };
    let mut association = bench.create("web", association).await;
    bench.update(&mut association, |association| association.web_acl_arn = second.output("Arn")).await;

    let log: Text = format!("arn:aws:logs:{REGION}:{}:log-group:aws-waf-logs-web:*", bench.account_id()).into();
    let logging = LoggingConfiguration {
        resource_arn: first.output("Arn"),
        log_destination_configs: vec![log],
        redacted_fields: vec![FieldToMatch::SingleHeader(SingleHeader { name: "authorization".into() })],
    };
    let mut logging = bench.create("web", logging).await;
    bench
        .update(&mut logging, |logging| {
            logging.redacted_fields.push(FieldToMatch::SingleHeader(SingleHeader { name: "cookie".into() }));
            logging.redacted_fields.push(FieldToMatch::QueryString {});
        })
        .await;
    bench.delete(logging).await;
    bench.delete(association).await;
    bench.delete(first).await;
    bench.delete(second).await;
}
