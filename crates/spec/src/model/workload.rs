//! What runs: services, hosts, jobs, functions, pipelines.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::verb::{VerbsForm, read_uses};
use super::{Uses, words};
use crate::values::{
    Condition, Cron, DataSize, Duration, Expression, HostPort, ImageReference, InstanceClass, LocalPath, Name, Percent, Rate, Schedule,
    Size, UrlPath, VariableName,
};

/// Containers that run all the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The folder with the container's build file. Either this or `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<LocalPath>,
    /// An image that exists already, or another service whose image is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageReference>,
    /// The command, if not the image's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The port that it listens on; without one nothing can call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// A public door: a host and a path, such as `${env.host}/api`. TLS and a web application firewall are implied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Expression>,
    /// How to see whether it is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// How large each copy is: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// What it may reach, each with a verb. The only way to reach anything.
    #[serde(default, deserialize_with = "read_uses", skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<Name, VerbsForm>")]
    pub uses: Uses,
    /// Environment variables; may read outputs of what it uses: `${db.url}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<VariableName, Expression>,
    /// Names of secrets; set per environment by `strata secret set`, never in this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VariableName>,
    /// Where it may go outside: host and port. Default is nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<HostPort>,
    /// A command that runs once before a new version takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_deploy: Option<String>,
    /// How a new version takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// How many copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// What is promised to its users; makes the dashboards, the burn-rate alerts and the pager route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slo: Option<ServiceLevel>,
}

/// How to see whether a service is well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// The path that answers with a status from 200 to 399.
    pub path: UrlPath,
    /// How long a new copy may take until it must be well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Duration>,
    /// How often it is asked; 15 seconds if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How long an answer may take; 5 seconds if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

/// How a new version takes over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// The parts of the traffic that it gets before all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canary: Vec<Percent>,
    /// How long each part is watched; five minutes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Duration>,
    /// When to go back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_if: Option<Condition>,
}

/// How many copies, and what makes them more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The fewest copies.
    #[schemars(range(max = 5000))]
    pub min: u32,
    /// The most copies.
    #[schemars(range(min = 1, max = 5000))]
    pub max: u32,
    /// Keep the average processor load near this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Percent>,
    /// Keep the average memory use near this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Percent>,
    /// Keep the requests that each copy gets near this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<Rate>,
    /// Have as many copies that these queues are empty within this time.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub drain: IndexMap<Name, Duration>,
}

/// What is promised to users of a service, over 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// The part of requests that succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Percent>,
    /// Half of the answers are faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<Duration>,
    /// 95 of a hundred answers are faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Duration>,
    /// 99 of a hundred answers are faster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Duration>,
}

/// A workload that needs whole machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The operating system.
    pub image: HostImage,
    /// How large each machine is: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The instance class itself, instead of a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<InstanceClass>,
    /// How many machines; one if absent.
    #[serde(default = "one")]
    #[schemars(range(max = 1000))]
    pub count: u32,
    /// The size of the system disk; 20GB if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<DataSize>,
    /// What it may reach, each with a verb.
    #[serde(default, deserialize_with = "read_uses", skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<Name, VerbsForm>")]
    pub uses: Uses,
    /// A script that sets up a new machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<LocalPath>,
    /// Environment variables of the setup script.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<VariableName, Expression>,
    /// Names of secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VariableName>,
    /// Where it may go outside: host and port. Default is nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<HostPort>,
}

fn one() -> u32 {
    1
}

words! {
    /// The operating system of a host.
    HostImage {
        /// Debian 12.
        Debian12 = "debian-12",
        /// Debian 13.
        Debian13 = "debian-13",
        /// Ubuntu 24.04.
        Ubuntu2404 = "ubuntu-24.04",
        /// Amazon Linux 2023.
        AmazonLinux2023 = "amazon-linux-2023",
    }
}

/// A container that runs at certain times, or when it is started by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// A service whose image is taken, or an image that exists already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageReference>,
    /// The folder with the container's build file. Either this or `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<LocalPath>,
    /// The command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When it runs; without one it runs when started by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// When it is stopped; one hour if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How large it is: a word or a number of virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// What it may reach, each with a verb.
    #[serde(default, deserialize_with = "read_uses", skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<Name, VerbsForm>")]
    pub uses: Uses,
    /// Environment variables; may read outputs of what it uses.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<VariableName, Expression>,
    /// Names of secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VariableName>,
    /// Where it may go outside: host and port. Default is nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<HostPort>,
}

/// Code that runs when something happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The folder with the code.
    pub code: LocalPath,
    /// What runs it.
    pub runtime: FunctionRuntime,
    /// What in the code is called, as the runtime writes it; `handler.handler` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// What makes it run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// When it is stopped; one minute if absent, fifteen minutes at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// How large it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// What it may reach, each with a verb.
    #[serde(default, deserialize_with = "read_uses", skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<Name, VerbsForm>")]
    pub uses: Uses,
    /// Environment variables; may read outputs of what it uses.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<VariableName, Expression>,
    /// Names of secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VariableName>,
    /// Where it may go outside: host and port. Default is nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<HostPort>,
}

impl Function {
    /// What in the code is called.
    pub fn handler(&self) -> &str {
        self.handler.as_deref().unwrap_or("handler.handler")
    }
}

words! {
    /// What runs a function; AWS Lambda's own names.
    FunctionRuntime {
        /// Python 3.11.
        Python311 = "python3.11",
        /// Python 3.12.
        Python312 = "python3.12",
        /// Python 3.13.
        Python313 = "python3.13",
        /// Python 3.14.
        Python314 = "python3.14",
        /// Node.js 22.
        Nodejs22 = "nodejs22.x",
        /// Node.js 24.
        Nodejs24 = "nodejs24.x",
        /// Java 21.
        Java21 = "java21",
        /// .NET 8.
        Dotnet8 = "dotnet8",
        /// Ruby 3.4.
        Ruby34 = "ruby3.4",
        /// A binary of your own, called `bootstrap`.
        ProvidedAl2023 = "provided.al2023",
    }
}

/// What makes a function run: one thing and what happens to it (`{documents: created}`), or a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Trigger {
    /// At certain times.
    Schedule {
        /// When.
        schedule: Schedule,
    },
    /// When something happens to a thing that is declared.
    Event(#[schemars(length(min = 1, max = 1))] IndexMap<Name, TriggerEvent>),
}

words! {
    /// What happens to a thing.
    TriggerEvent {
        /// An object is written into a bucket.
        Created = "created",
        /// An object is removed from a bucket.
        Removed = "removed",
        /// A message is in a queue.
        Received = "received",
        /// A message is published to a topic, a bus or a stream.
        Published = "published",
        /// A row of a table is changed.
        Changed = "changed",
    }
}

/// Steps that run one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// When it runs; without one it runs when started by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// The steps.
    #[schemars(extend("minProperties" = 1))]
    pub steps: IndexMap<Name, Step>,
}

/// One step of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The step or steps that must have succeeded before.
    #[serde(default, with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OneOrMany")]
    pub after: Vec<Name>,
    /// A Spark program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spark: Option<LocalPath>,
    /// The machines of a Spark program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workers: Option<SparkWorkers>,
    /// A service whose image is taken, or an image that exists already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageReference>,
    /// The command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When it is stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// What it may reach, each with a verb.
    #[serde(default, deserialize_with = "read_uses", skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(with = "IndexMap<Name, VerbsForm>")]
    pub uses: Uses,
    /// Environment variables; may read outputs of what it uses.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub env: IndexMap<VariableName, Expression>,
    /// Names of secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<VariableName>,
    /// Where it may go outside: host and port. Default is nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<HostPort>,
}

/// How many machines a Spark program has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SparkWorkers {
    /// The fewest.
    #[schemars(range(max = 1000))]
    pub min: u32,
    /// The most.
    #[schemars(range(min = 1, max = 1000))]
    pub max: u32,
}

/// One name or a list of names.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMany {
    /// One name.
    One(Name),
    /// Several names.
    Many(Vec<Name>),
}

mod one_or_many {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::OneOrMany;
    use crate::values::Name;

    pub fn serialize<S: Serializer>(names: &[Name], serializer: S) -> Result<S::Ok, S::Error> {
        names.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Name>, D::Error> {
        Ok(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(name) => vec![name],
            OneOrMany::Many(names) => names,
        })
    }
}

impl Trigger {
    /// The thing and the event, if it is not a schedule.
    pub fn event(&self) -> Option<(&Name, TriggerEvent)> {
        match self {
            Trigger::Event(events) => events.first().map(|(name, event)| (name, *event)),
            Trigger::Schedule { .. } => None,
        }
    }

    /// The schedule's cron expression and zone, if it is one.
    pub fn cron(&self) -> Option<&Cron> {
        match self {
            Trigger::Schedule { schedule } => Some(schedule.cron()),
            Trigger::Event(_) => None,
        }
    }
}
