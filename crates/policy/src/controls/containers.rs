//! Controls of containers on Amazon ECS: clusters, task definitions, services and scheduled tasks.

use serde_json::Value;
use strata_aws::ecs::{Cluster, Service, TaskDefinition};
use strata_aws::scheduler::Schedule;
use strata_graph::Resource;

use crate::control::{Answer, Control, check, control, met, none_of, not_applicable, undecidable, violated};
use crate::secrets::holds_secret;
use crate::view::{View, is_set};

pub(crate) const CONTROLS: &[Control] = &[
    control! {
        "ecs-cluster-container-insights", Observability, Low, Both, ["AWS::ECS::Cluster"];
        title: "A cluster measures its containers",
        why: "Without numbers for each task a runaway or hijacked container goes unnoticed.",
        repair: "Set the cluster's setting containerInsights to enabled or enhanced.",
        prowler: ["ecs_cluster_container_insights_enabled"],
        checkov: ["CKV_AWS_65"],
        config: ["ECS_CONTAINER_INSIGHTS_ENABLED"],
        security_hub: ["ECS.12"],
        each: container_insights,
    },
    control! {
        "ecs-cluster-exec-recorded", Application, Medium, Both, ["AWS::ECS::Cluster"];
        title: "Shells into containers are recorded and encrypted",
        why: "A shell sees everything that the container sees; what was typed must be known afterwards.",
        repair: "Give the cluster an ExecuteCommandConfiguration with logging OVERRIDE, an encrypted log group and a key.",
        prowler: [], checkov: ["CKV_AWS_223", "CKV_AWS_224"], config: [], security_hub: [],
        each: exec_recorded,
    },
    control! {
        "ecs-no-public-address", Network, High, Both, ["AWS::ECS::Service", "AWS::Scheduler::Schedule"];
        title: "Tasks have no public address",
        why: "The way in is the load balancer, which sees, filters and logs.",
        repair: "Set AssignPublicIp to DISABLED.",
        prowler: ["ecs_service_no_assign_public_ip"], checkov: ["CKV_AWS_333"], config: [], security_hub: ["ECS.2"],
        each: no_public_address,
    },
    control! {
        "ecs-platform-current", Application, Medium, Both, ["AWS::ECS::Service"];
        title: "Services run on Fargate's newest platform version",
        why: "Platform versions carry the fixes of kernel and runtime.",
        repair: "Leave PlatformVersion out, or set it to LATEST.",
        prowler: ["ecs_service_fargate_latest_platform_version"],
        checkov: ["CKV_AWS_332"],
        config: ["ECS_FARGATE_LATEST_PLATFORM_VERSION"],
        security_hub: ["ECS.10"],
        each: platform_current,
    },
    control! {
        "ecs-service-no-shell", Application, Medium, Both, ["AWS::ECS::Service"];
        title: "Nobody opens a shell in a running task",
        why: "By a shell data is read and programs are changed past every review.",
        repair: "Set EnableExecuteCommand to false.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: no_shell,
    },
    control! {
        "ecs-service-rolls-back", Application, Low, Both, ["AWS::ECS::Service"];
        title: "A deployment that does not come up is taken back by itself",
        why: "A version that cannot start otherwise replaces the one that runs, for as long as nobody looks.",
        repair: "Set DeploymentCircuitBreaker.Enable and Rollback to true.",
        prowler: [], checkov: [], config: [], security_hub: [],
        each: rolls_back,
    },
    control! {
        "ecs-task-logged", Observability, Medium, Both, ["AWS::ECS::TaskDefinition"];
        title: "Every container's output is kept as logs",
        why: "What a container wrote is gone with it unless it is sent elsewhere.",
        repair: "Give every container a LogConfiguration.",
        prowler: ["ecs_task_definitions_logging_enabled"],
        checkov: [],
        config: ["ECS_TASK_DEFINITION_LOG_CONFIGURATION"],
        security_hub: ["ECS.9"],
        each: logged,
    },
    control! {
        "ecs-task-network-of-its-own", Network, Medium, Both, ["AWS::ECS::TaskDefinition"];
        title: "Every task has a network interface and security group of its own",
        why: "In the host's network a container hears and says what the host may.",
        repair: "Set NetworkMode to awsvpc.",
        prowler: ["ecs_task_definitions_host_networking_mode_users"],
        checkov: [],
        config: ["ECS_TASK_DEFINITION_USER_FOR_HOST_MODE_CHECK"],
        security_hub: ["ECS.1"],
        each: own_network,
    },
    control! {
        "ecs-task-no-secrets-in-environment", Application, High, Both, ["AWS::ECS::TaskDefinition"];
        title: "No secret stands in a container's environment",
        why: "A task definition is readable by many, kept for ever, and copied into logs and consoles.",
        repair: "Declare the value under `secrets` and set it with: strata secret set NAME.",
        prowler: ["ecs_task_definitions_no_environment_secrets"],
        checkov: [],
        config: ["ECS_NO_ENVIRONMENT_SECRETS"],
        security_hub: ["ECS.8"],
        each: no_secrets,
    },
    control! {
        "ecs-task-not-privileged", Application, High, Both, ["AWS::ECS::TaskDefinition"];
        title: "No container has rights over its host",
        why: "Out of a privileged container the host, and every other container on it, is one step away.",
        repair: "Leave Privileged out and add no Linux capability.",
        prowler: ["ecs_task_definitions_no_privileged_containers", "ecs_task_definitions_host_namespace_not_shared"],
        checkov: ["CKV_AWS_334", "CKV_AWS_335"],
        config: ["ECS_CONTAINERS_NONPRIVILEGED", "ECS_TASK_DEFINITION_PID_MODE_CHECK"], security_hub: ["ECS.3", "ECS.4"],
        each: not_privileged,
    },
    control! {
        "ecs-task-read-only-root", Application, Medium, Both, ["AWS::ECS::TaskDefinition"];
        title: "Containers cannot change their own files",
        why: "An intruder who cannot write cannot install.",
        repair: "Set ReadonlyRootFilesystem to true, with a volume where the program must write.",
        prowler: ["ecs_task_definitions_containers_readonly_access"],
        checkov: ["CKV_AWS_336"],
        config: ["ECS_CONTAINERS_READONLY_ACCESS"],
        security_hub: ["ECS.5"],
        each: read_only_root,
    },
    control! {
        "ecs-task-roles-apart", Security, Medium, Both, ["AWS::ECS::TaskDefinition"];
        title: "A task's own role is not the role that starts it",
        why: "The starting role reads every secret of the task; the program needs only what `uses` says.",
        repair: "Give TaskRoleArn and ExecutionRoleArn roles of their own.",
        prowler: [], checkov: ["CKV_AWS_249"], config: [], security_hub: [],
        each: roles_apart,
    },
];

fn container_insights(view: &View<'_>, resource: &Resource) -> Answer {
    let cluster = view.read::<Cluster>(resource)?;
    let on = cluster
        .cluster_settings
        .iter()
        .any(|setting| setting.name == "containerInsights" && matches!(setting.value.as_str(), "enabled" | "enhanced"));
    check(on, "Container Insights is on", "Container Insights is off")
}

fn exec_recorded(view: &View<'_>, resource: &Resource) -> Answer {
    let cluster = view.read::<Cluster>(resource)?;
    let Some(exec) = cluster.configuration.as_ref().and_then(|configuration| configuration.execute_command_configuration.as_ref()) else {
        return violated("shells are recorded only where a task happens to log, and not encrypted with a key of ours");
    };
    if !is_set(exec.kms_key_id.as_ref()) {
        return violated("sessions are not encrypted with a key of ours");
    }
    let recorded = exec.logging == "OVERRIDE"
        && exec.log_configuration.as_ref().is_some_and(|logs| {
            is_set(logs.cloud_watch_log_group_name.as_ref()) && logs.cloud_watch_encryption_enabled
                || is_set(logs.s3_bucket_name.as_ref()) && logs.s3_encryption_enabled == Some(true)
        });
    check(recorded, "sessions are recorded and encrypted", "sessions are not recorded in an encrypted log")
}

fn no_public_address(view: &View<'_>, resource: &Resource) -> Answer {
    let assigned = if resource.type_name.0 == "AWS::ECS::Service" {
        view.read::<Service>(resource)?.network_configuration.awsvpc_configuration.assign_public_ip.clone()
    } else {
        match &view.read::<Schedule>(resource)?.target.ecs_parameters {
            Some(parameters) => parameters.network_configuration.awsvpc_configuration.assign_public_ip.clone(),
            None => return not_applicable(),
        }
    };
    check(assigned == "DISABLED", "tasks have no public address", format!("AssignPublicIp is '{assigned}'"))
}

fn platform_current(view: &View<'_>, resource: &Resource) -> Answer {
    match view.read::<Service>(resource)?.platform_version.as_deref() {
        None | Some("LATEST" | "1.4.0") => met("the newest platform version"),
        Some(version) => violated(format!("platform version {version}")),
    }
}

/// The containers that something is true of, by name.
fn containers(task: &TaskDefinition, is_so: impl Fn(&strata_aws::ecs::ContainerDefinition) -> bool, what: &str) -> Vec<String> {
    task.container_definitions
        .iter()
        .filter(|container| is_so(container))
        .map(|container| format!("container '{}' {what}", container.name))
        .collect()
}

fn logged(view: &View<'_>, resource: &Resource) -> Answer {
    let task = view.read::<TaskDefinition>(resource)?;
    none_of(containers(&task, |container| container.log_configuration.is_none(), "has no LogConfiguration"), "every container logs")
}

fn own_network(view: &View<'_>, resource: &Resource) -> Answer {
    let task = view.read::<TaskDefinition>(resource)?;
    check(task.network_mode == "awsvpc", "the network mode is awsvpc", format!("the network mode is '{}'", task.network_mode))
}

fn no_secrets(view: &View<'_>, resource: &Resource) -> Answer {
    let task = view.read::<TaskDefinition>(resource)?;
    let mut found = Vec::new();
    for container in &task.container_definitions {
        for variable in &container.environment {
            if holds_secret(&variable.name, &variable.value) {
                found.push(format!("'{}' of container '{}' looks like a secret", variable.name, container.name));
            }
        }
    }
    none_of(found, "no variable looks like a secret")
}

/// Reads the document itself: a switch that our type does not know must not go unseen in an observation.
fn not_privileged(_: &View<'_>, resource: &Resource) -> Answer {
    let Some(Value::Array(all)) = resource.properties.0.get("ContainerDefinitions") else {
        return undecidable("it lists no containers");
    };
    let mut found = Vec::new();
    for container in all {
        let name = container.get("Name").and_then(Value::as_str).unwrap_or("without a name");
        if container.get("Privileged").and_then(Value::as_bool) == Some(true) {
            found.push(format!("container '{name}' is privileged"));
        }
        let added = container.pointer("/LinuxParameters/Capabilities/Add").and_then(Value::as_array);
        for capability in added.into_iter().flatten().filter_map(Value::as_str) {
            found.push(format!("container '{name}' adds the capability {capability}"));
        }
    }
    for mode in ["PidMode", "IpcMode"] {
        if resource.properties.0.get(mode).and_then(Value::as_str) == Some("host") {
            found.push(format!("{mode} is host"));
        }
    }
    none_of(found, "no container is privileged")
}

fn read_only_root(view: &View<'_>, resource: &Resource) -> Answer {
    let task = view.read::<TaskDefinition>(resource)?;
    none_of(
        containers(&task, |container| !container.readonly_root_filesystem, "can change its own files"),
        "every container's files are read-only",
    )
}

fn roles_apart(view: &View<'_>, resource: &Resource) -> Answer {
    let task = view.read::<TaskDefinition>(resource)?;
    match (&task.task_role_arn, &task.execution_role_arn) {
        (Some(own), Some(starting)) => check(own != starting, "two roles", "one role is both"),
        (None, _) => met("the program has no role at all"),
        (Some(_), None) => met("only the program has a role"),
    }
}

fn no_shell(view: &View<'_>, resource: &Resource) -> Answer {
    let service = view.read::<Service>(resource)?;
    check(!service.enable_execute_command, "no shell can be opened", "shells can be opened in its tasks")
}

fn rolls_back(view: &View<'_>, resource: &Resource) -> Answer {
    let service = view.read::<Service>(resource)?;
    let breaker = service.deployment_configuration.as_ref().and_then(|deployment| deployment.deployment_circuit_breaker.as_ref());
    check(breaker.is_some_and(|breaker| breaker.enable && breaker.rollback), "it is taken back", "it is not taken back")
}
