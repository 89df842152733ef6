//! Pods: what they run, how they are asked whether they are well, and what they may not do.
//!
//! Invariant: [`Pod::template`] gives a template that the Pod Security Standard `restricted` admits, with a read-only root file system, no
//! token of the cluster, and limits on processor and memory.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    CSIVolumeSource, Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, EnvVarSource, HTTPGetAction, Lifecycle,
    LifecycleHandler, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ResourceRequirements, SeccompProfile, SecretKeySelector,
    SecurityContext, SleepAction, TCPSocketAction, TopologySpreadConstraint, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use strata_graph::Text;

use crate::metadata::Labels;
use crate::placeholder;

/// The user and group of every container: above 10000, so that it is no user of the machine.
const USER: i64 = 10_001;
/// How long a copy goes on answering after it was told to stop, so that load balancers have taken it out: seconds.
const DRAIN: i64 = 15;

/// How a container is asked whether it is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The path that answers with a status from 200 to 399; without one the port must take connections.
    pub path: Option<String>,
    /// The port.
    pub port: u16,
    /// Seconds that a new copy may take until it must be well.
    pub grace: u64,
    /// Seconds between two questions.
    pub interval: u64,
    /// Seconds that an answer may take.
    pub timeout: u64,
}

impl Health {
    fn probe(&self, failures: u64) -> Probe {
        let port = IntOrString::Int(self.port.into());
        let mut probe = Probe {
            period_seconds: Some(seconds(self.interval)),
            timeout_seconds: Some(seconds(self.timeout)),
            failure_threshold: Some(seconds(failures)),
            ..Probe::default()
        };
        match &self.path {
            Some(path) => {
                probe.http_get = Some(HTTPGetAction { path: Some(path.clone()), port, ..HTTPGetAction::default() });
            }
            None => {
                probe.tcp_socket = Some(TCPSocketAction { port, ..TCPSocketAction::default() });
            }
        }
        probe
    }
}

/// Seconds as Kubernetes counts them; at least one.
fn seconds(value: u64) -> i32 {
    i32::try_from(value.max(1)).unwrap_or(i32::MAX)
}

/// What a pod runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// The workload's name.
    pub workload: String,
    /// `service` or `job`.
    pub component: String,
    /// Its service account.
    pub service_account: String,
    /// The image.
    pub image: Text,
    /// The command that the image's entry point gets; the image's own if empty.
    pub command: Vec<String>,
    /// The port that it listens on.
    pub port: Option<u16>,
    /// How it is asked whether it is well.
    pub health: Option<Health>,
    /// Thousandths of a processor.
    pub cpu_millis: u64,
    /// Mebibytes of memory.
    pub memory_mib: u64,
    /// Plain environment variables; never a secret.
    pub variables: BTreeMap<String, Text>,
    /// The names of variables that are keys of the Kubernetes secret.
    pub secrets: Vec<String>,
    /// The SecretProviderClass that fills that secret, and the secret's name; both the same.
    pub secret_provider: Option<String>,
    /// Whether traffic comes from a load balancer that must be given time before a copy stops.
    pub drains: bool,
    /// Whether it runs once (a job) instead of all the time.
    pub once: bool,
}

impl Pod {
    /// The pod's template.
    #[must_use]
    pub fn template(&self, labels: &Labels) -> PodTemplateSpec {
        PodTemplateSpec {
            metadata: Some(ObjectMeta { labels: Some(labels.of(&self.workload, &self.component)), ..ObjectMeta::default() }),
            spec: Some(self.spec()),
        }
    }

    fn spec(&self) -> PodSpec {
        let mut volumes = vec![Volume {
            name: "scratch".to_owned(),
            empty_dir: Some(EmptyDirVolumeSource { size_limit: Some(Quantity("256Mi".to_owned())), ..EmptyDirVolumeSource::default() }),
            ..Volume::default()
        }];
        if let Some(provider) = &self.secret_provider {
            volumes.push(Volume {
                name: "secrets".to_owned(),
                csi: Some(CSIVolumeSource {
                    driver: "secrets-store.csi.k8s.io".to_owned(),
                    read_only: Some(true),
                    volume_attributes: Some([("secretProviderClass".to_owned(), provider.clone())].into()),
                    ..CSIVolumeSource::default()
                }),
                ..Volume::default()
            });
        }
        PodSpec {
            // The identity of AWS comes from the pod identity agent, which needs no token of the cluster's API.
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            containers: vec![self.container()],
            restart_policy: Some(if self.once { "Never" } else { "Always" }.to_owned()),
            security_context: Some(PodSecurityContext {
                run_as_non_root: Some(true),
                run_as_user: Some(USER),
                run_as_group: Some(USER),
                fs_group: Some(USER),
                seccomp_profile: Some(runtime_default()),
                ..PodSecurityContext::default()
            }),
            service_account_name: Some(self.service_account.clone()),
            termination_grace_period_seconds: Some(if self.drains { 30 + DRAIN } else { 30 }),
            topology_spread_constraints: (!self.once).then(|| self.spread()),
            volumes: Some(volumes),
            ..PodSpec::default()
        }
    }

    /// Copies over zones (always), then over machines (where there are enough).
    fn spread(&self) -> Vec<TopologySpreadConstraint> {
        [("topology.kubernetes.io/zone", "DoNotSchedule"), ("kubernetes.io/hostname", "ScheduleAnyway")]
            .into_iter()
            .map(|(key, otherwise)| TopologySpreadConstraint {
                label_selector: Some(Labels::selector(&self.workload)),
                max_skew: 1,
                topology_key: key.to_owned(),
                when_unsatisfiable: otherwise.to_owned(),
                ..TopologySpreadConstraint::default()
            })
            .collect()
    }

    fn container(&self) -> Container {
        let amounts: BTreeMap<String, Quantity> = [
            ("cpu".to_owned(), Quantity(format!("{}m", self.cpu_millis))),
            ("memory".to_owned(), Quantity(format!("{}Mi", self.memory_mib))),
        ]
        .into();
        let mut mounts = vec![VolumeMount { name: "scratch".to_owned(), mount_path: "/tmp".to_owned(), ..VolumeMount::default() }];
        if self.secret_provider.is_some() {
            mounts.push(VolumeMount {
                name: "secrets".to_owned(),
                mount_path: "/run/secrets/strata".to_owned(),
                read_only: Some(true),
                ..VolumeMount::default()
            });
        }
        Container {
            name: crate::metadata::name(&[&self.workload]),
            image: Some(placeholder::encode(&self.image)),
            image_pull_policy: Some("Always".to_owned()),
            args: (!self.command.is_empty()).then(|| self.command.iter().map(|word| literal(word)).collect()),
            env: Some(self.environment()).filter(|variables| !variables.is_empty()),
            ports: self.port.map(|port| {
                vec![ContainerPort {
                    name: Some("main".to_owned()),
                    container_port: port.into(),
                    protocol: Some("TCP".to_owned()),
                    ..ContainerPort::default()
                }]
            }),
            startup_probe: self.health.as_ref().map(|health| health.probe(health.grace.div_ceil(health.interval.max(1)).max(1))),
            readiness_probe: self.health.as_ref().map(|health| health.probe(3)),
            liveness_probe: self.health.as_ref().map(|health| health.probe(6)),
            lifecycle: self.drains.then(|| Lifecycle {
                pre_stop: Some(LifecycleHandler { sleep: Some(SleepAction { seconds: DRAIN }), ..LifecycleHandler::default() }),
                ..Lifecycle::default()
            }),
            resources: Some(ResourceRequirements {
                limits: Some(amounts.clone()),
                requests: Some(amounts),
                ..ResourceRequirements::default()
            }),
            security_context: Some(SecurityContext {
                allow_privilege_escalation: Some(false),
                capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_owned()]), ..Capabilities::default() }),
                privileged: Some(false),
                read_only_root_filesystem: Some(true),
                run_as_non_root: Some(true),
                seccomp_profile: Some(runtime_default()),
                ..SecurityContext::default()
            }),
            volume_mounts: Some(mounts),
            ..Container::default()
        }
    }

    fn environment(&self) -> Vec<EnvVar> {
        let plain = self.variables.iter().map(|(name, value)| EnvVar {
            name: name.clone(),
            value: Some(literal(&placeholder::encode(value))),
            ..EnvVar::default()
        });
        let secret = self.secrets.iter().map(|name| EnvVar {
            name: name.clone(),
            value_from: Some(EnvVarSource {
                secret_key_ref: Some(SecretKeySelector {
                    name: self.secret_provider.clone().unwrap_or_default(),
                    key: name.clone(),
                    ..SecretKeySelector::default()
                }),
                ..EnvVarSource::default()
            }),
            ..EnvVar::default()
        });
        plain.chain(secret).collect()
    }
}

fn runtime_default() -> SeccompProfile {
    SeccompProfile { type_: "RuntimeDefault".to_owned(), ..SeccompProfile::default() }
}

/// Kubernetes replaces `$(NAME)` in values and commands; what is meant as it is has its `$` doubled.
fn literal(text: &str) -> String {
    text.replace("$(", "$$(")
}
