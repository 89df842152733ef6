//! `AWS::EKS::PodIdentityAssociation`: the role of a Kubernetes service account.
//!
//! The physical id is the association's id; `terraform import` takes `CLUSTER,ID`.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A pod identity association.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PodIdentityAssociation {
    /// The cluster.
    pub cluster_name: Text,
    /// The service account's namespace.
    pub namespace: String,
    /// Its name.
    pub service_account: String,
    /// The role.
    pub role_arn: Text,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for PodIdentityAssociation {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EKS::PodIdentityAssociation",
        kind: "eks_pod_identity_association",
        service: "eks",
        replace_on: &["ClusterName", "Namespace", "ServiceAccount"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "AssociationId", cloudformation_ref: false, terraform: "association_id" },
            OutputContract { name: "AssociationArn", cloudformation_ref: true, terraform: "association_arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_eks_pod_identity_association",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_eks_pod_identity_association")
            .set("cluster_name", &self.cluster_name)
            .set("namespace", &self.namespace)
            .set("service_account", &self.service_account)
            .set("role_arn", &self.role_arn)
            .tags(&self.tags);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        format!("{},{}", self.cluster_name, id.0)
    }
}
