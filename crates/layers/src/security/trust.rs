//! Trust policies: who may take on a role.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_graph::{Pseudo, Text};

use crate::arn::iam_arn;

/// A service may take the role on, in the name of this account only (against the confused deputy).
#[must_use]
pub fn service(service: &str) -> PolicyDocument {
    let mut statement = Statement::allow("Trust", ["sts:AssumeRole"], Vec::<Text>::new()).for_service(service);
    statement.sid = None;
    PolicyDocument::new([statement.when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId])])
}

/// A service that does not say for whom it acts (EC2, EKS, Lambda) may take the role on.
#[must_use]
pub fn plain_service(service: &str) -> PolicyDocument {
    PolicyDocument::trust_service(service)
}

/// People of this account who signed in with a second factor may take the role on, where their own permissions let them.
#[must_use]
pub fn people() -> PolicyDocument {
    let mut statement = Statement::allow("Trust", ["sts:AssumeRole"], Vec::<Text>::new()).for_aws([iam_arn("root")]);
    statement.sid = None;
    PolicyDocument::new([statement.when("Bool", "aws:MultiFactorAuthPresent", ["true"])])
}

/// Pods of one cluster may take the role on, by EKS Pod Identity.
#[must_use]
pub fn pods(cluster_arn: &Text) -> PolicyDocument {
    let mut statement =
        Statement::allow("Trust", ["sts:AssumeRole", "sts:TagSession"], Vec::<Text>::new()).for_service("pods.eks.amazonaws.com");
    statement.sid = None;
    PolicyDocument::new([statement.when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId]).when(
        "ArnEquals",
        "aws:SourceArn",
        [cluster_arn.clone()],
    )])
}
