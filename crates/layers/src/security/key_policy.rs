//! Policies of encryption keys: who administers a key, and which services use it for us.
//!
//! Invariants: the account keeps control of every key (a key that nobody administers is lost for good); a service uses a
//! key only for this account, and only for what is named where the service tells us what it encrypts.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_graph::{Pseudo, Text};

use crate::arn::{iam_arn, regional_arn};

const USE: [&str; 5] = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/// Builds the policy of a key.
#[derive(Debug, Clone)]
pub struct KeyPolicy {
    statements: Vec<Statement>,
}

impl KeyPolicy {
    /// The account administers the key, and lets its identities use it by their own policies.
    #[must_use]
    pub fn new() -> Self {
        let root = Statement::allow("Account", ["kms:*"], ["*"]).for_aws([iam_arn("root")]);
        Self { statements: vec![root] }
    }

    /// CloudWatch Logs encrypts log groups whose names start with one of these (AWS: "Encrypt log data using KMS").
    #[must_use]
    pub fn for_logs(mut self, group_prefixes: &[&str]) -> Self {
        let groups = group_prefixes.iter().map(|prefix| regional_arn("logs", &format!("log-group:{prefix}*"))).collect::<Vec<_>>();
        let service = Text::join(["logs.".into(), Pseudo::Region.into(), ".amazonaws.com".into()]);
        self.statements.push(Statement::allow("Logs", USE, ["*"]).for_service(service).when(
            "ArnLike",
            "kms:EncryptionContext:aws:logs:arn",
            groups,
        ));
        self
    }

    /// A service uses the key, in the name of this account only.
    #[must_use]
    pub fn for_service(mut self, sid: &str, service: &str) -> Self {
        self.statements.push(
            Statement::allow(sid, ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"], ["*"]).for_service(service).when(
                "StringEquals",
                "aws:SourceAccount",
                [Pseudo::AccountId],
            ),
        );
        self
    }

    /// Auto scaling groups start machines whose disks are under the key. Their role must stand first: KMS refuses the
    /// policy otherwise.
    #[must_use]
    pub fn for_auto_scaling(mut self) -> Self {
        let role = || [iam_arn("role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")];
        self.statements.push(Statement::allow("AutoScaling", USE, ["*"]).for_aws(role()));
        self.statements.push(Statement::allow("AutoScalingGrants", ["kms:CreateGrant"], ["*"]).for_aws(role()).when(
            "Bool",
            "kms:GrantIsForAWSResource",
            ["true"],
        ));
        self
    }

    /// One more statement.
    #[must_use]
    pub fn with(mut self, statement: Statement) -> Self {
        self.statements.push(statement);
        self
    }

    /// The policy.
    #[must_use]
    pub fn build(self) -> PolicyDocument {
        PolicyDocument::new(self.statements)
    }
}

impl Default for KeyPolicy {
    fn default() -> Self {
        Self::new()
    }
}
