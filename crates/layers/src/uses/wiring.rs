//! Lowers the edges of every workload into what identity, network and environment variables need.
//!
//! Invariant: a workload's [`Wiring`] is complete: the layer that makes the workload adds nothing that reaches anything.

use std::borrow::Cow;
use std::collections::BTreeMap;

use strata_aws::iam::Statement;
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::{Layer, Text};
use strata_spec::TargetKind;

use super::edge::{Workload, WorkloadKind, edges, workloads};
use super::target::{Mount, Targets};
use super::{identity, network, variables};
use crate::builder::Handle;
use crate::environment::Context;
use crate::naming::limit;

/// Everything that one workload got from its lines of `uses`, `env`, `secrets` and `egress`.
#[derive(Debug, Clone)]
pub struct Wiring {
    /// Its security group.
    pub group: Handle,
    /// What its own role allows.
    pub statements: Vec<Statement>,
    /// What the role that starts it allows: reading the secrets that it is handed.
    pub start_statements: Vec<Statement>,
    /// Plain environment variables; never a secret.
    pub variables: BTreeMap<String, Text>,
    /// Environment variables whose value is read from Secrets Manager when it starts: ARN with the key in it (`ARN:password::`).
    pub secrets: BTreeMap<String, Text>,
    /// The files that are mounted into it.
    pub mounts: Vec<Mount>,
    /// What must stand before it may start.
    pub after: Vec<Handle>,
}

/// The wiring of every workload by its name.
pub type Wirings = BTreeMap<String, Wiring>;

/// Lowers every edge of the environment. `groups` are the workloads' security groups, `secrets` the ARNs of the declared secrets.
///
/// # Errors
/// A variable reads an output that is not there.
pub(crate) fn lower(
    context: &mut Context<'_>,
    groups: &BTreeMap<String, Handle>,
    targets: &Targets,
    secrets: &BTreeMap<String, Text>,
    key: &Handle,
) -> Result<Wirings, Diagnostics> {
    context.builder.layer(Layer::Network);
    let resolved = context.resolved;
    let mut all = Wirings::new();
    let mut problems = Diagnostics::new();
    for workload in workloads(resolved) {
        let Some(group) = groups.get(workload.name.as_str()) else { continue };
        let mut wiring = Wiring {
            group: group.clone(),
            statements: Vec::new(),
            start_statements: Vec::new(),
            variables: BTreeMap::new(),
            secrets: BTreeMap::new(),
            mounts: Vec::new(),
            after: Vec::new(),
        };
        let targets = seen_by(context, &workload, targets);
        lower_one(context, &workload, &mut wiring, &targets, secrets, key, &mut problems);
        all.insert(workload.name.to_string(), wiring);
    }
    if problems.has_errors() { Err(problems) } else { Ok(all) }
}

/// The targets as a workload sees them: a function that a bucket starts stands before the bucket, because the bucket's notification names
/// it; it knows the bucket by name alone.
fn seen_by<'t>(context: &Context<'_>, workload: &Workload<'_>, targets: &'t Targets) -> Cow<'t, Targets> {
    let function = match workload.kind {
        WorkloadKind::Function => context.resolved.application.functions.get(workload.name.as_str()),
        _ => None,
    };
    let starts = function.and_then(|function| function.trigger.as_ref()?.event());
    match starts.and_then(|(thing, _)| Some((thing, targets.get(thing.as_str())?))) {
        Some((thing, target)) if target.kind == TargetKind::Bucket => {
            let mut own = targets.clone();
            own.insert(thing.to_string(), target.by_name());
            Cow::Owned(own)
        }
        _ => Cow::Borrowed(targets),
    }
}

fn lower_one(
    context: &mut Context<'_>,
    workload: &Workload<'_>,
    wiring: &mut Wiring,
    targets: &Targets,
    secrets: &BTreeMap<String, Text>,
    key: &Handle,
    problems: &mut Diagnostics,
) {
    for edge in edges(context.resolved, workload) {
        // What is declared but not built yet has no target; the plan says so once for the thing itself.
        let Some(target) = targets.get(edge.to.as_str()) else { continue };
        network::edge(context, workload, &edge, target, wiring);
        identity::edge(context, workload, &edge, target, wiring);
        variables::edge(workload, &edge, target, wiring);
        if let Some(mount) = target.mount.as_ref().filter(|_| workload.kind.is_container()) {
            wiring.mounts.push(Mount { read_only: !edge.changes(), ..mount.clone() });
        }
        wiring.after.extend(target.resources.iter().cloned());
        if let (TargetKind::Postgres, false, Some(user)) = (target.kind, edge.changes(), target.user_names.get(workload.name.as_str())) {
            let message = format!(
                "{} reads {} as the user `{user}`, which signs in by its role and must be made in the database",
                workload.name, edge.to
            );
            let place = context.builder.lines().span(&edge.key);
            let hint = format!("once, as the owner: CREATE USER {user}; GRANT rds_iam, pg_read_all_data TO {user}");
            context.warn(Diagnostic::note(codes::E0506, message).at(place).hint(hint));
        }
        if let (TargetKind::Search, Some(administrators)) = (target.kind, &target.administrators) {
            let role = context.builder.name(&[workload.name.as_str()], limit::ROLE);
            let message = format!(
                "{} uses {} as the role `{role}`, which must be mapped to a role of OpenSearch inside the domain",
                workload.name, edge.to
            );
            let place = context.builder.lines().span(&edge.key);
            let hint = format!("once, signed as the role `{administrators}`: PUT _plugins/_security/api/rolesmapping/ROLE, with its ARN");
            context.warn(Diagnostic::note(codes::E0507, message).at(place).hint(hint));
        }
    }
    network::egress(context, workload, wiring);
    network::runtime(context, workload, wiring);
    identity::secrets(context, workload, secrets, key, wiring);
    variables::own(context, workload, targets, secrets, wiring, problems);
    if needs_secrets_endpoint(wiring) {
        network::secrets_endpoint(context, workload, wiring);
    }
    wiring.after.sort();
    wiring.after.dedup();
}

fn needs_secrets_endpoint(wiring: &Wiring) -> bool {
    let reads = |statements: &[Statement]| {
        statements.iter().any(|statement| statement.action.iter().any(|action| action == "secretsmanager:GetSecretValue"))
    };
    reads(&wiring.statements) || reads(&wiring.start_statements)
}
