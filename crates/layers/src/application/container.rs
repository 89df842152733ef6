//! Task definitions: one workload's container with its variables, secrets, logs and roles.
//!
//! Invariants: no secret's value is in a definition; the root file system is read-only, with scratch space at `/tmp`; the role that starts a task
//! reads exactly its own image, log and secrets, and the task's own role has exactly what its lines of `uses` say.

use strata_aws::ecs::{
    Capabilities, ContainerDefinition, EfsAuthorizationConfig, EfsVolumeConfiguration, LinuxParameters, LogConfiguration, MountPoint,
    NameValue, PortMapping, RuntimePlatform, Secret, TaskDefinition, Volume,
};
use strata_aws::iam::Statement;
use strata_graph::Text;
use strata_spec::sizes::ContainerSize;

use super::image::{image_or_place, registry_of, repository_arn};
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::infrastructure::{Trust, role};
use crate::naming::limit;
use crate::uses::{Wiring, Workload};

/// What a task is, beyond what every workload has.
pub(super) struct Task {
    /// Processor and memory.
    pub size: ContainerSize,
    /// The command, split into words; empty for the image's own.
    pub command: Vec<String>,
    /// Seconds after which the task is ended, for jobs.
    pub deadline: Option<u64>,
}

/// A task definition and what a service or schedule of it needs.
pub(super) struct Made {
    pub definition: Handle,
    pub roles: Vec<Handle>,
    /// What must stand before a task starts.
    pub standing: Vec<Handle>,
}

/// Adds log group, roles and task definition of a workload.
pub(super) fn lower(context: &mut Context<'_>, workload: &Workload<'_>, wiring: &Wiring, task: &Task, key: &Handle) -> Made {
    let name = workload.name.as_str();
    let log_group = crate::observability::log_group(context, workload.kind.section(), name, key);
    let (task_role, mut standing) = role(
        context,
        name,
        &Trust::Service("ecs-tasks.amazonaws.com"),
        &format!("What {name} may do"),
        wiring.statements.clone(),
        About::new(workload.key(), format!("What {name} may do: exactly what its lines of `uses` say.")),
    );
    let statements = start_statements(context, workload, wiring);
    let (start_role, started) = role(
        context,
        &format!("{name}_start"),
        &Trust::Service("ecs-tasks.amazonaws.com"),
        &format!("Starts {name}"),
        statements,
        About::new(workload.key(), format!("Lets Amazon ECS start {name}: pull its image, read its secrets, write its log.")),
    );
    standing.extend(started);
    standing.push(log_group.clone());
    standing.extend(wiring.after.iter().cloned());

    let definition = TaskDefinition {
        family: context.builder.name(&[name], limit::ECS),
        cpu: task.size.cpu_units.to_string(),
        memory: task.size.memory_mib.to_string(),
        network_mode: "awsvpc".to_owned(),
        requires_compatibilities: vec!["FARGATE".to_owned()],
        execution_role_arn: Some(start_role.arn()),
        task_role_arn: Some(task_role.arn()),
        // The size words mean Graviton machines everywhere, so one image runs in every environment.
        runtime_platform: Some(RuntimePlatform { cpu_architecture: "ARM64".to_owned(), operating_system_family: "LINUX".to_owned() }),
        container_definitions: containers(context, workload, wiring, task, &log_group),
        volumes: volumes(wiring),
        ..TaskDefinition::default()
    };
    let about = About::new(workload.key(), format!("How a task of {name} is started."));
    let definition = context.builder.add(name, definition, about);
    Made { definition, roles: vec![task_role, start_role], standing }
}

const SCRATCH: &str = "scratch";

/// Scratch space, and the files that the workload uses: entered by their point, as the task's own role, and encrypted on the way.
fn volumes(wiring: &Wiring) -> Vec<Volume> {
    let files = wiring.mounts.iter().map(|mount| Volume {
        name: mount.volume.clone(),
        efs_volume_configuration: Some(EfsVolumeConfiguration {
            filesystem_id: mount.file_system.clone(),
            transit_encryption: "ENABLED".to_owned(),
            authorization_config: EfsAuthorizationConfig { access_point_id: mount.access_point.clone(), iam: "ENABLED".to_owned() },
        }),
    });
    std::iter::once(Volume { name: SCRATCH.to_owned(), ..Volume::default() }).chain(files).collect()
}

fn mount_points(wiring: &Wiring) -> Vec<MountPoint> {
    let scratch = MountPoint { container_path: "/tmp".to_owned(), source_volume: SCRATCH.to_owned(), read_only: false };
    let files = wiring.mounts.iter().map(|mount| MountPoint {
        container_path: mount.path.clone(),
        source_volume: mount.volume.clone(),
        read_only: mount.read_only,
    });
    std::iter::once(scratch).chain(files).collect()
}

fn containers(
    context: &Context<'_>,
    workload: &Workload<'_>,
    wiring: &Wiring,
    task: &Task,
    log_group: &Handle,
) -> Vec<ContainerDefinition> {
    let name = workload.name.as_str();
    let log = |stream: &str| LogConfiguration {
        log_driver: "awslogs".to_owned(),
        options: [
            ("awslogs-group".to_owned(), log_group.output("LogGroupName")),
            ("awslogs-region".to_owned(), context.network.region().into()),
            ("awslogs-stream-prefix".to_owned(), stream.into()),
            // A full buffer drops lines instead of stopping the service.
            ("max-buffer-size".to_owned(), "25m".into()),
            ("mode".to_owned(), "non-blocking".into()),
        ]
        .into(),
    };
    let main = ContainerDefinition {
        name: name.to_owned(),
        image: image_or_place(context, workload),
        essential: true,
        command: task.command.iter().map(|word| Text::from(word.clone())).collect(),
        port_mappings: workload
            .port
            .map(|port| PortMapping { container_port: port.into(), protocol: "tcp".to_owned(), ..PortMapping::default() })
            .into_iter()
            .collect(),
        environment: wiring.variables.iter().map(|(name, value)| NameValue { name: name.clone(), value: value.clone() }).collect(),
        secrets: wiring.secrets.iter().map(|(name, from)| Secret { name: name.clone(), value_from: from.clone() }).collect(),
        log_configuration: Some(log(name)),
        readonly_root_filesystem: true,
        mount_points: mount_points(wiring),
        linux_parameters: Some(linux()),
        stop_timeout: Some(30),
        ..ContainerDefinition::default()
    };
    let mut all = vec![main];
    if let Some(seconds) = task.deadline {
        all.push(deadline(context, workload, seconds, log("deadline")));
    }
    all
}

/// Ends the task when its time is up.
///
/// Amazon ECS has no timeout for a task. This second container of the same image sleeps for that long, and it is essential: when it ends, ECS stops
/// the whole task, politely first (`StopTimeout`), whatever the job's own processes do. When the job ends first, the task ends with it. Needs `sleep` in
/// the image; an image without it ends at once and says so in the log. Running the job under `timeout` was not taken: it needs the
/// command, replaces it in the definition, and does not end what the command left behind.
fn deadline(context: &Context<'_>, workload: &Workload<'_>, seconds: u64, log: LogConfiguration) -> ContainerDefinition {
    ContainerDefinition {
        name: "deadline".to_owned(),
        image: image_or_place(context, workload),
        essential: true,
        memory_reservation: Some(16),
        entry_point: vec!["sleep".to_owned()],
        command: vec![seconds.to_string().into()],
        log_configuration: Some(log),
        readonly_root_filesystem: true,
        linux_parameters: Some(linux()),
        ..ContainerDefinition::default()
    }
}

fn linux() -> LinuxParameters {
    LinuxParameters {
        init_process_enabled: Some(true),
        capabilities: Some(Capabilities { drop: vec!["ALL".to_owned()], ..Capabilities::default() }),
    }
}

/// What starting the workload takes: its own image, its own log, its own secrets.
fn start_statements(context: &Context<'_>, workload: &Workload<'_>, wiring: &Wiring) -> Vec<Statement> {
    let mut all = Vec::new();
    if registry_of(context, workload).is_none() {
        all.push(Statement::allow(
            "OwnImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [repository_arn(context, workload)],
        ));
        all.push(Statement::allow("RegistryToken", ["ecr:GetAuthorizationToken"], ["*"]));
    }
    let group = crate::observability::log_group_name(context, workload.name.as_str());
    all.push(Statement::allow(
        "OwnLog",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [regional_arn("logs", &format!("log-group:{group}:*"))],
    ));
    all.extend(wiring.start_statements.iter().cloned());
    all
}

/// A command line as words: blanks separate, single and double quotes hold together, a backslash takes the next character as it is.
/// No shell is started: `$VARIABLE` and `|` are plain characters; who needs them writes `sh -c '...'`.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => {
                let next = characters.next();
                word.get_or_insert_with(String::new).extend(next);
            }
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => word.get_or_insert_with(String::new).push(character),
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_with(String::new);
            }
            (_, None) if character.is_whitespace() => words.extend(word.take()),
            (_, None) => word.get_or_insert_with(String::new).push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_becomes_words() {
        for (text, expected) in [
            ("./expire-holds", vec!["./expire-holds"]),
            ("  ./migrate   up ", vec!["./migrate", "up"]),
            ("sh -c 'echo \"$HOME\" | cat'", vec!["sh", "-c", "echo \"$HOME\" | cat"]),
            (r#"say "a \"b\" c" d\ e """#, vec!["say", "a \"b\" c", "d e", ""]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
