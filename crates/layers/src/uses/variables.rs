//! Edges as environment variables: `db` gives `DB_HOST`, `DB_PORT` and so on. Never a secret's value.
//!
//! How a workload signs in to a database follows from its verb. `write` and `admin` get the owner's name and, from the secret that RDS
//! keeps and rotates, its password: a migration needs an owner. `read` gets a user of its own that signs in with a token of its role and has no password
//! at all; that user is made once in the database (`CREATE USER fares; GRANT rds_iam, pg_read_all_data TO fares`).

use std::collections::BTreeMap;

use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::Text;
use strata_spec::{Expression, Part, Reference, TargetKind};

use super::edge::{Edge, Workload};
use super::target::{Target, Targets};
use super::wiring::Wiring;
use crate::environment::Context;

/// The outputs of a kind of thing that a user of it gets as variables: the ends of the variables' names.
pub(super) fn outputs_as_variables(kind: TargetKind) -> &'static [&'static str] {
    match kind {
        TargetKind::Postgres | TargetKind::Mysql => &["host", "port", "name", "user", "replica_hosts"],
        TargetKind::Redis => &["url", "host", "port", "user", "group"],
        TargetKind::Search => &["endpoint", "url", "arn", "region"],
        TargetKind::Bucket => &["name", "arn", "region"],
        TargetKind::Table => &["name", "arn", "region"],
        TargetKind::Queue => &["url", "arn", "region"],
        TargetKind::Topic | TargetKind::Bus | TargetKind::Stream => &["name", "arn", "region"],
        TargetKind::Key => &["id", "arn"],
        TargetKind::Secret => &["name", "arn"],
        TargetKind::Files => &["path"],
        TargetKind::Service => &["url", "host", "port"],
    }
}

/// `expire-holds` and `url` become `EXPIRE_HOLDS_URL`.
fn variable(thing: &str, output: &str) -> String {
    format!("{thing}_{output}").to_ascii_uppercase().replace('-', "_")
}

/// The variables of one edge.
pub(super) fn edge(workload: &Workload<'_>, edge: &Edge<'_>, target: &Target, wiring: &mut Wiring) {
    let to = edge.to.as_str();
    for output in outputs_as_variables(edge.target) {
        if let Some(value) = output_of(workload, Some(edge), target, output) {
            wiring.variables.insert(variable(to, output), value);
        }
    }
    if let (Some((arn, json_key)), true) = (&target.password, edge.changes()) {
        if workload.kind.is_container() {
            let value = Text::join([arn.clone(), format!(":{json_key}::").into()]);
            wiring.secrets.insert(variable(to, "password"), value);
        } else {
            wiring.variables.insert(variable(to, "secret_arn"), arn.clone());
        }
    }
}

/// An output as one workload sees it: `user` is its own where it signs in by its role, else the owner.
fn output_of(workload: &Workload<'_>, edge: Option<&Edge<'_>>, target: &Target, output: &str) -> Option<Text> {
    let by_role = target.kind == TargetKind::Redis || !edge.is_some_and(Edge::changes);
    let own = target.user_names.get(workload.name.as_str()).filter(|_| output == "user" && by_role);
    own.map(|name| name.clone().into()).or_else(|| target.outputs.get(output).cloned())
}

/// The variables that the workload writes itself, and its declared secrets. They win over those of edges: the specification's checks refuse a clash
/// within what is written, and an edge's variable that is written again is meant to be another.
pub(super) fn own(
    context: &Context<'_>,
    workload: &Workload<'_>,
    targets: &Targets,
    secrets: &BTreeMap<String, Text>,
    wiring: &mut Wiring,
    problems: &mut Diagnostics,
) {
    for (name, expression) in workload.env {
        let path = format!("{}.env.{name}", workload.key());
        match render(context, workload, targets, expression) {
            Ok(value) => {
                wiring.secrets.remove(name.as_str());
                wiring.variables.insert(name.to_string(), value);
            }
            Err(reference) => {
                let message = format!("`{reference}` has no value in the environment `{}`", context.environment());
                problems.push(
                    Diagnostic::error(codes::E0204, message)
                        .at(context.builder.lines().span(&path))
                        .hint("what it reads is not built by this release, or the environment has no host"),
                );
            }
        }
    }
    for name in workload.secrets {
        let Some(arn) = secrets.get(name.as_str()) else { continue };
        if workload.kind.is_container() {
            wiring.variables.remove(name.as_str());
            wiring.secrets.insert(name.to_string(), arn.clone());
        } else {
            wiring.variables.insert(format!("{name}_SECRET_ARN"), arn.clone());
        }
    }
}

fn render<'e>(
    context: &Context<'_>,
    workload: &Workload<'_>,
    targets: &Targets,
    expression: &'e Expression,
) -> Result<Text, &'e Reference> {
    let mut parts = Vec::new();
    for part in expression.parts() {
        parts.push(match part {
            Part::Literal(text) => text.clone().into(),
            Part::Reference(reference) => value(context, workload, targets, reference).ok_or(reference)?,
        });
    }
    Ok(Text::join(parts))
}

fn value(context: &Context<'_>, workload: &Workload<'_>, targets: &Targets, reference: &Reference) -> Option<Text> {
    match (reference.target.as_str(), reference.output.as_str()) {
        ("env", "host") => context.resolved.environment.host.as_ref().map(|host| host.as_str().into()),
        ("env", "name") => Some(context.environment().into()),
        ("env", "region") => Some(context.network.region().into()),
        ("env", "account") => Some(strata_graph::Pseudo::AccountId.into()),
        ("app", "name") => Some(context.application().into()),
        (name, output) => {
            let target = targets.get(name)?;
            let own: Vec<Edge<'_>> = super::edge::edges(context.resolved, workload);
            output_of(workload, own.iter().find(|edge| edge.to.as_str() == name), target, output)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_variables_and_none_is_a_secret() {
        for kind in TargetKind::ALL {
            let outputs = outputs_as_variables(*kind);
            assert!(!outputs.is_empty(), "{kind}");
            assert!(!outputs.contains(&"password"), "{kind}");
        }
        assert_eq!(outputs_as_variables(TargetKind::Queue), ["url", "arn", "region"]);
    }

    #[test]
    fn names_of_variables() {
        assert_eq!(variable("bookings", "url"), "BOOKINGS_URL");
        assert_eq!(variable("read-model", "replica_hosts"), "READ_MODEL_REPLICA_HOSTS");
    }
}
