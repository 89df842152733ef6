//! `AWS::EKS::Nodegroup`: worker nodes of a cluster that EKS keeps.
//!
//! The physical id is `CLUSTER:GROUP`, which is also what `terraform import` takes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// A managed node group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Nodegroup {
    /// Unique in the cluster.
    pub nodegroup_name: String,
    /// The cluster.
    pub cluster_name: Text,
    /// The nodes' role's ARN.
    pub node_role: Text,
    /// The subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<Text>,
    /// How many.
    pub scaling_config: ScalingConfig,
    /// For example `AL2023_ARM_64_STANDARD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ami_type: Option<String>,
    /// `ON_DEMAND` or `SPOT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_type: Option<String>,
    /// For example `m6g.large`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_types: Vec<String>,
    /// How nodes are started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_template: Option<NodegroupLaunchTemplate>,
    /// Kubernetes labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How many may be away during an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_config: Option<UpdateConfig>,
    /// The Kubernetes version; the cluster's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// How many nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScalingConfig {
    /// Fewest.
    pub min_size: i64,
    /// Most.
    pub max_size: i64,
    /// Now; absent where something else scales them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_size: Option<i64>,
}

/// A launch template and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NodegroupLaunchTemplate {
    /// The template.
    pub id: Text,
    /// The version's number: the template's output `LatestVersionNumber`.
    pub version: Text,
}

/// How an update goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateConfig {
    /// Nodes that may be away at once.
    pub max_unavailable: i64,
}

impl AwsResource for Nodegroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EKS::Nodegroup",
        kind: "eks_node_group",
        service: "eks",
        replace_on: &["NodegroupName", "ClusterName", "NodeRole", "Subnets", "AmiType", "CapacityType", "InstanceTypes"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["Subnets"],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagMap,
        terraform: "aws_eks_node_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_eks_node_group");
        body.set("node_group_name", &self.nodegroup_name)
            .set("cluster_name", &self.cluster_name)
            .set("node_role_arn", &self.node_role)
            .set("subnet_ids", &self.subnets)
            .set_some("ami_type", self.ami_type.as_ref())
            .set_some("capacity_type", self.capacity_type.as_ref())
            .set_some("version", self.version.as_ref());
        if !self.instance_types.is_empty() {
            body.set("instance_types", &self.instance_types);
        }
        if !self.labels.is_empty() {
            let labels = self.labels.iter().map(|(key, value)| (key.clone(), value.into())).collect();
            body.set("labels", Expression::Map(labels));
        }
        body.block("scaling_config")
            .set("min_size", self.scaling_config.min_size)
            .set("max_size", self.scaling_config.max_size)
            // Terraform's block requires it; where something else scales, the fewest is where it starts.
            .set("desired_size", self.scaling_config.desired_size.unwrap_or(self.scaling_config.min_size));
        if let Some(template) = &self.launch_template {
            body.block("launch_template").set("id", &template.id).set("version", &template.version);
        }
        if let Some(update) = &self.update_config {
            body.block("update_config").set("max_unavailable", update.max_unavailable);
        }
        body.tags(&self.tags);
    }
}
