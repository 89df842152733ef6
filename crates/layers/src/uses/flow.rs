//! The data-flow table: who reaches what, how, and which line says so. Evidence and exports read it.

use serde::{Deserialize, Serialize};
use strata_graph::Origin;
use strata_spec::{Resolved, TargetKind, Verb};

use super::edge::{edges, workloads};
use crate::builder::Lines;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFlow {
    /// The workload, for example `api`, or `internet` for a public route.
    pub from: String,
    /// What it reaches: a thing of the application, or a host outside.
    pub to: String,
    /// The kind of thing, or `internet`.
    pub kind: String,
    /// What it does there.
    pub verb: String,
    /// The TCP port.
    pub port: u16,
    /// Whether the connection is encrypted by what we build; for hosts outside, whether the port is TLS's.
    pub encrypted: bool,
    /// The line that asked for it.
    pub origin: Origin,
}

/// The TCP port on which a kind of thing is reached, where it is always the same.
#[must_use]
pub fn port_of(kind: TargetKind) -> Option<u16> {
    match kind {
        TargetKind::Postgres => Some(POSTGRES),
        TargetKind::Mysql => Some(MYSQL),
        TargetKind::Redis => Some(REDIS),
        TargetKind::Files => Some(NFS),
        TargetKind::Service => None,
        _ => Some(HTTPS),
    }
}

/// PostgreSQL.
pub const POSTGRES: u16 = 5432;
/// MySQL.
pub const MYSQL: u16 = 3306;
/// The network file system, version 4.
pub const NFS: u16 = 2049;
/// Redis and Valkey.
pub const REDIS: u16 = 6379;
/// TLS to AWS's own interfaces.
pub const HTTPS: u16 = 443;

/// Every flow of an environment, the public routes first, then in the order of the file: one row for each edge and verb, and for each way out.
#[must_use]
pub fn data_flows(resolved: &Resolved) -> Vec<DataFlow> {
    let lines = Lines::Environment(resolved);
    let public = crate::application::routes(resolved);
    let mut rows: Vec<DataFlow> = public
        .iter()
        .map(|route| DataFlow {
            from: "internet".to_owned(),
            to: route.service.clone(),
            kind: TargetKind::Service.as_str().to_owned(),
            verb: "route".to_owned(),
            port: HTTPS,
            encrypted: true,
            origin: lines.origin(&format!("services.{}.route", route.service)),
        })
        .collect();
    for workload in workloads(resolved) {
        for edge in edges(resolved, &workload) {
            let service_port = || resolved.application.services.get(edge.to.as_str()).and_then(|service| service.port);
            let Some(port) = port_of(edge.target).or_else(service_port) else {
                continue;
            };
            rows.extend(edge.verbs.iter().map(|verb| DataFlow {
                from: workload.name.to_string(),
                to: edge.to.to_string(),
                kind: edge.target.as_str().to_owned(),
                verb: verb.as_str().to_owned(),
                port,
                // Calls between services of one environment stay inside its network and are not encrypted by the platform.
                encrypted: *verb != Verb::Call,
                origin: lines.origin(&edge.key),
            }));
        }
        rows.extend(workload.egress.iter().enumerate().map(|(index, way)| DataFlow {
            from: workload.name.to_string(),
            to: way.host().to_owned(),
            kind: "internet".to_owned(),
            verb: "egress".to_owned(),
            port: way.port(),
            encrypted: way.port() == HTTPS,
            origin: lines.origin(&format!("{}.egress.{index}", workload.key())),
        }));
    }
    rows
}
