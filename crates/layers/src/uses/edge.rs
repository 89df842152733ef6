//! Workloads and the edges between them and what they use: one view of services, hosts, jobs and functions.
//!
//! Invariant: workloads and edges come in one order (services, hosts, jobs, functions; each as written), and every edge knows the line that asked for it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use strata_spec::{Expression, HostPort, Name, Resolved, TargetKind, Uses, VariableName, Verb};

/// What kind of workload it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadKind {
    /// A container that runs all the time.
    Service,
    /// A whole machine.
    Host,
    /// A container that runs at certain times.
    Job,
    /// Code that runs when something happens.
    Function,
}

impl WorkloadKind {
    /// The section of the application file.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::Host => "hosts",
            Self::Job => "jobs",
            Self::Function => "functions",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Host => "host",
            Self::Job => "job",
            Self::Function => "function",
        }
    }

    /// Whether it runs as a container, so that Amazon ECS hands it its secrets when it starts.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(self, Self::Service | Self::Job)
    }
}

/// One workload, whatever its kind: what all of them have in common.
#[derive(Debug, Clone, Copy)]
pub struct Workload<'a> {
    /// What kind it is.
    pub kind: WorkloadKind,
    /// Its name, unique in the application.
    pub name: &'a Name,
    /// What it may reach.
    pub uses: &'a Uses,
    /// Its own variables.
    pub env: &'a IndexMap<VariableName, Expression>,
    /// Names of its secrets.
    pub secrets: &'a [VariableName],
    /// Where it may go outside.
    pub egress: &'a [HostPort],
    /// The port that it listens on.
    pub port: Option<u16>,
}

impl Workload<'_> {
    /// The key in the application file: `services.api`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.kind.section(), self.name)
    }
}

/// Every workload of an environment.
#[must_use]
pub fn workloads(resolved: &Resolved) -> Vec<Workload<'_>> {
    let application = &resolved.application;
    let services = application.services.iter().map(|(name, service)| Workload {
        kind: WorkloadKind::Service,
        name,
        uses: &service.uses,
        env: &service.env,
        secrets: &service.secrets,
        egress: &service.egress,
        port: service.port,
    });
    let hosts = application.hosts.iter().map(|(name, host)| Workload {
        kind: WorkloadKind::Host,
        name,
        uses: &host.uses,
        env: &host.env,
        secrets: &host.secrets,
        egress: &host.egress,
        port: None,
    });
    let jobs = application.jobs.iter().map(|(name, job)| Workload {
        kind: WorkloadKind::Job,
        name,
        uses: &job.uses,
        env: &job.env,
        secrets: &job.secrets,
        egress: &job.egress,
        port: None,
    });
    let functions = application.functions.iter().map(|(name, function)| Workload {
        kind: WorkloadKind::Function,
        name,
        uses: &function.uses,
        env: &function.env,
        secrets: &function.secrets,
        egress: &function.egress,
        port: None,
    });
    services.chain(hosts).chain(jobs).chain(functions).collect()
}

/// One line of `uses`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge<'a> {
    /// The name of the thing that is used.
    pub to: &'a Name,
    /// What kind of thing it is.
    pub target: TargetKind,
    /// The verbs; where one includes another, only the stronger.
    pub verbs: Vec<Verb>,
    /// The key in the application file: `services.api.uses.db`.
    pub key: String,
}

impl Edge<'_> {
    /// Whether the workload may change what it uses.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.verbs.iter().any(|verb| matches!(verb, Verb::Write | Verb::Admin))
    }
}

/// What a workload uses, in the order of its file. A name that is not declared was refused by the specification's checks and is no edge.
#[must_use]
pub fn edges<'a>(resolved: &'a Resolved, workload: &Workload<'a>) -> Vec<Edge<'a>> {
    workload
        .uses
        .iter()
        .filter_map(|(to, verbs)| {
            let target = resolved.application.target_kind(to.as_str())?;
            Some(Edge { to, target, verbs: strongest(verbs), key: format!("{}.uses.{to}", workload.key()) })
        })
        .collect()
}

/// `read` next to `write`, or both next to `admin`, say nothing more.
fn strongest(verbs: &[Verb]) -> Vec<Verb> {
    let ladder = [Verb::Admin, Verb::Write, Verb::Read];
    let top = ladder.into_iter().find(|verb| verbs.contains(verb));
    let mut kept: Vec<Verb> = verbs.iter().copied().filter(|verb| !ladder.contains(verb) || Some(*verb) == top).collect();
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stronger_verb_takes_the_weaker_ones_place() {
        assert_eq!(strongest(&[Verb::Read, Verb::Write]), [Verb::Write]);
        assert_eq!(strongest(&[Verb::Admin, Verb::Read, Verb::Write]), [Verb::Admin]);
        assert_eq!(strongest(&[Verb::Receive, Verb::Send]), [Verb::Send, Verb::Receive]);
        assert_eq!(strongest(&[Verb::Read, Verb::Read]), [Verb::Read]);
    }
}
