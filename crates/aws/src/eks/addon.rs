//! `AWS::EKS::Addon`: a part of a cluster that EKS installs and keeps.
//!
//! The physical id is `CLUSTER:ADDON`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An add-on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Addon {
    /// For example `vpc-cni`.
    pub addon_name: String,
    /// The cluster.
    pub cluster_name: Text,
    /// The version; EKS's default where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_version: Option<String>,
    /// Its settings as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration_values: Option<String>,
    /// What happens to settings made by others: `OVERWRITE`, `PRESERVE` or `NONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_conflicts: Option<String>,
    /// The role of its service account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_role_arn: Option<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Addon {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EKS::Addon",
        kind: "eks_addon",
        service: "eks",
        replace_on: &["AddonName", "ClusterName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["ResolveConflicts"],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_eks_addon",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_eks_addon")
            .set("addon_name", &self.addon_name)
            .set("cluster_name", &self.cluster_name)
            .set_some("addon_version", self.addon_version.as_ref())
            .set_some("configuration_values", self.configuration_values.as_ref())
            .set_some(
                "resolve_conflicts_on_create",
                // Terraform knows no `PRESERVE` at creation: there is nothing to preserve yet.
                self.resolve_conflicts.as_deref().map(|word| if word == "PRESERVE" { "NONE" } else { word }),
            )
            .set_some("resolve_conflicts_on_update", self.resolve_conflicts.as_ref())
            .set_some("service_account_role_arn", self.service_account_role_arn.as_ref())
            .tags(&self.tags);
    }
}
