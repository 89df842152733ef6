//! Jobs: a task definition, and a schedule that starts it.
//!
//! Invariants: a start that fails for good is kept in a dead-letter queue; the role that starts a job may start that job and nothing else;
//! a job whose image does not exist yet is not started. How `timeout` is kept: see [`super::container`].

use strata_aws::ecs::NetworkConfiguration;
use strata_aws::iam::Statement;
use strata_aws::scheduler::{DeadLetterConfig, EcsParameters, FlexibleTimeWindow, RetryPolicy, Schedule, ScheduleGroup, Target};
use strata_diag::{Diagnostic, Diagnostics, codes};
use strata_graph::Text;
use strata_spec::sizes::container_size;

use super::container::{self, Made, Task, words};
use super::image::image;
use super::schedule;
use super::service::{FIRST_IMAGE, network};
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::infrastructure::{Trust, dead_letters, role};
use crate::naming::limit;
use crate::uses::{Wiring, Wirings, Workload, WorkloadKind, workloads};

/// Seconds where nothing is said.
const TIMEOUT: u64 = 3600;

pub(super) fn lower(context: &mut Context<'_>, key: &Handle, wirings: &Wirings) -> Result<(), Diagnostics> {
    let resolved = context.resolved;
    let mut problems = Diagnostics::new();
    for workload in workloads(resolved) {
        let (WorkloadKind::Job, Some(wiring), Some(declared)) =
            (workload.kind, wirings.get(workload.name.as_str()), resolved.application.jobs.get(workload.name.as_str()))
        else {
            continue;
        };
        if let Err(problem) = lower_one(context, &workload, declared, wiring, key) {
            problems.push(problem);
        }
    }
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

fn lower_one(
    context: &mut Context<'_>,
    workload: &Workload<'_>,
    declared: &strata_spec::Job,
    wiring: &Wiring,
    key: &Handle,
) -> Result<(), Diagnostic> {
    let task = Task {
        size: container_size(context.platform, declared.size.as_ref()),
        command: declared.run.as_deref().map(words).unwrap_or_default(),
        deadline: Some(declared.timeout.map_or(TIMEOUT, |timeout| timeout.as_seconds())),
    };
    let made = container::lower(context, workload, wiring, &task, key);
    let Some(times) = &declared.schedule else {
        return Ok(());
    };
    let name = workload.name.as_str();
    let key_path = format!("{}.schedule", workload.key());
    let expression = schedule::eventbridge(times.cron()).map_err(|message| bad_schedule(context, &key_path, message))?;
    let failed = dead_letters(context, &format!("{name}-failed"), false, key, &workload.key(), None);
    crate::observability::job_alarms(context, &workload.key(), name, &failed);
    let cluster = Text::output(&context.cluster.ecs_cluster(), "Arn");
    let start = Start {
        name,
        key_path: &key_path,
        expression,
        zone: times.zone().as_str(),
        statements: start_statements(context, &made, &cluster),
        arn: cluster,
        task: Some((made.definition.output("TaskDefinitionArn"), network(context, wiring))),
        enabled: image(context, workload).is_some(),
        failed: &failed,
        standing: &made.standing,
    };
    self::start(context, &start, key);
    Ok(())
}

/// Starting this job: its definition in this cluster, with its two roles.
fn start_statements(context: &Context<'_>, made: &Made, cluster: &Text) -> Vec<Statement> {
    let tasks = regional_arn("ecs", &format!("task/{}/*", context.cluster.physical_name()));
    vec![
        Statement::allow("Start", ["ecs:RunTask"], [made.definition.output("TaskDefinitionArn")]).when(
            "ArnEquals",
            "ecs:cluster",
            [cluster.clone()],
        ),
        Statement::allow("Tag", ["ecs:TagResource"], [tasks]).when("StringEquals", "ecs:CreateAction", ["RunTask"]),
        Statement::allow("HandRoles", ["iam:PassRole"], made.roles.iter().map(Handle::arn)).when(
            "StringEquals",
            "iam:PassedToService",
            ["ecs-tasks.amazonaws.com"],
        ),
    ]
}

/// A schedule that EventBridge cannot express.
pub(super) fn bad_schedule(context: &Context<'_>, key_path: &str, message: String) -> Diagnostic {
    Diagnostic::error(codes::E0318, message)
        .at(context.builder.lines().span(key_path))
        .hint("restrict one of the two days, or declare two jobs")
}

/// What is started at its times.
pub(super) struct Start<'a> {
    pub name: &'a str,
    pub key_path: &'a str,
    pub expression: String,
    pub zone: &'a str,
    pub statements: Vec<Statement>,
    /// The cluster or function.
    pub arn: Text,
    /// For a cluster: the task definition and where the task stands.
    pub task: Option<(Text, NetworkConfiguration)>,
    /// Whether there is something to start yet.
    pub enabled: bool,
    pub failed: &'a Handle,
    pub standing: &'a [Handle],
}

/// Adds the schedule and the role by which it starts.
pub(super) fn start(context: &mut Context<'_>, start: &Start<'_>, key: &Handle) {
    let group = schedule_group(context, start.key_path);
    let mut statements = start.statements.clone();
    statements.push(Statement::allow("KeepFailed", ["sqs:SendMessage"], [start.failed.arn()]));
    let sqs = format!("sqs.{}.amazonaws.com", context.network.region());
    statements.push(Statement::allow("KeepFailedKey", ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn()]).when(
        "StringEquals",
        "kms:ViaService",
        [sqs],
    ));
    // EventBridge Scheduler opens the schedule's own input by this role (user guide, "Data encryption at rest").
    statements.push(Statement::allow("OpenInput", ["kms:Decrypt"], [key.arn()]).when(
        "StringEquals",
        "kms:ViaService",
        [format!("scheduler.{}.amazonaws.com", context.network.region())],
    ));
    let (schedule_role, role_standing) = role(
        context,
        &format!("{}_schedule", start.name),
        &Trust::Service("scheduler.amazonaws.com"),
        &format!("Starts {} at its times", start.name),
        statements,
        About::new(start.key_path, format!("Lets EventBridge Scheduler start {} and nothing else.", start.name)),
    );
    let schedule = Schedule {
        name: context.builder.name(&[start.name], limit::SCHEDULE),
        group_name: group.output("Name"),
        description: Some(format!("starts {}", start.name)),
        schedule_expression: start.expression.clone(),
        schedule_expression_timezone: start.zone.to_owned(),
        flexible_time_window: FlexibleTimeWindow { mode: "OFF".to_owned(), ..FlexibleTimeWindow::default() },
        state: if start.enabled { "ENABLED" } else { "DISABLED" }.to_owned(),
        kms_key_arn: Some(key.arn()),
        target: Target {
            arn: start.arn.clone(),
            role_arn: schedule_role.arn(),
            ecs_parameters: start.task.as_ref().map(|(definition, network)| EcsParameters {
                task_definition_arn: definition.clone(),
                launch_type: "FARGATE".to_owned(),
                network_configuration: network.clone(),
                task_count: 1,
                propagate_tags: Some("TASK_DEFINITION".to_owned()),
                platform_version: Some("LATEST".to_owned()),
                enable_ecs_managed_tags: Some(true),
            }),
            retry_policy: Some(RetryPolicy { maximum_event_age_in_seconds: 300, maximum_retry_attempts: 3 }),
            dead_letter_config: Some(DeadLetterConfig { arn: start.failed.arn() }),
            ..Target::default()
        },
    };
    let mut about = About::new(start.key_path, format!("Starts {} at its times.", start.name));
    if !start.enabled {
        about = about.waiting_for(FIRST_IMAGE);
    }
    about = start.standing.iter().chain(&role_standing).fold(about, About::after);
    context.builder.add(start.name, schedule, about);
}

/// The group of the environment's schedules.
fn schedule_group(context: &mut Context<'_>, key_path: &str) -> Handle {
    const NAME: &str = "jobs";
    let handle = context.builder.handle::<ScheduleGroup>(NAME);
    if context.builder.has::<ScheduleGroup>(NAME) {
        context.builder.add_origin(&handle, key_path);
        return handle;
    }
    let group = ScheduleGroup { name: context.builder.name(&[], limit::SCHEDULE), ..ScheduleGroup::default() };
    let about = About::new(key_path, "The schedules of the environment.");
    context.builder.add(NAME, group, about)
}
