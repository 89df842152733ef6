//! Services on Amazon ECS with Fargate.
//!
//! Invariants: tasks stand in private subnets without a public address; a version that does not come up is taken back by itself; a service without an
//! image has no task.

use strata_aws::ecs::{
    AwsvpcConfiguration, DeploymentCircuitBreaker, DeploymentConfiguration, LoadBalancerTarget, NetworkConfiguration, Service,
    ServiceRegistry,
};
use strata_graph::Text;
use strata_spec::Name;
use strata_spec::sizes::container_size;

use super::container::{self, Task, words};
use super::discovery;
use super::front_door::Door;
use super::image::image;
use super::scaling;
use crate::address_planner::Tier;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::uses::{Wiring, Wirings, Workload, WorkloadKind, workloads};

/// What a service without an image waits for.
pub(super) const FIRST_IMAGE: &str = "its first image";
/// Seconds in which a new copy is not judged, where the file says nothing.
const GRACE: u64 = 60;

/// The name of a service, known before it stands.
pub(super) fn service_name(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::ECS)
}

/// Where a task stands.
pub(super) fn network(context: &Context<'_>, wiring: &Wiring) -> NetworkConfiguration {
    NetworkConfiguration {
        awsvpc_configuration: AwsvpcConfiguration {
            subnets: context.network.subnet_ids(Tier::Private),
            security_groups: vec![wiring.group.output("GroupId")],
            assign_public_ip: "DISABLED".to_owned(),
        },
    }
}

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings, door: Option<&Door>) {
    let resolved = context.resolved;
    for workload in workloads(resolved) {
        if workload.kind != WorkloadKind::Service {
            continue;
        }
        let (Some(wiring), Some(declared)) =
            (wirings.get(workload.name.as_str()), resolved.application.services.get(workload.name.as_str()))
        else {
            continue;
        };
        lower_one(context, &workload, declared, wiring, key, door);
    }
}

fn lower_one(
    context: &mut Context<'_>,
    workload: &Workload<'_>,
    declared: &strata_spec::Service,
    wiring: &Wiring,
    key: &Handle,
    door: Option<&Door>,
) {
    let name = workload.name;
    let task = Task {
        size: container_size(context.platform, declared.size.as_ref()),
        command: declared.run.as_deref().map(words).unwrap_or_default(),
        deadline: None,
    };
    let made = container::lower(context, workload, wiring, &task, key);
    let runs = image(context, workload).is_some();
    let least = declared.scale.as_ref().map_or(1, |scale| scale.min);
    let route = door.and_then(|door| door.targets.get(name.as_str()));
    let registry = discovery::registry(context, name);
    let service = Service {
        service_name: service_name(context, name.as_str()),
        cluster: Text::output(&context.cluster.ecs_cluster(), "Arn"),
        task_definition: made.definition.output("TaskDefinitionArn"),
        desired_count: Some(if runs { least.into() } else { 0 }),
        launch_type: Some("FARGATE".to_owned()),
        platform_version: Some("LATEST".to_owned()),
        network_configuration: network(context, wiring),
        load_balancers: route
            .zip(workload.port)
            .map(|(route, port)| LoadBalancerTarget {
                container_name: name.to_string(),
                container_port: port.into(),
                target_group_arn: route.group.output("TargetGroupArn"),
            })
            .into_iter()
            .collect(),
        service_registries: registry
            .map(|registry| ServiceRegistry { registry_arn: registry.arn(), ..ServiceRegistry::default() })
            .into_iter()
            .collect(),
        deployment_configuration: Some(DeploymentConfiguration {
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            deployment_circuit_breaker: Some(DeploymentCircuitBreaker { enable: true, rollback: true }),
        }),
        health_check_grace_period_seconds: route.map(|_| grace(declared)),
        enable_execute_command: false,
        enable_ecs_managed_tags: true,
        propagate_tags: Some("SERVICE".to_owned()),
        ..Service::default()
    };
    let mut about = About::new(workload.key(), format!("Keeps {name} running."));
    if !runs {
        about = about.waiting_for(FIRST_IMAGE);
    }
    about = made.standing.iter().fold(about, About::after);
    if let Some(route) = route {
        about = about.after(&route.rule);
    }
    let handle = context.builder.add(name.as_str(), service, about);
    scaling::lower(context, name, declared, &handle, runs, door);
    let physical = service_name(context, name.as_str());
    crate::observability::service_alarms(context, name, &physical, least, runs);
}

fn grace(declared: &strata_spec::Service) -> i64 {
    let grace = declared.health.as_ref().and_then(|health| health.grace);
    i64::try_from(grace.map_or(GRACE, |grace| grace.as_seconds())).unwrap_or(60)
}

/// The path and its times by which a service is asked whether it is well, in seconds: path, interval, timeout.
pub(super) fn health(declared: &strata_spec::Service) -> (String, i64, i64) {
    let health = declared.health.as_ref();
    let seconds = |duration: Option<strata_spec::Duration>, default: u64| {
        i64::try_from(duration.map_or(default, |duration| duration.as_seconds())).unwrap_or(5)
    };
    let interval = seconds(health.and_then(|health| health.interval), 15).clamp(5, 300);
    let timeout = seconds(health.and_then(|health| health.timeout), 5).clamp(2, 120);
    (health.map_or_else(|| "/".to_owned(), |health| health.path.to_string()), interval, timeout.min(interval - 1))
}

/// Whether another workload calls the service.
pub(super) fn is_called(context: &Context<'_>, name: &Name) -> bool {
    workloads(context.resolved).iter().any(|workload| workload.uses.keys().any(|used| used == name))
}
