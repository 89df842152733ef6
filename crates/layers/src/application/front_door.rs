//! The public door: the environment's zone and certificate, the load balancer with its listeners and rules, the firewall before it.
//!
//! Invariants: without a `route` there is none of it; port 80 only redirects; TLS is 1.2 or 1.3; what no rule takes is answered with 404;
//! each rule sends to exactly one service.

use std::collections::{BTreeMap, BTreeSet};

use strata_aws::certificatemanager::{Certificate, CertificateValidation, DomainValidationOption};
use strata_aws::ec2::{SecurityGroup, SecurityGroupEgress, SecurityGroupIngress};
use strata_aws::elasticloadbalancingv2::{
    self as elb, Action, Attribute, Condition, Listener, ListenerRule, LoadBalancer, Matcher, TargetGroup,
};
use strata_aws::route53::{AliasTarget, HostedZone, HostedZoneConfig, QueryLoggingConfig, RecordSet};
use strata_aws::wafv2::WebAclAssociation;
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Layer, Text};

use super::firewall;
use super::route::{Route, routes};
use super::service::health;
use crate::address_planner::Tier;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::infrastructure::group_name;
use crate::naming::limit;
use crate::security::dns_logs;

/// TLS 1.3 and 1.2 with forward secrecy (Elastic Load Balancing, "Security policies for your Application Load Balancer").
const TLS_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";
/// The resource name of what there is one of. It has an underscore, which no name of the user's can have.
const NAME: &str = "load_balancer";
/// Seconds that a copy which goes still answers what it has begun.
const LEAVE: &str = "30";

/// The public door.
pub(super) struct Door {
    /// The load balancer; none on Kubernetes, whose own controller makes it from the ingress.
    pub balancer: Option<Handle>,
    /// Where each routed service's requests go.
    pub targets: BTreeMap<String, RouteTarget>,
    /// The certificate's ARN, once it is issued.
    pub certificate: Text,
    /// The firewall's ARN, where one stands before the door.
    pub firewall: Option<Text>,
    /// The load balancer's security group.
    pub group: Handle,
    /// What must stand before the door opens.
    pub standing: Vec<Handle>,
}

/// Where a routed service's requests go.
pub(super) struct RouteTarget {
    pub group: Handle,
    pub rule: Handle,
}

/// Adds the door, if a service has a route.
pub(super) fn lower(context: &mut Context<'_>, key: &Handle) -> Result<Option<Door>, Diagnostics> {
    let routes = routes(context.resolved);
    if routes.is_empty() {
        return Ok(None);
    }
    let host = check_hosts(context, &routes)?;
    let key_paths: Vec<String> = routes.iter().map(|route| format!("services.{}.route", route.service)).collect();
    let about = |purpose: String| {
        let mut paths = key_paths.iter();
        let first = paths.next().cloned().unwrap_or_default();
        paths.fold(About::new(first, purpose), |about, path| about.also(path.clone()))
    };
    let zone = zone(context, key, &host);
    let certificate = certificate(context, &host, &routes, &zone);
    let firewall = firewall::is_wanted(context).then(|| firewall::lower(context, key, &key_paths));
    let group = SecurityGroup {
        group_name: group_name(context, "load-balancer"),
        group_description: "load balancer".to_owned(),
        vpc_id: context.network.vpc_id(),
        ..SecurityGroup::default()
    };
    let group = context.builder.add(
        NAME,
        group,
        about("The only firewall of the environment that lets the internet in.".to_owned()).in_layer(Layer::Network),
    );
    let mut standing = from_internet(context, &group, &about);
    standing.extend(to_services(context, &group, &routes));
    let mut door = Door {
        balancer: None,
        targets: BTreeMap::new(),
        certificate: certificate.output("CertificateArn"),
        firewall: firewall.map(|firewall| firewall.arn()),
        group,
        standing,
    };
    if context.cluster.is_ecs() {
        balance(context, &routes, &zone, &mut door, &about);
    }
    for route in &routes {
        context.endpoint(route.service.clone(), format!("https://{}{}", route.host, route.path).into());
    }
    Ok(Some(door))
}

/// Every route must be at the environment's host, or one label below it: one zone and one certificate serve them.
fn check_hosts(context: &Context<'_>, routes: &[Route]) -> Result<String, Diagnostics> {
    let mut problems = Diagnostics::new();
    let Some(host) = context.resolved.environment.host.as_ref().map(ToString::to_string) else {
        for route in routes {
            let key = format!("services.{}.route", route.service);
            let message = format!("the service `{}` has a route, but the environment has no host", route.service);
            let place = context.builder.lines().span(&key);
            problems.push(
                Diagnostic::error(codes::E0310, message)
                    .at(place)
                    .hint(format!("add `host:` to the environment `{}`", context.environment())),
            );
        }
        return Err(problems);
    };
    for route in routes {
        let below = route.host.strip_suffix(&format!(".{host}"));
        if route.host != host && below.is_none_or(|label| label.contains('.')) {
            let key = format!("services.{}.route", route.service);
            let message = format!("the route `{}` is neither at `{host}` nor one name below it", route.host);
            let place = context.builder.lines().span(&key);
            problems.push(
                Diagnostic::error(codes::E0311, message).at(place).hint("write `${env.host}` or `NAME.${env.host}` in front of the path"),
            );
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(host) }
}

/// The zone of the environment, and the log of the queries to it where the region has one. Its name servers must be written into the zone above by
/// who owns that.
fn zone(context: &mut Context<'_>, key: &Handle, host: &str) -> Handle {
    let key_path = format!("environments.{}.host", context.environment());
    // The zone above may be another environment's: where `tickets.acme.example` has a zone, `dev.tickets.acme.example` is delegated there.
    let hosts = context.resolved.application.environments.values().filter_map(|environment| environment.host.as_ref());
    let parent = context
        .platform
        .domains
        .keys()
        .map(ToString::to_string)
        .chain(hosts.map(ToString::to_string).filter(|other| other != host))
        .filter(|domain| host == domain || host.ends_with(&format!(".{domain}")))
        .max_by_key(String::len);
    let may_log = dns_logs::policy(&context.account);
    let log = may_log.as_ref().map(|_| {
        let about = About::new(key_path.clone(), format!("Who asked for which name of {host}."));
        crate::observability::named_log_group(context, "dns_queries", dns_logs::group_name(host), about, key)
    });
    let zone = HostedZone {
        name: host.to_owned(),
        hosted_zone_config: Some(HostedZoneConfig { comment: format!("{} in {}", context.application(), context.environment()) }),
        query_logging_config: log.map(|log| QueryLoggingConfig { cloud_watch_logs_log_group_arn: log.arn() }),
        ..HostedZone::default()
    };
    let mut about = About::new(key_path, format!("Answers for {host} and what lies below it."));
    if let Some(policy) = &may_log {
        about = about.after(policy);
    }
    if parent.as_deref() != Some(host) {
        let above = parent.unwrap_or_else(|| "the domain above".to_owned());
        about = about.waiting_for(format!("its delegation: an NS record for {host} in the zone {above}, with this zone's name servers"));
    }
    context.builder.add("public", zone, about)
}

/// The certificate of the host, and of the names one label below it where a route has one; proven by a record in the zone.
fn certificate(context: &mut Context<'_>, host: &str, routes: &[Route], zone: &Handle) -> Handle {
    let key_path = format!("environments.{}.host", context.environment());
    let about = |purpose: &str| About::new(key_path.clone(), purpose);
    // A name and the wildcard below it are proven by one and the same record (ACM user guide, "DNS validation").
    let wildcard = routes.iter().any(|route| route.host != host);
    let certificate = Certificate {
        domain_name: host.to_owned(),
        subject_alternative_names: if wildcard { vec![format!("*.{host}")] } else { Vec::new() },
        validation_method: "DNS".to_owned(),
        domain_validation_options: vec![DomainValidationOption { domain_name: host.to_owned(), hosted_zone_id: zone.output("Id") }],
        ..Certificate::default()
    };
    let certificate = context.builder.add("public", certificate, about("The TLS certificate of the public door, renewed by AWS."));
    let record = RecordSet {
        hosted_zone_id: zone.output("Id"),
        name: certificate.output("ValidationRecordName"),
        record_type: "CNAME".to_owned(),
        ttl: Some(300),
        resource_records: vec![certificate.output("ValidationRecordValue")],
        ..RecordSet::default()
    };
    let record = context.builder.add(
        "certificate",
        record,
        about("Proves to AWS that the name is ours; stays, so that the certificate is renewed."),
    );
    let validation = CertificateValidation {
        certificate_arn: certificate.output("CertificateArn"),
        validation_record_fqdn: certificate.output("ValidationRecordName"),
    };
    context.builder.add("public", validation, about("Waits until the certificate is issued.").after(&record))
}

/// Anyone may come by TLS, and by port 80 to be sent to TLS.
fn from_internet(context: &mut Context<'_>, group: &Handle, about: &impl Fn(String) -> About) -> Vec<Handle> {
    [(443, "TLS"), (80, "plain HTTP, which is only redirected to TLS,")]
        .map(|(port, what)| {
            let rule = SecurityGroupIngress {
                group_id: group.output("GroupId"),
                ip_protocol: "tcp".to_owned(),
                from_port: port,
                to_port: port,
                cidr_ip: Some("0.0.0.0/0".to_owned()),
                description: format!("internet to the load balancer, port {port}"),
                ..SecurityGroupIngress::default()
            };
            let purpose = format!("Anyone may open {what} to the load balancer.");
            context.builder.add(&format!("internet-to-{NAME}-{port}"), rule, about(purpose).in_layer(Layer::Network))
        })
        .to_vec()
}

/// The way from the load balancer to each routed service, on its port alone.
fn to_services(context: &mut Context<'_>, group: &Handle, routes: &[Route]) -> Vec<Handle> {
    let mut standing = Vec::new();
    let mut done = BTreeSet::new();
    for route in routes {
        let Some(port) = context.resolved.application.services.get(route.service.as_str()).and_then(|service| service.port) else {
            continue;
        };
        if !done.insert(route.service.clone()) {
            continue;
        }
        let service = context.builder.handle::<SecurityGroup>(&route.service);
        let name = format!("{NAME}-to-{}-{port}", route.service);
        let description = format!("load balancer to {}", route.service);
        let about = || {
            About::new(
                format!("services.{}.route", route.service),
                format!("The load balancer hands requests to {} on port {port}.", route.service),
            )
            .in_layer(Layer::Network)
        };
        let egress = SecurityGroupEgress {
            group_id: group.output("GroupId"),
            ip_protocol: "tcp".to_owned(),
            from_port: port.into(),
            to_port: port.into(),
            destination_security_group_id: Some(service.output("GroupId")),
            description: description.clone(),
            ..SecurityGroupEgress::default()
        };
        let ingress = SecurityGroupIngress {
            group_id: service.output("GroupId"),
            ip_protocol: "tcp".to_owned(),
            from_port: port.into(),
            to_port: port.into(),
            source_security_group_id: Some(group.output("GroupId")),
            description,
            ..SecurityGroupIngress::default()
        };
        standing.push(context.builder.add(&name, egress, about()));
        standing.push(context.builder.add(&name, ingress, about()));
    }
    standing
}

/// The load balancer itself with listeners, rules, records and the firewall before it.
fn balance(context: &mut Context<'_>, routes: &[Route], zone: &Handle, door: &mut Door, about: &impl Fn(String) -> About) {
    let name = context.builder.name(&[], limit::LOAD_BALANCER);
    let balancer = LoadBalancer {
        name: name.clone(),
        scheme: "internet-facing".to_owned(),
        load_balancer_type: "application".to_owned(),
        ip_address_type: "ipv4".to_owned(),
        subnets: context.network.subnet_ids(Tier::Public),
        security_groups: vec![door.group.output("GroupId")],
        load_balancer_attributes: vec![
            Attribute::new("access_logs.s3.bucket", context.account.access_logs_bucket_name()),
            Attribute::new("access_logs.s3.enabled", "true"),
            Attribute::new("access_logs.s3.prefix", format!("load-balancer/{name}")),
            Attribute::new("deletion_protection.enabled", "true"),
            Attribute::new("routing.http.desync_mitigation_mode", "defensive"),
            Attribute::new("routing.http.drop_invalid_header_fields.enabled", "true"),
        ],
        ..LoadBalancer::default()
    };
    let logs = context.account.access_logs_bucket_policy();
    let own = about("The public door: takes requests by TLS and hands each to the service of its route.".to_owned()).after(&logs);
    let own = door.standing.iter().fold(own, About::after);
    let balancer = context.builder.add(NAME, balancer, own);
    let listener = listeners(context, &balancer, &door.certificate, about);
    for route in routes {
        if let Some(target) = forward(context, route, &listener) {
            crate::observability::route_alarms(context, &route.service, &balancer, &target.group);
            door.targets.insert(route.service.clone(), target);
        }
    }
    let hosts: BTreeSet<&str> = routes.iter().map(|route| route.host.as_str()).collect();
    for host in hosts {
        let record = RecordSet {
            hosted_zone_id: zone.output("Id"),
            name: host.into(),
            record_type: "A".to_owned(),
            alias_target: Some(AliasTarget {
                dns_name: balancer.output("DNSName"),
                evaluate_target_health: true,
                hosted_zone_id: balancer.output("CanonicalHostedZoneID"),
            }),
            ..RecordSet::default()
        };
        let purpose = format!("{host} leads to the load balancer.");
        context.builder.add(&format!("host-{host}"), record, about(purpose));
    }
    if let Some(firewall) = &door.firewall {
        let association = WebAclAssociation { resource_arn: balancer.output("LoadBalancerArn"), web_acl_arn: firewall.clone() };
        context.builder.add("door", association, about("Puts the firewall before the load balancer.".to_owned()));
    }
    crate::observability::load_balancer_alarms(context, "services", &balancer);
    door.balancer = Some(balancer);
}

fn listeners(context: &mut Context<'_>, balancer: &Handle, certificate: &Text, about: &impl Fn(String) -> About) -> Handle {
    let https = Listener {
        load_balancer_arn: balancer.output("LoadBalancerArn"),
        port: 443,
        protocol: "HTTPS".to_owned(),
        ssl_policy: Some(TLS_POLICY.to_owned()),
        certificates: vec![elb::Certificate { certificate_arn: certificate.clone() }],
        default_actions: vec![Action::fixed_response(404, "Not found")],
        ..Listener::default()
    };
    let https = context.builder.add("https", https, about("Takes requests by TLS 1.2 or 1.3; answers 404 where no route fits.".to_owned()));
    let http = Listener {
        load_balancer_arn: balancer.output("LoadBalancerArn"),
        port: 80,
        protocol: "HTTP".to_owned(),
        default_actions: vec![Action::redirect_to_https()],
        ..Listener::default()
    };
    context.builder.add("http", http, about("Sends requests without TLS to the same address with TLS.".to_owned()));
    https
}

fn forward(context: &mut Context<'_>, route: &Route, listener: &Handle) -> Option<RouteTarget> {
    let service = context.resolved.application.services.get(route.service.as_str())?;
    let port = service.port?;
    let (path, interval, timeout) = health(service);
    let key_path = format!("services.{}.route", route.service);
    let group = TargetGroup {
        name: context.builder.name(&[&route.service], limit::LOAD_BALANCER),
        port: port.into(),
        protocol: "HTTP".to_owned(),
        vpc_id: context.network.vpc_id(),
        target_type: "ip".to_owned(),
        health_check_enabled: Some(true),
        health_check_path: Some(path),
        health_check_port: Some("traffic-port".to_owned()),
        health_check_protocol: Some("HTTP".to_owned()),
        health_check_interval_seconds: Some(interval),
        health_check_timeout_seconds: Some(timeout),
        healthy_threshold_count: Some(2),
        unhealthy_threshold_count: Some(3),
        matcher: Some(Matcher { http_code: "200-399".to_owned() }),
        target_group_attributes: vec![Attribute::new("deregistration_delay.timeout_seconds", LEAVE)],
        ..TargetGroup::default()
    };
    let about = About::new(key_path.clone(), format!("The copies of {} that are well.", route.service));
    let group = context.builder.add(&route.service, group, about);
    let rule = ListenerRule {
        listener_arn: listener.output("ListenerArn"),
        priority: route.priority,
        conditions: vec![Condition::host([route.host.clone()]), Condition::path(route.patterns())],
        actions: vec![Action::forward(group.output("TargetGroupArn"))],
    };
    let about = About::new(key_path, format!("Requests for {}{} go to {}.", route.host, route.path, route.service));
    let rule = context.builder.add(&route.service, rule, about);
    Some(RouteTarget { group, rule })
}
