//! Network policies: one for each edge of `uses`, each host of `egress` and each route.
//!
//! A policy names what is outside the cluster by address: databases and caches by the network's data subnets, services of AWS by its private
//! subnets, where their interface endpoints are; buckets and tables, whose gateway endpoints have public addresses, by what is not private.

use strata_kubernetes::network::{self, Peer};
use strata_kubernetes::{ManifestError, metadata};
use strata_spec::TargetKind;

use super::Objects;
use crate::address_planner::Tier;
use crate::uses::flow::port_of;
use crate::uses::{WorkloadKind, edges, workloads};

pub(super) fn compile(objects: &mut Objects<'_, '_>) -> Result<(), ManifestError> {
    let context = objects.context;
    let resolved = context.resolved;
    for workload in workloads(resolved).into_iter().filter(|workload| workload.kind.is_container()) {
        let name = workload.name.as_str();
        let component = if workload.kind == WorkloadKind::Service { "service" } else { "job" };
        let labels = objects.labels.clone();
        let key = workload.key();
        let identity = network::allow_identity(&labels, name, component);
        objects.add(&identity, &[&key], format!("{name} may ask for its AWS identity."))?;
        for edge in edges(resolved, &workload) {
            let to = edge.to.as_str();
            let policy = metadata::name(&[name, "to", to]);
            let keys = [edge.key.as_str()];
            if edge.target == TargetKind::Service {
                let Some(port) = resolved.application.services.get(to).and_then(|service| service.port) else {
                    continue;
                };
                let out = network::egress(&labels, name, component, &policy, &Peer::Workload(to.to_owned()), &[port]);
                objects.add(&out, &keys, format!("{name} may call {to}."))?;
                let into = metadata::name(&[to, "from", name]);
                let into = network::ingress(&labels, to, "service", &into, &Peer::Workload(name.to_owned()), &[port]);
                objects.add(&into, &keys, format!("{to} takes calls from {name}."))?;
            } else if let Some(port) = port_of(edge.target) {
                let peer = peer(objects, edge.target);
                let out = network::egress(&labels, name, component, &policy, &peer, &[port]);
                objects.add(&out, &keys, format!("{name} may reach {to}."))?;
            }
        }
        for (index, way) in workload.egress.iter().enumerate() {
            let policy = metadata::name(&[name, "to", way.host(), &way.port().to_string()]);
            let peer = way.range().map_or(Peer::Internet, |range| Peer::Ranges(vec![range.to_string()]));
            let out = network::egress(&labels, name, component, &policy, &peer, &[way.port()]);
            let purpose = format!("{name} may reach {} outside; a policy knows no names, so any public address on that port.", way.host());
            objects.add(&out, &[&format!("{key}.egress.{index}")], purpose)?;
        }
    }
    Ok(())
}

fn peer(objects: &Objects<'_, '_>, target: TargetKind) -> Peer {
    match target {
        TargetKind::Postgres | TargetKind::Mysql | TargetKind::Redis | TargetKind::Search | TargetKind::Files => {
            Peer::Ranges(ranges(objects, Tier::Data))
        }
        TargetKind::Bucket | TargetKind::Table => Peer::Internet,
        _ => Peer::Ranges(ranges(objects, Tier::Private)),
    }
}

/// The address ranges of a tier's subnets.
pub(super) fn ranges(objects: &Objects<'_, '_>, tier: Tier) -> Vec<String> {
    objects.context.network.zones.iter().map(|zone| zone.blocks.tier(tier).to_string()).collect()
}
