//! What this release reads and checks but does not build yet, so that it is said once and never silently ignored.
//!
//! The table [`NOT_BUILT`] is the whole truth: when a later release builds something, its row goes.

use strata_diag::Span;

use crate::model::{
    Antivirus, FileIntegrity, LogStore, MetricStore, NetworkIntrusion, Resource, ResourceKind, Runtime, Siem, VulnerabilityScanner,
};
use crate::resolve::Resolved;

/// Something that is asked for and not built yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotBuilt {
    /// Where it is asked for: `pipelines.revenue`, or `platform:security.siem`.
    pub key_path: String,
    /// The place in the file.
    pub span: Option<Span>,
    /// What it is and what happens instead.
    pub what: String,
}

/// One row: finds the key paths at which something is asked for, and says what happens instead.
struct Row {
    find: fn(&Resolved) -> Vec<String>,
    what: &'static str,
}

static NOT_BUILT: &[Row] = &[
    Row { find: |r| names("pipelines", r.application.pipelines.keys()), what: "pipelines are checked, but nothing is made for them" },
    Row {
        find: |r| when(r.application.ci.is_some(), "ci"),
        what: "tests, gates and promotion are checked, but no delivery pipeline is made",
    },
    Row { find: |r| when(r.environment.previews.is_some(), &environment(r, "previews")), what: "previews are checked, but none is made" },
    Row {
        find: |r| when(r.environment.standby.is_some(), &environment(r, "standby")),
        what: "the standby in another region is checked, but not made",
    },
    Row {
        find: |r| services(r, "rollout", |service| service.rollout.is_some()),
        what: "canary rollouts are checked; a new version takes over by rolling replacement with automatic return on failure",
    },
    Row {
        find: |r| services(r, "slo", |service| service.slo.is_some()),
        what: "service levels are checked, but make no burn-rate alerts; the plain alarms are there",
    },
    Row {
        find: |r| services(r, "before_deploy", |service| service.before_deploy.is_some()),
        what: "the command before a deployment is checked, but not run; run it yourself",
    },
    Row { find: connections, what: "private connections are checked and their ranges kept free, but not made" },
    Row {
        find: |r| when(matches!(r.platform.security.siem, Some(Siem::Wazuh | Siem::Opensearch)), "platform:security.siem"),
        what: "this tool is not installed; findings are gathered in Security Hub",
    },
    Row {
        find: |r| when(r.platform.security.network_intrusion == Some(NetworkIntrusion::Suricata), "platform:security.network_intrusion"),
        what: "this tool is not installed; GuardDuty watches flow logs and DNS",
    },
    Row {
        find: |r| when(r.platform.security.antivirus == Some(Antivirus::Clamav), "platform:security.antivirus"),
        what: "this tool is not installed; nothing looks for malware",
    },
    Row {
        find: |r| {
            when(
                matches!(r.platform.security.file_integrity, Some(FileIntegrity::Wazuh | FileIntegrity::Aide)),
                "platform:security.file_integrity",
            )
        },
        what: "this tool is not installed; nothing watches system files",
    },
    Row { find: scanners, what: "this scanner is not installed; Inspector looks for vulnerabilities" },
    Row {
        find: |r| when(r.platform.observability.logs.store != LogStore::Cloudwatch, "platform:observability.logs.store"),
        what: "this store is not made; logs go to CloudWatch Logs",
    },
    Row {
        find: |r| when(r.platform.observability.metrics.store != MetricStore::Cloudwatch, "platform:observability.metrics.store"),
        what: "this store is not made; metrics go to CloudWatch",
    },
    Row {
        find: |r| {
            let incidents = &r.platform.observability.incidents;
            when(incidents.pagerduty.is_some() || incidents.sentry.is_some(), "platform:observability.incidents")
        },
        what: "these receivers are not connected; alarms go to the alert topic",
    },
    Row {
        find: |r| when(r.platform.identity.sso.is_some(), "platform:identity.sso"),
        what: "single sign-on is checked; it comes with the server",
    },
    Row {
        find: |r| when(r.environment.approve.is_some(), &environment(r, "approve")),
        what: "approval by others comes with the server; the approver's name is asked for and recorded here",
    },
    Row {
        find: |r| when(r.platform.guardrails.max_monthly_cost.is_some(), "platform:guardrails.max_monthly_cost"),
        what: "the cost of a plan is not estimated, so the limit is not enforced",
    },
    Row { find: files_elsewhere, what: "files are mounted into services and jobs on Amazon ECS; here they are not mounted" },
    Row { find: resources, what: "this type of resource is checked, but not made" },
];

/// The types of resources that are not built yet.
const RESOURCES: &[ResourceKind] = &[ResourceKind::Mysql, ResourceKind::Bus, ResourceKind::Key, ResourceKind::Secret];

/// What an environment asks for and this release does not build: in the order of the table, then of the files.
pub fn not_built_yet(resolved: &Resolved) -> Vec<NotBuilt> {
    NOT_BUILT
        .iter()
        .flat_map(|row| {
            (row.find)(resolved).into_iter().map(|key_path| NotBuilt {
                span: resolved.origin(&key_path),
                key_path,
                what: row.what.to_owned(),
            })
        })
        .collect()
}

fn when(asked: bool, path: &str) -> Vec<String> {
    if asked { vec![path.to_owned()] } else { Vec::new() }
}

fn names<'a>(section: &str, names: impl Iterator<Item = &'a crate::values::Name>) -> Vec<String> {
    names.map(|name| format!("{section}.{name}")).collect()
}

fn environment(resolved: &Resolved, key: &str) -> String {
    format!("environments.{}.{key}", resolved.environment_name)
}

fn services(resolved: &Resolved, key: &str, asks: fn(&crate::model::Service) -> bool) -> Vec<String> {
    resolved.application.services.iter().filter(|(_, service)| asks(service)).map(|(name, _)| format!("services.{name}.{key}")).collect()
}

/// The connections of the network that the environment stands on.
fn connections(resolved: &Resolved) -> Vec<String> {
    let Some(cluster) = resolved.platform.clusters.get(resolved.environment.cluster.as_str()) else {
        return Vec::new();
    };
    let Some(network) = resolved.platform.networks.get(cluster.network.as_str()) else {
        return Vec::new();
    };
    names(&format!("platform:networks.{}.connect", cluster.network), network.connect.keys())
}

fn scanners(resolved: &Resolved) -> Vec<String> {
    let scanners = resolved.platform.security.vulnerabilities.iter().enumerate();
    scanners
        .filter(|(_, scanner)| **scanner != VulnerabilityScanner::Inspector)
        .map(|(index, _)| format!("platform:security.vulnerabilities.{index}"))
        .collect()
}

fn resources(resolved: &Resolved) -> Vec<String> {
    let unbuilt = |resource: &Resource| RESOURCES.contains(&resource.kind());
    resolved.application.resources.iter().filter(|(_, resource)| unbuilt(resource)).map(|(name, _)| format!("resources.{name}")).collect()
}

/// Who uses files and cannot mount them yet: functions, hosts, and everything on Kubernetes.
fn files_elsewhere(resolved: &Resolved) -> Vec<String> {
    let application = &resolved.application;
    let of = |section: &str, name: &crate::values::Name, uses: &crate::model::Uses| -> Vec<String> {
        let files = uses.keys().filter(|thing| matches!(application.resources.get(thing.as_str()), Some(Resource::Files(_))));
        files.map(|thing| format!("{section}.{name}.uses.{thing}")).collect()
    };
    let cluster = resolved.platform.clusters.get(resolved.environment.cluster.as_str());
    let mut all: Vec<String> = application.hosts.iter().flat_map(|(name, host)| of("hosts", name, &host.uses)).collect();
    all.extend(application.functions.iter().flat_map(|(name, function)| of("functions", name, &function.uses)));
    if cluster.is_some_and(|cluster| cluster.runtime == Runtime::Kubernetes) {
        all.extend(application.services.iter().flat_map(|(name, service)| of("services", name, &service.uses)));
        all.extend(application.jobs.iter().flat_map(|(name, job)| of("jobs", name, &job.uses)));
    }
    all
}
