//! Services as deployments, jobs as cron jobs, with what each of them needs: service account, secrets, autoscaler, disruption budget.

use std::collections::BTreeMap;

use strata_graph::Text;
use strata_kubernetes::k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use strata_kubernetes::k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, JobSpec, JobTemplateSpec};
use strata_kubernetes::k8s_openapi::api::core::v1::{Service as ClusterService, ServiceAccount, ServicePort, ServiceSpec};
use strata_kubernetes::k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use strata_kubernetes::pod::{Health, Pod};
use strata_kubernetes::scaling::{self, Target};
use strata_kubernetes::secrets::{self, Reference};
use strata_kubernetes::{Labels, ManifestError, metadata, security_groups};
use strata_spec::sizes::{ContainerSize, container_size};
use strata_spec::{Duration, Job, Scale, Service};

use super::{Objects, WAITING_FOR};
use crate::application::{self, image_or_place, words};
use crate::uses::workloads;

/// What a workload without an image waits for.
const FIRST_IMAGE: &str = "its first image";
/// Seconds in which a new copy is not judged, where the file says nothing; as on Amazon ECS.
const GRACE: u64 = 60;
/// Seconds after which a job is stopped, where the file says nothing.
const TIMEOUT: u64 = 3600;
/// The processor load that copies are kept near where the file names neither processor nor memory, in percent.
const LOAD: i32 = 70;

/// What makes one workload's pods.
struct Made<'a> {
    /// The AWS side.
    aws: &'a application::Pod,
    /// `service` or `job`.
    component: &'static str,
    pod: Pod,
}

pub(super) fn compile(objects: &mut Objects<'_, '_>) -> Result<(), ManifestError> {
    let context = objects.context;
    let declared = &context.resolved.application;
    for aws in &context.pods {
        if let Some(service) = declared.services.get(aws.name.as_str()) {
            self::service(objects, aws, service)?;
        } else if let Some(job) = declared.jobs.get(aws.name.as_str()) {
            self::job(objects, aws, job)?;
        }
    }
    Ok(())
}

fn pod<'a>(
    objects: &Objects<'_, '_>,
    aws: &'a application::Pod,
    component: &'static str,
    size: ContainerSize,
    run: Option<&str>,
) -> Made<'a> {
    let place = || {
        let workload = workloads(objects.context.resolved).into_iter().find(|workload| workload.name.as_str() == aws.name);
        workload.map(|workload| image_or_place(objects.context, &workload)).unwrap_or_default()
    };
    let has_secrets = !aws.secrets.is_empty();
    Made {
        aws,
        component,
        pod: Pod {
            workload: aws.name.clone(),
            component: component.to_owned(),
            service_account: aws.name.clone(),
            image: aws.image.clone().map_or_else(place, Text::from),
            command: run.map(words).unwrap_or_default(),
            port: None,
            health: None,
            // A processor is 1024 units for Fargate and 1000 thousandths for Kubernetes.
            cpu_millis: u64::from(size.cpu_units) * 1000 / 1024,
            memory_mib: size.memory_mib,
            variables: aws.variables.clone(),
            secrets: aws.secrets.keys().cloned().collect(),
            secret_provider: has_secrets.then(|| secrets::provider_name(&aws.name)),
            drains: false,
            once: false,
        },
    }
}

/// What services and jobs have alike: a service account, the reference to its secrets, its security groups.
fn shared(objects: &mut Objects<'_, '_>, made: &Made<'_>) -> Result<(), ManifestError> {
    let (name, key) = (made.aws.name.as_str(), made.aws.key.as_str());
    let account = ServiceAccount {
        metadata: objects.labels.metadata(&metadata::name(&[name]), name, made.component),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    };
    objects.add(&account, &[key], format!("Who the pods of {name} are: EKS Pod Identity gives this account its role."))?;
    if !made.aws.secrets.is_empty() {
        let references: Vec<Reference> = made.aws.secrets.iter().map(|(variable, from)| Reference::of_ecs_form(variable, from)).collect();
        let provider = secrets::provider(&objects.labels, name, made.component, objects.context.network.region(), &references);
        objects.add(
            &provider,
            &[key],
            format!("Which secrets the pods of {name} get, by name; their values stay in AWS Secrets Manager."),
        )?;
    }
    // The machines' group lets the kubelet ask after the pod's health and the pod ask the name service; the own group does the rest.
    let groups = [made.aws.security_group.clone(), objects.context.cluster.nodes_group().output("GroupId")];
    let policy = security_groups::policy(&objects.labels, name, made.component, &groups);
    objects.add(&policy, &[key], format!("Puts the firewall of {name} around its pods."))
}

fn seconds(duration: Option<Duration>, default: u64) -> u64 {
    duration.map_or(default, Duration::as_seconds)
}

fn waiting(aws: &application::Pod) -> Option<BTreeMap<String, String>> {
    aws.image.is_none().then(|| [(WAITING_FOR.to_owned(), FIRST_IMAGE.to_owned())].into())
}

fn service(objects: &mut Objects<'_, '_>, aws: &application::Pod, declared: &Service) -> Result<(), ManifestError> {
    let size = container_size(objects.context.platform, declared.size.as_ref());
    let mut made = pod(objects, aws, "service", size, declared.run.as_deref());
    let health = declared.health.as_ref();
    made.pod.port = declared.port;
    made.pod.drains = declared.route.is_some();
    made.pod.health = declared.port.map(|port| Health {
        path: health.map(|health| health.path.to_string()),
        port,
        grace: seconds(health.and_then(|health| health.grace), GRACE),
        interval: seconds(health.and_then(|health| health.interval), 15),
        timeout: seconds(health.and_then(|health| health.timeout), 5),
    });
    shared(objects, &made)?;
    let (name, key) = (aws.name.as_str(), aws.key.as_str());
    let runs = aws.image.is_some();
    let deployment = deployment(&objects.labels, &made, declared.scale.as_ref());
    objects.add(&deployment, &[key], format!("Keeps {name} running."))?;
    if let Some(port) = declared.port {
        objects.add(
            &cluster_service(&objects.labels, name, port),
            &[&format!("{key}.port")],
            format!("The name under which {name} is called."),
        )?;
    }
    if let Some(scale) = declared.scale.as_ref().filter(|_| runs) {
        let autoscaler = scaling::autoscaler(&objects.labels, name, scale.min, scale.max, &targets(scale));
        objects.add(&autoscaler, &[&format!("{key}.scale")], format!("{name} has from {} to {} copies.", scale.min, scale.max))?;
    }
    let budget = scaling::disruption_budget(&objects.labels, name);
    objects.add(&budget, &[key], format!("Machines are emptied one copy of {name} at a time."))
}

fn deployment(labels: &Labels, made: &Made<'_>, scale: Option<&Scale>) -> Deployment {
    let name = made.aws.name.as_str();
    let mut metadata = labels.metadata(&metadata::name(&[name]), name, made.component);
    metadata.annotations = waiting(made.aws);
    let replicas = match (made.aws.image.is_some(), scale) {
        (false, _) => Some(0),
        // The autoscaler owns the number.
        (true, Some(_)) => None,
        (true, None) => Some(1),
    };
    Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas,
            revision_history_limit: Some(5),
            progress_deadline_seconds: Some(600),
            selector: Labels::selector(name),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::String("25%".to_owned())),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: made.pod.template(labels),
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

fn cluster_service(labels: &Labels, name: &str, port: u16) -> ClusterService {
    ClusterService {
        metadata: labels.metadata(&metadata::name(&[name]), name, "service"),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(Labels::selecting(name)),
            ports: Some(vec![ServicePort {
                name: Some("main".to_owned()),
                port: port.into(),
                target_port: Some(IntOrString::String("main".to_owned())),
                protocol: Some("TCP".to_owned()),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..ClusterService::default()
    }
}

fn targets(scale: &Scale) -> Vec<Target> {
    // A percentage here is of the whole, at most 100.
    let percent = |value: strata_spec::Percent| i32::try_from(value.thousandths() / 1000).unwrap_or(100).max(1);
    let mut all = Vec::new();
    all.extend(scale.cpu.map(|value| Target::Cpu(percent(value))));
    all.extend(scale.memory.map(|value| Target::Memory(percent(value))));
    all.extend(scale.requests.map(|rate| Target::Requests(rate.per_minute() * 1000 / 60)));
    // The rate of requests needs a metrics adapter: the load decides where there is none.
    if scale.cpu.is_none() && scale.memory.is_none() {
        all.push(Target::Cpu(LOAD));
    }
    all
}

fn job(objects: &mut Objects<'_, '_>, aws: &application::Pod, declared: &Job) -> Result<(), ManifestError> {
    let size = container_size(objects.context.platform, declared.size.as_ref());
    let mut made = pod(objects, aws, "job", size, declared.run.as_deref());
    made.pod.once = true;
    shared(objects, &made)?;
    let (name, key) = (aws.name.as_str(), aws.key.as_str());
    let job = cron_job(&objects.labels, &made, declared);
    let purpose = match &declared.schedule {
        Some(schedule) => format!("Starts {name} at its times: {} ({}).", schedule.cron(), schedule.zone()),
        None => format!("Holds {name} to be started by hand: kubectl create job --from=cronjob/{} NAME.", metadata::name(&[name])),
    };
    objects.add(&job, &[key], purpose)
}

fn cron_job(labels: &Labels, made: &Made<'_>, declared: &Job) -> CronJob {
    let name = made.aws.name.as_str();
    let mut metadata = labels.metadata(&metadata::name(&[name]), name, made.component);
    metadata.annotations = waiting(made.aws);
    let timeout = i64::try_from(seconds(declared.timeout, TIMEOUT)).unwrap_or(i64::MAX);
    CronJob {
        metadata,
        spec: Some(CronJobSpec {
            // A job without a schedule is never started by itself; the field is required.
            schedule: declared.schedule.as_ref().map_or_else(|| "0 0 1 1 *".to_owned(), |schedule| schedule.cron().to_string()),
            time_zone: Some(declared.schedule.as_ref().map_or_else(|| "Etc/UTC".to_owned(), |schedule| zone(schedule.zone().as_str()))),
            suspend: Some(made.aws.image.is_none() || declared.schedule.is_none()),
            concurrency_policy: Some("Forbid".to_owned()),
            starting_deadline_seconds: Some(300),
            successful_jobs_history_limit: Some(3),
            failed_jobs_history_limit: Some(3),
            job_template: JobTemplateSpec {
                spec: Some(JobSpec {
                    active_deadline_seconds: Some(timeout),
                    // As on Amazon ECS: what fails is not started again before its next time.
                    backoff_limit: Some(0),
                    ttl_seconds_after_finished: Some(86_400),
                    template: made.pod.template(labels),
                    ..JobSpec::default()
                }),
                ..JobTemplateSpec::default()
            },
        }),
        ..CronJob::default()
    }
}

/// Kubernetes wants the zone by its place in the database of zones, where `UTC` is `Etc/UTC`.
fn zone(name: &str) -> String {
    if name == "UTC" { "Etc/UTC".to_owned() } else { name.to_owned() }
}
