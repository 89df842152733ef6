//! `AWS::ApplicationAutoScaling::ScalableTarget`: what may be scaled, and between which limits.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A target. Its id is CloudFormation's: resource, dimension and namespace with `|` between.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScalableTarget {
    /// The least.
    pub min_capacity: i64,
    /// The most.
    pub max_capacity: i64,
    /// For example `service/CLUSTER/SERVICE`.
    pub resource_id: Text,
    /// For example `ecs:service:DesiredCount`.
    pub scalable_dimension: String,
    /// For example `ecs`.
    pub service_namespace: String,
    /// Left out, AWS uses the service-linked role, whatever is given for ECS.
    #[serde(rename = "RoleARN", default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Text>,
}

impl AwsResource for ScalableTarget {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ApplicationAutoScaling::ScalableTarget",
        kind: "appautoscaling_target",
        service: "application-autoscaling",
        replace_on: &["ResourceId", "ScalableDimension", "ServiceNamespace"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        // AWS answers with the service-linked role that it put in the place of ours.
        unobservable: &["RoleARN"],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "ScalableTargetId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_appautoscaling_target",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_appautoscaling_target")
            .set("min_capacity", self.min_capacity)
            .set("max_capacity", self.max_capacity)
            .set("resource_id", &self.resource_id)
            .set("scalable_dimension", &self.scalable_dimension)
            .set("service_namespace", &self.service_namespace)
            .set_some("role_arn", self.role_arn.as_ref());
    }

    fn terraform_import_id(&self, _id: &PhysicalId) -> String {
        format!("{}/{}/{}", self.service_namespace, self.resource_id, self.scalable_dimension)
    }
}
