//! Questions that rules ask of policy documents.
//!
//! Invariant: in doubt a statement counts as wide: a condition limits only if its operator and its key are known to.

use strata_aws::iam::PolicyDocument;
use strata_aws::iam::policy_document::{Effect, Statement};
use strata_graph::Text;

/// Condition keys that say who calls, or from where (AWS: "AWS global condition context keys").
const LIMITING_KEYS: [&str; 12] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:ResourceAccount",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "kms:CallerAccount",
    "kms:EncryptionContext:aws:logs:arn",
];

/// Whether the statement allows.
pub(crate) fn allows(statement: &Statement) -> bool {
    statement.effect == Effect::Allow
}

fn is_star(text: &Text) -> bool {
    text.as_literal() == Some("*")
}

/// Whether the statement is about every AWS principal there is.
pub(crate) fn is_for_everyone(statement: &Statement) -> bool {
    statement.principal.as_ref().is_some_and(|principal| {
        principal.aws.iter().any(is_star) || principal.service.iter().any(is_star) || principal.federated.iter().any(is_star)
    })
}

/// Whether a condition keeps strangers out.
pub(crate) fn is_limited(statement: &Statement) -> bool {
    statement.condition.iter().any(|(operator, keys)| {
        let positive = !operator.contains("Not") && !operator.ends_with("IfExists") && operator != "Null";
        positive
            && keys.iter().any(|(key, values)| {
                LIMITING_KEYS.iter().any(|limiting| limiting.eq_ignore_ascii_case(key)) && !values.is_empty() && !values.iter().any(is_star)
            })
    })
}

/// The statements that let strangers in, by their names.
pub(crate) fn public_statements(policy: &PolicyDocument) -> Vec<String> {
    policy
        .statement
        .iter()
        .filter(|statement| allows(statement) && is_for_everyone(statement) && !is_limited(statement))
        .map(|statement| format!("statement '{}' allows everybody", name(statement)))
        .collect()
}

/// Whether the policy refuses every request without TLS for a service's actions.
pub(crate) fn refuses_plain_text(policy: &PolicyDocument, service: &str) -> bool {
    policy.statement.iter().any(|statement| {
        statement.effect == Effect::Deny
            && is_for_everyone(statement)
            && statement.action.iter().any(|action| action == "*" || action.eq_ignore_ascii_case(&format!("{service}:*")))
            && statement.condition.len() == 1
            && statement.condition.get("Bool").is_some_and(|keys| {
                keys.len() == 1
                    && keys.get("aws:SecureTransport").is_some_and(|values| values.iter().any(|value| value.as_literal() == Some("false")))
            })
    })
}

/// The statement's name for people.
pub(crate) fn name(statement: &Statement) -> &str {
    statement.sid.as_deref().unwrap_or("without a name")
}

/// Whether the statement speaks of every resource.
pub(crate) fn is_for_every_resource(statement: &Statement) -> bool {
    statement.resource.iter().any(is_star)
}

/// Whether one of the actions is every action there is.
pub(crate) fn is_every_action(statement: &Statement) -> bool {
    statement.action.iter().any(|action| action == "*" || action == "*:*")
}
