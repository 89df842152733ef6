//! `AWS::ECS::Service`: keeps tasks of a definition running, behind a load balancer or a name.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Tags, Text, TypeContract};

use super::CapacityProviderStrategyItem;
use crate::resource::AwsResource;
use crate::terraform::{Body, Expression, Terraform};

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Service {
    /// Unique in the cluster, at most 255 characters.
    pub service_name: String,
    /// The cluster's ARN or name.
    pub cluster: Text,
    /// The revision that runs.
    pub task_definition: Text,
    /// Tasks at the start. Autoscaling owns the number afterwards, so it is compared with what was last applied and never
    /// with the cloud; a change of it is sent only where no autoscaling target stands, or to come from or go to zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired_count: Option<i64>,
    /// `FARGATE`; left out where a capacity provider strategy says where tasks go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<String>,
    /// Where tasks go.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// Fargate's version, `LATEST` unless there is a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// Subnets and security groups of the tasks.
    pub network_configuration: NetworkConfiguration,
    /// Target groups in which the tasks are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<LoadBalancerTarget>,
    /// Names under which the tasks are found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_registries: Vec<ServiceRegistry>,
    /// How a new revision takes the place of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Seconds in which the load balancer's judgement is ignored after a start; only with a load balancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_grace_period_seconds: Option<i64>,
    /// Whether people may run commands in the containers.
    pub enable_execute_command: bool,
    /// Whether ECS adds its own tags (cluster and service) to the tasks.
    #[serde(rename = "EnableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// `SERVICE`: the tasks get the service's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagate_tags: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// How tasks are connected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NetworkConfiguration {
    /// Every task has a network interface of its own.
    pub awsvpc_configuration: AwsvpcConfiguration,
}

/// Subnets and security groups of the tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AwsvpcConfiguration {
    /// The subnets, in any order.
    pub subnets: Vec<Text>,
    /// The security groups, in any order.
    pub security_groups: Vec<Text>,
    /// `DISABLED`: no public address (checkov CKV_AWS_333).
    pub assign_public_ip: String,
}

impl AwsvpcConfiguration {
    /// Writes the block that Terraform's services and schedules share.
    pub(crate) fn terraform(&self, body: &mut Body) {
        body.set("subnets", &self.subnets)
            .set("security_groups", &self.security_groups)
            .set("assign_public_ip", self.assign_public_ip == "ENABLED");
    }
}

/// A target group in which the tasks are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadBalancerTarget {
    /// Which container.
    pub container_name: String,
    /// Which of its ports.
    pub container_port: i64,
    /// The target group.
    pub target_group_arn: Text,
}

/// A name under which the tasks are found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ServiceRegistry {
    /// The Cloud Map service.
    pub registry_arn: Text,
    /// Which container; only for records that hold a port (SRV).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_name: Option<String>,
    /// Which of its ports; only for records that hold a port (SRV).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_port: Option<i64>,
}

/// How a new revision takes the place of the old one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeploymentConfiguration {
    /// Of the desired count, in percent, what must stay up.
    pub minimum_healthy_percent: i64,
    /// Of the desired count, in percent, what may run at once.
    pub maximum_percent: i64,
    /// What happens when the new revision does not come up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_circuit_breaker: Option<DeploymentCircuitBreaker>,
}

/// What happens when the new revision does not come up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeploymentCircuitBreaker {
    /// Whether ECS gives up.
    pub enable: bool,
    /// Whether ECS then goes back to the last revision that came up.
    pub rollback: bool,
}

impl AwsResource for Service {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ECS::Service",
        kind: "ecs_service",
        service: "ecs",
        replace_on: &["ServiceName", "Cluster", "LaunchType"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["DesiredCount"],
        unordered: &[
            "NetworkConfiguration.AwsvpcConfiguration.Subnets",
            "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
            "LoadBalancers",
            "ServiceRegistries",
        ],
        closed: &[],
        outputs: &[
            OutputContract { name: "ServiceArn", cloudformation_ref: true, terraform: "arn" },
            OutputContract { name: "Name", cloudformation_ref: false, terraform: "name" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_ecs_service",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_ecs_service");
        body.set("name", &self.service_name)
            .set("cluster", &self.cluster)
            .set("task_definition", &self.task_definition)
            .set_some("desired_count", self.desired_count)
            .set_some("launch_type", self.launch_type.as_ref())
            .set_some("platform_version", self.platform_version.as_ref())
            .set_some("health_check_grace_period_seconds", self.health_check_grace_period_seconds)
            .set("enable_execute_command", self.enable_execute_command)
            .set("enable_ecs_managed_tags", self.enable_ecs_managed_tags)
            .set_some("propagate_tags", self.propagate_tags.as_ref());
        for item in &self.capacity_provider_strategy {
            body.block("capacity_provider_strategy")
                .set("capacity_provider", &item.capacity_provider)
                .set("base", item.base)
                .set("weight", item.weight);
        }
        self.network_configuration.awsvpc_configuration.terraform(body.block("network_configuration"));
        for target in &self.load_balancers {
            body.block("load_balancer")
                .set("target_group_arn", &target.target_group_arn)
                .set("container_name", &target.container_name)
                .set("container_port", target.container_port);
        }
        for registry in &self.service_registries {
            body.block("service_registries")
                .set("registry_arn", &registry.registry_arn)
                .set_some("container_name", registry.container_name.as_ref())
                .set_some("container_port", registry.container_port);
        }
        if let Some(deployment) = &self.deployment_configuration {
            body.set("deployment_minimum_healthy_percent", deployment.minimum_healthy_percent)
                .set("deployment_maximum_percent", deployment.maximum_percent);
            if let Some(breaker) = &deployment.deployment_circuit_breaker {
                body.block("deployment_circuit_breaker").set("enable", breaker.enable).set("rollback", breaker.rollback);
            }
        }
        body.tags(&self.tags);
        // Autoscaling owns the number of tasks after the first apply.
        body.block("lifecycle").set("ignore_changes", Expression::List(vec![Expression::Traversal("desired_count".to_owned())]));
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        // arn:aws:ecs:region:account:service/CLUSTER/NAME
        id.0.split_once(":service/").map_or_else(|| id.0.clone(), |(_, path)| path.to_owned())
    }
}
