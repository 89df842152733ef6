//! Names by which services call each other.
//!
//! On Amazon ECS the network's private zone for services, in which Cloud Map keeps a record for each running task; on Kubernetes the
//! cluster's own names. Invariants: only a service that another one calls has a name; the name says application and environment, since
//! the zone is shared by all that stand in the network.

use std::collections::BTreeMap;

use strata_aws::servicediscovery::{DnsConfig, DnsRecord, HealthCheckCustomConfig, Service};
use strata_graph::Text;
use strata_graph::name::bounded;
use strata_spec::{Name, TargetKind};

use super::pods::namespace;
use super::service::is_called;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::uses::target::{Door, Target, Targets};

/// Seconds that callers keep an address: short, as tasks come and go.
const KEEP: i64 = 10;

/// Characters of each part of a name: Cloud Map takes 127 for the whole (Cloud Map API reference, *CreateService*).
const PART: usize = 41;

/// The name of a service below the network's zone: `api.dev.ticketing`.
fn registered_name(context: &Context<'_>, name: &Name) -> String {
    [name.as_str(), context.environment(), context.application()].map(|part| bounded(&[part], PART)).join(".")
}

/// The registry of a service, if another one calls it.
pub(super) fn registry(context: &Context<'_>, name: &Name) -> Option<Handle> {
    context.builder.has::<Service>(name.as_str()).then(|| context.builder.handle::<Service>(name.as_str()))
}

/// Adds the registries, and the targets of the services that are called.
pub(super) fn lower(context: &mut Context<'_>, groups: &BTreeMap<String, Handle>, targets: &mut Targets) {
    let resolved = context.resolved;
    for (name, service) in &resolved.application.services {
        let (Some(port), Some(group), true) = (service.port, groups.get(name.as_str()), is_called(context, name)) else {
            continue;
        };
        let host = if context.cluster.is_ecs() {
            register(context, name);
            format!("{}.{}", registered_name(context, name), context.network.services_zone_name())
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
    let service = Service {
        name: registered_name(context, name),
        namespace_id: context.network.services_namespace().output("Id"),
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
