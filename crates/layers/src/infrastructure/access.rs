//! Roles: who may take one on, and the statements that it has.
//!
//! Invariant: a role has exactly the statements that it is given, in one inline policy; a role without statements has no policy.

use strata_aws::iam::{PolicyDocument, Role, RolePolicy, Statement};
use strata_graph::{Layer, Pseudo, Text};

use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;

/// Who takes the role on.
#[derive(Debug, Clone)]
pub(crate) enum Trust<'a> {
    /// A service of AWS, in the name of this account alone, so that nobody else's task can talk it into our role (confused deputy).
    Service(&'a str),
    /// A service that sends no account along (EC2, Lambda: the role is handed to it by us when the thing is made).
    PlainService(&'a str),
    /// Pods of an EKS cluster by Pod Identity, which says for whose cluster it acts.
    Pods,
}

/// The trust policy.
pub(crate) fn trust_document(trust: &Trust<'_>) -> PolicyDocument {
    let plain = |actions: &[&str]| {
        let mut statement = Statement::allow("Trust", actions.iter().copied(), Vec::<Text>::new());
        statement.sid = None;
        statement
    };
    PolicyDocument::new([match trust {
        Trust::Service(service) => {
            plain(&["sts:AssumeRole"]).for_service(*service).when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId])
        }
        Trust::PlainService(service) => plain(&["sts:AssumeRole"]).for_service(*service),
        Trust::Pods => plain(&["sts:AssumeRole", "sts:TagSession"]).for_service("pods.eks.amazonaws.com").when(
            "StringEquals",
            "aws:SourceAccount",
            [Pseudo::AccountId],
        ),
    }])
}

/// Adds a role with its statements; gives the role and, last, what must stand before the role can do what it is for.
pub(crate) fn role(
    context: &mut Context<'_>,
    name: &str,
    trust: &Trust<'_>,
    description: &str,
    statements: Vec<Statement>,
    about: About,
) -> (Handle, Vec<Handle>) {
    let about = about.in_layer(Layer::Infrastructure);
    let role = Role {
        role_name: context.builder.name(&[name], limit::ROLE),
        description: description.to_owned(),
        assume_role_policy_document: trust_document(trust),
        ..Role::default()
    };
    let handle = context.builder.add(name, role, about.clone());
    let mut standing = vec![handle.clone()];
    if !statements.is_empty() {
        let policy = RolePolicy {
            role_name: handle.output("RoleName"),
            policy_name: "access".to_owned(),
            policy_document: PolicyDocument::new(statements),
        };
        standing.push(context.builder.add(name, policy, about));
    }
    (handle, standing)
}
