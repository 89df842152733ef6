//! `AWS::EKS::AccessEntry`: what an IAM identity may do in a cluster.
//!
//! The physical id is `CLUSTER:PRINCIPAL`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An access entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessEntry {
    /// The cluster.
    pub cluster_name: Text,
    /// Who.
    pub principal_arn: Text,
    /// `STANDARD` where absent; `EC2_LINUX` for nodes.
    #[serde(rename = "Type", default, skip_serializing_if = "Option::is_none")]
    pub entry_type: Option<String>,
    /// Kubernetes groups, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kubernetes_groups: Vec<String>,
    /// EKS's own policies, sorted by ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_policies: Vec<AccessPolicy>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// One of EKS's own policies, and where it counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessPolicy {
    /// Where.
    pub access_scope: AccessScope,
    /// For example `arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`.
    pub policy_arn: String,
}

/// Where a policy counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccessScope {
    /// `cluster` or `namespace`.
    #[serde(rename = "Type")]
    pub scope_type: String,
    /// The namespaces, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
}

impl AwsResource for AccessEntry {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EKS::AccessEntry",
        kind: "eks_access_entry",
        service: "eks",
        replace_on: &["ClusterName", "PrincipalArn", "Type"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["KubernetesGroups", "AccessPolicies"],
        closed: &[],
        outputs: &[OutputContract { name: "AccessEntryArn", cloudformation_ref: false, terraform: "access_entry_arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_eks_access_entry",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_eks_access_entry");
        body.set("cluster_name", &self.cluster_name).set("principal_arn", &self.principal_arn).set_some("type", self.entry_type.as_ref());
        if !self.kubernetes_groups.is_empty() {
            body.set("kubernetes_groups", &self.kubernetes_groups);
        }
        body.tags(&self.tags);
        let principal = to.own("aws_eks_access_entry", "principal_arn");
        for policy in &self.access_policies {
            let suffix: String = policy
                .policy_arn
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .chars()
                .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' })
                .collect();
            let body = to.resource_suffixed("aws_eks_access_policy_association", &suffix);
            body.set("cluster_name", &self.cluster_name).set("principal_arn", principal.clone()).set("policy_arn", &policy.policy_arn);
            let scope = body.block("access_scope");
            scope.set("type", &policy.access_scope.scope_type);
            if !policy.access_scope.namespaces.is_empty() {
                scope.set("namespaces", &policy.access_scope.namespaces);
            }
        }
    }
}
