//! `app.yaml`: what developers ask for.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Environment, Function, Host, Job, Pipeline, Resource, Service, Standard, TargetKind, Uses, words};
use crate::values::{Expression, HostPort, ImageReference, Name, VariableName};

/// What developers ask for. Every key but `app` and `environments` is optional.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The name of the application; part of every generated name and tag.
    pub app: Name,
    /// The version of the language; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Who answers for it: a team or an address of mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Standards on top of the platform's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compliance: Vec<Standard>,
    /// What kind of data it handles; drives scope, retention and which controls apply.
    #[serde(default)]
    pub data: DataClass,
    /// Containers that run all the time.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub services: IndexMap<Name, Service>,
    /// Workloads that need whole machines.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub hosts: IndexMap<Name, Host>,
    /// Containers that run at certain times.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub jobs: IndexMap<Name, Job>,
    /// Code that runs when something happens.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub functions: IndexMap<Name, Function>,
    /// Steps that run one after the other.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub pipelines: IndexMap<Name, Pipeline>,
    /// Databases, caches, buckets, queues and other things that hold data.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub resources: IndexMap<Name, Resource>,
    /// How it is tested and promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// What to do when the cloud no longer is as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// The escape hatch: a merge patch for a generated resource, by its address. Shown in the plan and judged by policy after patching.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub patch: IndexMap<String, serde_json::Value>,
    /// Things that had another name before, so that they are renamed and not made anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Move>,
    /// Resources that exist already and shall be taken over: address to cloud id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub adopt: IndexMap<String, String>,
    /// Fields that others own, by address: neither compared nor changed once the resource stands.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub ignore: IndexMap<String, Vec<String>>,
    /// Where it runs.
    pub environments: IndexMap<Name, Environment>,
}

impl Application {
    /// What kind of thing `uses` reaches under this name: a resource's type or a service; none if there is no such name.
    pub fn target_kind(&self, name: &str) -> Option<TargetKind> {
        self.resources
            .get(name)
            .map(|resource| resource.kind().target_kind())
            .or_else(|| self.services.contains_key(name).then_some(TargetKind::Service))
    }
}

/// What all kinds of workloads have in common.
#[derive(Clone, Debug)]
pub struct Workload<'a> {
    /// `services`, `hosts`, `jobs`, `functions` or `pipelines`.
    pub section: &'static str,
    /// The name; for a step of a pipeline, the pipeline's.
    pub name: &'a Name,
    /// Where it is in the file: `services.api`, `pipelines.revenue.steps.load`.
    pub key_path: String,
    /// What it may reach.
    pub uses: &'a Uses,
    /// Its environment variables.
    pub env: &'a IndexMap<VariableName, Expression>,
    /// Its secrets.
    pub secrets: &'a [VariableName],
    /// Where it may go outside.
    pub egress: &'a [HostPort],
    /// Its image, if it names one.
    pub image: Option<&'a ImageReference>,
}

impl Application {
    /// Everything that runs, in the order of the sections and of the file.
    pub fn workloads(&self) -> Vec<Workload<'_>> {
        let mut all = Vec::new();
        macro_rules! add {
            ($section:literal, $name:expr, $path:expr, $thing:expr, $image:expr) => {
                all.push(Workload {
                    section: $section,
                    name: $name,
                    key_path: $path,
                    uses: &$thing.uses,
                    env: &$thing.env,
                    secrets: &$thing.secrets,
                    egress: &$thing.egress,
                    image: $image,
                })
            };
        }
        for (name, service) in &self.services {
            add!("services", name, format!("services.{name}"), service, service.image.as_ref());
        }
        for (name, host) in &self.hosts {
            add!("hosts", name, format!("hosts.{name}"), host, None);
        }
        for (name, job) in &self.jobs {
            add!("jobs", name, format!("jobs.{name}"), job, job.image.as_ref());
        }
        for (name, function) in &self.functions {
            add!("functions", name, format!("functions.{name}"), function, None);
        }
        for (name, pipeline) in &self.pipelines {
            for (step_name, step) in &pipeline.steps {
                add!("pipelines", name, format!("pipelines.{name}.steps.{step_name}"), step, step.image.as_ref());
            }
        }
        all
    }
}

/// What kind of data an application handles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataClass {
    /// Card numbers.
    #[serde(default)]
    pub cardholder: HandlingOfCardholderData,
    /// Data about persons.
    #[serde(default)]
    pub personal: bool,
    /// Data about the health of persons.
    #[serde(default)]
    pub health: bool,
}

words! {
    /// What is done with card numbers.
    #[derive(Default)]
    HandlingOfCardholderData {
        /// There are none.
        #[default]
        None = "none",
        /// Only tokens that stand for them.
        Tokenised = "tokenised",
        /// They pass through.
        Transmitted = "transmitted",
        /// They are stored.
        Stored = "stored",
    }
}

/// How an application is tested and promoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// The command that runs the tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// What must pass before promotion; what each must find is set by the compliance list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// The environments in the order of promotion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promote: Vec<Name>,
}

words! {
    /// A check before promotion.
    Gate {
        /// Static analysis of the source.
        Sast = "sast",
        /// Known vulnerabilities of dependencies.
        Dependencies = "dependencies",
        /// Known vulnerabilities of the image.
        Image = "image",
        /// Infrastructure as code.
        Iac = "iac",
        /// Dynamic analysis of the running application.
        Dast = "dast",
        /// Secrets in the source.
        Secrets = "secrets",
        /// Licences of dependencies.
        Licences = "licences",
    }
}

words! {
    /// What to do when the cloud no longer is as planned.
    #[derive(Default)]
    Drift {
        /// Say it.
        #[default]
        Report = "report",
        /// Say it and set it right.
        Correct = "correct",
        /// Do not look.
        Off = "off",
    }
}

/// A thing that had another name before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The old name or address.
    pub from: String,
    /// The new name or address.
    pub to: String,
}
