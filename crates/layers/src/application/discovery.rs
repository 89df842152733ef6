//! Names by which services call each other.
//!
//! On Amazon ECS a private zone that Cloud Map keeps, with a record for each running task; on Kubernetes the cluster's own names.
//! Invariant: only a service that another one calls has a name.

use std::collections::BTreeMap;

use strata_aws::servicediscovery::{DnsConfig, DnsRecord, HealthCheckCustomConfig, PrivateDnsNamespace, Service};
use strata_graph::Text;
use strata_spec::{Name, TargetKind};

use super::pods::namespace;
use super::service::is_called;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::uses::target::{Door, Target, Targets};

/// The name of the private zone's resource.
const ZONE: &str = "services";
/// Seconds that callers keep an address: short, as tasks come and go.
const KEEP: i64 = 10;

/// The zone: `dev.ticketing.acme.internal`.
fn zone_name(context: &Context<'_>) -> String {
    format!("{}.{}.{}.internal", context.environment(), context.application(), context.platform.platform)
}

/// The registry of a service, if another one calls it.
pub(super) fn registry(context: &Context<'_>, name: &Name) -> Option<Handle> {
    context.builder.has::<Service>(name.as_str()).then(|| context.builder.handle::<Service>(name.as_str()))
}

/// Adds zone and registries, and the targets of the services that are called.
pub(super) fn lower(context: &mut Context<'_>, groups: &BTreeMap<String, Handle>, targets: &mut Targets) {
    let resolved = context.resolved;
    for (name, service) in &resolved.application.services {
        let (Some(port), Some(group), true) = (service.port, groups.get(name.as_str()), is_called(context, name)) else {
            continue;
        };
        let host = if context.cluster.is_ecs() {
            register(context, name);
            format!("{name}.{}", zone_name(context))
        } else {
            let space = namespace(context.application(), context.environment());
            format!("{name}.{space}.svc.cluster.local")
        };
        let door = Door::Group { group: group.clone(), ports: vec![port] };
        let mut target = Target::new(TargetKind::Service, door)
            .output("url", format!("http://{host}:{port}"))
            .output("host", host)
            .output("port", Text::from(port.to_string()));
        target.encrypted = false;
        targets.insert(name.to_string(), target);
    }
}

fn register(context: &mut Context<'_>, name: &Name) {
    if !context.builder.has::<PrivateDnsNamespace>(ZONE) {
        let zone = PrivateDnsNamespace {
            name: zone_name(context),
            vpc: context.network.vpc_id(),
            description: format!("services of {} in {}", context.application(), context.environment()),
            ..PrivateDnsNamespace::default()
        };
        let about = About::new("services", "The private zone in which services find each other.");
        context.builder.add(ZONE, zone, about);
    }
    let zone = context.builder.handle::<PrivateDnsNamespace>(ZONE);
    let service = Service {
        name: name.to_string(),
        namespace_id: zone.output("Id"),
        dns_config: DnsConfig {
            dns_records: vec![DnsRecord { ttl: KEEP, record_type: "A".to_owned() }],
            routing_policy: "MULTIVALUE".to_owned(),
        },
        health_check_custom_config: Some(HealthCheckCustomConfig { failure_threshold: 1 }),
        ..Service::default()
    };
    let about = About::new(format!("services.{name}"), format!("The name under which {name} is called."));
    context.builder.add(name.as_str(), service, about);
}
