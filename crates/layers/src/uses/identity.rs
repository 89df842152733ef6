//! Edges as statements of IAM: one for each edge, verb and part of the thing, each on exactly its ARN.
//!
//! Invariants: no statement here has a wildcard for a resource that has an ARN; a key is opened only through the service of the thing it encrypts.

use std::collections::BTreeMap;

use strata_aws::iam::Statement;
use strata_graph::Text;

use super::actions::verb_grants;
use super::edge::{Edge, Workload};
use super::network::{part_word, sid};
use super::target::Target;
use super::wiring::Wiring;
use crate::builder::Handle;
use crate::environment::Context;

/// The statements of one edge on the workload's own role.
pub(super) fn edge(context: &Context<'_>, workload: &Workload<'_>, edge: &Edge<'_>, target: &Target, wiring: &mut Wiring) {
    let to = edge.to.as_str();
    for verb in &edge.verbs {
        let meaning = verb_grants(edge.target, *verb);
        for grant in meaning.grants {
            let resources = match grant.on {
                super::actions::Part::User => user_arns(target, workload),
                part => target.arns.get(&part).cloned().unwrap_or_default(),
            };
            if !resources.is_empty() {
                let name = sid(&[to, verb.as_str(), part_word(grant.on)]);
                wiring.statements.push(Statement::allow(name, grant.actions.iter().copied(), resources));
            }
        }
        if let (Some(key), false) = (&target.key, meaning.key.is_empty()) {
            let name = sid(&[to, verb.as_str(), "key"]);
            let statement = Statement::allow(name, meaning.key.iter().copied(), [key.clone()]);
            wiring.statements.push(statement.when("StringEquals", "kms:ViaService", [via(context, meaning.via)]));
        }
    }
    if let (Some((arn, _)), true) = (&target.password, edge.changes()) {
        let statements = read_secret(context, &[to, "password"], arn, target.key.as_ref());
        password_reader(workload, wiring).extend(statements);
    }
}

/// The ARNs that stand for the workload's own user: those that end in its name, and those of the thing that the user connects to.
fn user_arns(target: &Target, workload: &Workload<'_>) -> Vec<Text> {
    target.users.get(workload.name.as_str()).cloned().unwrap_or_default()
}

/// Containers are handed their secrets by the role that starts them; functions and hosts read them by their own.
fn password_reader<'w>(workload: &Workload<'_>, wiring: &'w mut Wiring) -> &'w mut Vec<Statement> {
    if workload.kind.is_container() { &mut wiring.start_statements } else { &mut wiring.statements }
}

/// The declared secrets of a workload.
pub(super) fn secrets(
    context: &Context<'_>,
    workload: &Workload<'_>,
    declared: &BTreeMap<String, Text>,
    key: &Handle,
    wiring: &mut Wiring,
) {
    for name in workload.secrets {
        if let Some(arn) = declared.get(name.as_str()) {
            let statements = read_secret(context, &[&name.as_str().to_ascii_lowercase()], arn, Some(&key.arn()));
            password_reader(workload, wiring).extend(statements);
        }
    }
}

fn read_secret(context: &Context<'_>, words: &[&str], arn: &Text, key: Option<&Text>) -> Vec<Statement> {
    let mut parts = words.to_vec();
    parts.push("read");
    let read = Statement::allow(sid(&parts), ["secretsmanager:GetSecretValue"], [arn.clone()]);
    let mut all = vec![read];
    if let Some(key) = key {
        parts.push("key");
        let open = Statement::allow(sid(&parts), ["kms:Decrypt"], [key.clone()]);
        all.push(open.when("StringEquals", "kms:ViaService", [via(context, "secretsmanager")]).when(
            "StringEquals",
            "kms:EncryptionContext:SecretARN",
            [arn.clone()],
        ));
    }
    all
}

/// `sqs.us-east-1.amazonaws.com`.
fn via(context: &Context<'_>, service: &str) -> String {
    format!("{service}.{}.amazonaws.com", context.network.region())
}
