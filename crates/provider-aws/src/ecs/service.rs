//! `AWS::ECS::Service` by the ECS API. The id is the ARN, which holds the cluster's name and the service's.
//!
//! Ready means that the newest deployment is complete and every wanted task runs. An emulator runs no tasks and reports no
//! roll-out, so there an active service is as ready as it will be.

use async_trait::async_trait;
use aws_sdk_ecs::types as sdk;
use strata_aws::ecs::{
    AwsvpcConfiguration, DeploymentCircuitBreaker, DeploymentConfiguration, LoadBalancerTarget, NetworkConfiguration, Service,
    ServiceRegistry,
};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ProviderError, Readiness};

use super::{read_strategy, read_tags, retag, sdk_strategy, sdk_tags};
use crate::build::{built, known_all, same_set, small, small_some, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// Cluster and service of an ARN `...:service/CLUSTER/SERVICE`.
fn names(arn: &str) -> Option<(&str, &str)> {
    arn.split_once(":service/")?.1.split_once('/')
}

fn sdk_network(network: &NetworkConfiguration) -> Result<sdk::NetworkConfiguration, ProviderError> {
    let inner = &network.awsvpc_configuration;
    let builder = sdk::AwsVpcConfiguration::builder()
        .set_subnets(Some(known_all(&inner.subnets)?))
        .set_security_groups(Some(known_all(&inner.security_groups)?))
        .assign_public_ip(inner.assign_public_ip.as_str().into());
    Ok(sdk::NetworkConfiguration::builder().awsvpc_configuration(built(builder.build())?).build())
}

fn sdk_load_balancers(targets: &[LoadBalancerTarget]) -> Result<Vec<sdk::LoadBalancer>, ProviderError> {
    let one = |target: &LoadBalancerTarget| {
        Ok(sdk::LoadBalancer::builder()
            .target_group_arn(known(&target.target_group_arn)?)
            .container_name(&target.container_name)
            .container_port(small(target.container_port)?)
            .build())
    };
    targets.iter().map(one).collect()
}

fn sdk_registries(registries: &[ServiceRegistry]) -> Result<Vec<sdk::ServiceRegistry>, ProviderError> {
    let one = |registry: &ServiceRegistry| {
        Ok(sdk::ServiceRegistry::builder()
            .registry_arn(known(&registry.registry_arn)?)
            .set_container_name(registry.container_name.clone())
            .set_container_port(small_some(registry.container_port)?)
            .build())
    };
    registries.iter().map(one).collect()
}

fn sdk_deployment(deployment: &DeploymentConfiguration) -> Result<sdk::DeploymentConfiguration, ProviderError> {
    let breaker = deployment
        .deployment_circuit_breaker
        .as_ref()
        .map(|breaker| sdk::DeploymentCircuitBreaker::builder().enable(breaker.enable).rollback(breaker.rollback).build());
    Ok(sdk::DeploymentConfiguration::builder()
        .minimum_healthy_percent(small(deployment.minimum_healthy_percent)?)
        .maximum_percent(small(deployment.maximum_percent)?)
        .set_deployment_circuit_breaker(breaker)
        .build())
}

fn read_network(seen: Option<&sdk::NetworkConfiguration>) -> NetworkConfiguration {
    let inner = seen.and_then(sdk::NetworkConfiguration::awsvpc_configuration);
    let texts = |items: &[String]| items.iter().map(|item| Text::from(item.as_str())).collect();
    NetworkConfiguration {
        awsvpc_configuration: inner.map_or_else(AwsvpcConfiguration::default, |inner| AwsvpcConfiguration {
            subnets: texts(inner.subnets()),
            security_groups: texts(inner.security_groups()),
            assign_public_ip: inner.assign_public_ip().map_or("DISABLED", sdk::AssignPublicIp::as_str).to_owned(),
        }),
    }
}

fn read_deployment(seen: &sdk::DeploymentConfiguration) -> DeploymentConfiguration {
    DeploymentConfiguration {
        minimum_healthy_percent: seen.minimum_healthy_percent().unwrap_or(100).into(),
        maximum_percent: seen.maximum_percent().unwrap_or(200).into(),
        deployment_circuit_breaker: seen
            .deployment_circuit_breaker()
            .map(|breaker| DeploymentCircuitBreaker { enable: breaker.enable(), rollback: breaker.rollback() }),
    }
}

fn read(cloud: &Cloud, seen: &sdk::Service, known: &Service) -> Service {
    let mut properties = Service {
        service_name: seen.service_name().unwrap_or_default().to_owned(),
        cluster: same_cluster(seen.cluster_arn().unwrap_or_default(), &known.cluster),
        task_definition: seen.task_definition().unwrap_or_default().into(),
        desired_count: Some(seen.desired_count().into()),
        launch_type: seen.launch_type().map(|launch| launch.as_str().to_owned()),
        capacity_provider_strategy: read_strategy(seen.capacity_provider_strategy()),
        platform_version: seen.platform_version().map(ToOwned::to_owned),
        network_configuration: read_network(seen.network_configuration()),
        load_balancers: seen
            .load_balancers()
            .iter()
            .map(|target| LoadBalancerTarget {
                container_name: target.container_name().unwrap_or_default().to_owned(),
                container_port: target.container_port().unwrap_or_default().into(),
                target_group_arn: target.target_group_arn().unwrap_or_default().into(),
            })
            .collect(),
        service_registries: seen
            .service_registries()
            .iter()
            .filter_map(|registry| {
                Some(ServiceRegistry {
                    registry_arn: text(registry.registry_arn())?,
                    container_name: registry.container_name().map(ToOwned::to_owned),
                    container_port: registry.container_port().map(Into::into),
                })
            })
            .collect(),
        deployment_configuration: seen.deployment_configuration().map(read_deployment),
        health_check_grace_period_seconds: seen.health_check_grace_period_seconds().map(Into::into),
        enable_execute_command: seen.enable_execute_command(),
        enable_ecs_managed_tags: seen.enable_ecs_managed_tags(),
        propagate_tags: seen.propagate_tags().map(|propagate| propagate.as_str().to_owned()).filter(|propagate| propagate != "NONE"),
        tags: read_tags(seen.tags()),
    };
    if cloud.settings.emulator {
        // moto keeps none of these: DescribeServices leaves them out, or answers their defaults.
        properties.deployment_configuration = known.deployment_configuration.clone();
        properties.health_check_grace_period_seconds = known.health_check_grace_period_seconds;
        // Of this one moto tells what was changed, and nothing before that.
        properties.enable_execute_command |= known.enable_execute_command;
        properties.enable_ecs_managed_tags = known.enable_ecs_managed_tags;
        properties.capacity_provider_strategy = known.capacity_provider_strategy.clone();
        if !known.capacity_provider_strategy.is_empty() {
            properties.launch_type = known.launch_type.clone();
        }
        properties.platform_version = properties.platform_version.or_else(|| known.platform_version.clone());
        properties.propagate_tags = properties.propagate_tags.or_else(|| known.propagate_tags.clone());
    }
    properties
}

/// The cluster as the specification says it: by ARN, or by the name at the ARN's end.
fn same_cluster(arn: &str, known: &Text) -> Text {
    let name = arn.rsplit('/').next().unwrap_or_default();
    if known.as_literal() == Some(name) { name.into() } else { arn.into() }
}

/// Whether two configurations mean the same: a needless change of the network would start a deployment.
fn same_network(left: &NetworkConfiguration, right: &NetworkConfiguration) -> bool {
    let (left, right) = (&left.awsvpc_configuration, &right.awsvpc_configuration);
    left.assign_public_ip == right.assign_public_ip
        && same_set(&left.subnets, &right.subnets)
        && same_set(&left.security_groups, &right.security_groups)
}

/// Whether the service does what is wanted, by its deployments.
fn readiness(seen: &sdk::Service, wanted: &Service) -> Readiness {
    let state = |deployment: &sdk::Deployment| deployment.rollout_state().cloned();
    let reason = |deployment: &sdk::Deployment| {
        let why = deployment.rollout_state_reason().unwrap_or("no reason given");
        Readiness::Failed(format!("the deployment of {} failed: {why}", deployment.task_definition().unwrap_or("the service")))
    };
    let Some(primary) = seen.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY")) else {
        return Readiness::Pending("no deployment yet".to_owned());
    };
    let broken = |deployment: &&sdk::Deployment| state(deployment) == Some(sdk::DeploymentRolloutState::Failed);
    if broken(&primary) {
        return reason(primary);
    }
    // After a roll-back the newest deployment is the old revision again, and what was wanted stands beside it, failed.
    if wanted.task_definition.as_literal().is_some_and(|wanted| primary.task_definition() != Some(wanted))
        && let Some(failed) = seen.deployments().iter().find(broken)
    {
        return reason(failed);
    }
    let complete = state(primary).is_none_or(|state| state == sdk::DeploymentRolloutState::Completed);
    if complete && seen.running_count() == seen.desired_count() {
        return Readiness::Ready;
    }
    Readiness::Pending(format!(
        "{} of {} tasks run, deployment {}",
        seen.running_count(),
        seen.desired_count(),
        state(primary).map_or_else(|| "under way".to_owned(), |state| state.as_str().to_owned())
    ))
}

async fn describe(cloud: &Cloud, cluster: &str, service: &str) -> Result<Option<sdk::Service>, ProviderError> {
    let call = cloud.ecs().describe_services().cluster(cluster).services(service).include(sdk::ServiceField::Tags);
    let answer = found(call.send().await.map_err(|error| failed("ecs:DescribeServices", error)))?;
    Ok(answer.and_then(|answer| answer.services().first().cloned()).filter(|service| service.status() != Some("INACTIVE")))
}

/// Whether autoscaling owns the number of the service's tasks.
async fn is_scaled(cloud: &Cloud, cluster: &str, service: &str) -> Result<bool, ProviderError> {
    let call = cloud
        .application_autoscaling()
        .describe_scalable_targets()
        .service_namespace(aws_sdk_applicationautoscaling::types::ServiceNamespace::Ecs)
        .resource_ids(format!("service/{cluster}/{service}"));
    let answer = call.send().await.map_err(|error| failed("application-autoscaling:DescribeScalableTargets", error))?;
    Ok(!answer.scalable_targets().is_empty())
}

#[async_trait]
impl Handler for Service {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let place = match target.id {
            Some(id) => names(&id.0),
            None => wanted.cluster.as_literal().map(|cluster| (cluster, wanted.service_name.as_str())),
        };
        let Some((cluster, service)) = place else { return Ok(None) };
        let Some(seen) = describe(cloud, cluster, service).await? else {
            return Ok(None);
        };
        let arn = seen.service_arn().ok_or_else(|| missing("ecs:DescribeServices", "serviceArn"))?;
        let readiness = match seen.status() {
            Some("DRAINING") => Readiness::Deleting,
            _ if cloud.settings.emulator => Readiness::Ready,
            _ => readiness(&seen, wanted),
        };
        Ok(Some(
            Observed::ready(arn, read(cloud, &seen, wanted))
                .output("ServiceArn", arn)
                .output("Name", seen.service_name().unwrap_or_default())
                .readiness(readiness),
        ))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .ecs()
            .create_service()
            .client_token(target.token)
            .cluster(known(&desired.cluster)?)
            .service_name(&desired.service_name)
            .task_definition(known(&desired.task_definition)?)
            .set_desired_count(small_some(desired.desired_count)?)
            .set_launch_type(desired.launch_type.as_deref().map(Into::into))
            .set_capacity_provider_strategy(some(sdk_strategy(&desired.capacity_provider_strategy)?))
            .set_platform_version(desired.platform_version.clone())
            .network_configuration(sdk_network(&desired.network_configuration)?)
            .set_load_balancers(some(sdk_load_balancers(&desired.load_balancers)?))
            .set_service_registries(some(sdk_registries(&desired.service_registries)?))
            .set_deployment_configuration(desired.deployment_configuration.as_ref().map(sdk_deployment).transpose()?)
            .set_health_check_grace_period_seconds(small_some(desired.health_check_grace_period_seconds)?)
            .enable_execute_command(desired.enable_execute_command)
            .enable_ecs_managed_tags(desired.enable_ecs_managed_tags)
            .set_propagate_tags(desired.propagate_tags.as_deref().map(Into::into))
            .set_tags(some(sdk_tags(&desired.tags)?))
            .send()
            .await
            .map_err(|error| failed("ecs:CreateService", error))?;
        answer
            .service()
            .and_then(|service| service.service_arn())
            .map(|arn| PhysicalId(arn.to_owned()))
            .ok_or_else(|| missing("ecs:CreateService", "serviceArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        let (cluster, service) = names(arn).ok_or_else(|| ProviderError::internal("strata", format!("{arn} is no service's ARN")))?;
        let mut call = cloud.ecs().update_service().cluster(cluster).service(service);
        let mut changed = false;
        if let Some(wanted) = desired.desired_count {
            // Asked for anew: what autoscaling did since is not in `observed`.
            let now = describe(cloud, cluster, service).await?.map_or(0, |seen| i64::from(seen.desired_count()));
            if now != wanted && (now == 0 || wanted == 0 || !is_scaled(cloud, cluster, service).await?) {
                call = call.desired_count(small(wanted)?);
                changed = true;
            }
        }
        if observed.task_definition != desired.task_definition {
            call = call.task_definition(known(&desired.task_definition)?);
            changed = true;
        }
        if observed.capacity_provider_strategy != desired.capacity_provider_strategy {
            let strategy = sdk_strategy(&desired.capacity_provider_strategy)?;
            // ECS demands a new deployment for this change.
            call = call.set_capacity_provider_strategy(Some(strategy)).force_new_deployment(true);
            changed = true;
        }
        if observed.platform_version != desired.platform_version {
            call = call.set_platform_version(desired.platform_version.clone());
            changed = true;
        }
        if !same_network(&observed.network_configuration, &desired.network_configuration) {
            call = call.network_configuration(sdk_network(&desired.network_configuration)?);
            changed = true;
        }
        if !same_set(&observed.load_balancers, &desired.load_balancers) {
            call = call.set_load_balancers(Some(sdk_load_balancers(&desired.load_balancers)?));
            changed = true;
        }
        if !same_set(&observed.service_registries, &desired.service_registries) {
            call = call.set_service_registries(Some(sdk_registries(&desired.service_registries)?));
            changed = true;
        }
        if observed.deployment_configuration != desired.deployment_configuration {
            call = call.set_deployment_configuration(desired.deployment_configuration.as_ref().map(sdk_deployment).transpose()?);
            changed = true;
        }
        if observed.health_check_grace_period_seconds != desired.health_check_grace_period_seconds {
            call = call.set_health_check_grace_period_seconds(small_some(desired.health_check_grace_period_seconds)?);
            changed = true;
        }
        if observed.enable_execute_command != desired.enable_execute_command {
            call = call.enable_execute_command(desired.enable_execute_command);
            changed = true;
        }
        if observed.enable_ecs_managed_tags != desired.enable_ecs_managed_tags {
            call = call.enable_ecs_managed_tags(desired.enable_ecs_managed_tags);
            changed = true;
        }
        if observed.propagate_tags != desired.propagate_tags {
            call = call.propagate_tags(desired.propagate_tags.as_deref().unwrap_or("NONE").into());
            changed = true;
        }
        if changed {
            call.send().await.map_err(|error| failed("ecs:UpdateService", error))?;
        }
        retag(cloud, arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let arn = target.id()?;
        let (cluster, service) = names(arn).ok_or_else(|| ProviderError::internal("strata", format!("{arn} is no service's ARN")))?;
        // Forced: its tasks are stopped, not waited for.
        let call = cloud.ecs().delete_service().cluster(cluster).service(service).force(true);
        let answer = call.send().await.map_err(|error| failed("ecs:DeleteService", error));
        match gone(answer) {
            Err(error) if error.code.as_deref() == Some("ServiceNotActiveException") => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn deployment(status: &str, revision: &str, state: sdk::DeploymentRolloutState) -> sdk::Deployment {
        sdk::Deployment::builder()
            .status(status)
            .task_definition(revision)
            .rollout_state(state)
            .rollout_state_reason("tasks failed to start")
            .build()
    }

    fn service(running: i32, deployments: Vec<sdk::Deployment>) -> sdk::Service {
        sdk::Service::builder().desired_count(2).running_count(running).set_deployments(Some(deployments)).build()
    }

    #[test]
    fn ready_is_only_what_completed_with_all_tasks() {
        use sdk::DeploymentRolloutState::{Completed, Failed, InProgress};
        let wanted = Service { task_definition: "new".into(), ..Service::default() };
        let judge = |running, deployments| readiness(&service(running, deployments), &wanted);
        assert_eq!(judge(2, vec![deployment("PRIMARY", "new", Completed)]), Readiness::Ready);
        assert!(matches!(judge(1, vec![deployment("PRIMARY", "new", Completed)]), Readiness::Pending(_)));
        assert!(matches!(judge(2, vec![deployment("PRIMARY", "new", InProgress)]), Readiness::Pending(_)));
        assert!(matches!(judge(2, vec![]), Readiness::Pending(_)));
        let Readiness::Failed(why) = judge(2, vec![deployment("PRIMARY", "new", Failed)]) else {
            panic!("a failed deployment is not told")
        };
        assert!(why.contains("tasks failed to start"), "{why}");
        // The circuit breaker rolled back: the old revision is up, and that is still a failure of what was wanted.
        let rolled_back = vec![deployment("PRIMARY", "old", Completed), deployment("ACTIVE", "new", Failed)];
        assert!(matches!(judge(2, rolled_back), Readiness::Failed(_)));
        // A failure of before does not judge the deployment that is under way now.
        let again = vec![deployment("PRIMARY", "new", InProgress), deployment("ACTIVE", "older", Failed)];
        assert!(matches!(judge(1, again), Readiness::Pending(_)));
    }

    #[test]
    fn an_arn_names_cluster_and_service() {
        assert_eq!(names("arn:aws:ecs:us-east-1:111111111111:service/main/api"), Some(("main", "api")));
        assert_eq!(names("api"), None);
    }
}
