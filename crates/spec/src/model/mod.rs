//! The types of the two files. JSON Schema, validation and deserialization all come from these types, so they cannot disagree.
//!
//! Doc comments here are user text: they become the descriptions that an editor shows.

mod application;
mod environment;
mod platform;
mod resource;
mod verb;
mod workload;

pub use application::{Application, Ci, DataClass, Drift, Gate, HandlingOfCardholderData, Move, Workload};
pub use environment::{Approval, Environment, PreviewTrigger, Previews, Standby};
pub use platform::{
    Account, Antivirus, Cluster, Connection, DefaultNetwork, Delegation, Domain, DomainZone, EmergencyAccess, FileIntegrity, Guardrails,
    Identity, Incidents, LogStore, Logs, MetricStore, Metrics, Nat, Network, NetworkIntrusion, Nodes, Observability, Platform,
    PublicRoutes, Role, Runtime, Security, SecurityContact, Siem, SingleSignOn, SizeDefinition, Standard, TransitGateway, Vpn,
    VulnerabilityScanner,
};
pub use resource::{Bucket, Bus, Files, Key, Mysql, Postgres, Queue, Redis, Resource, ResourceKind, Search, Secret, Stream, Table, Topic};
pub use verb::{TargetKind, Uses, Verb};
pub use workload::{
    Function, FunctionRuntime, Health, Host, HostImage, Job, Pipeline, Rollout, Scale, Service, ServiceLevel, SparkWorkers, Step, Trigger,
    TriggerEvent,
};

/// A closed set of words with their texts.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$word_meta])* #[serde(rename = $text)] $variant),*
        }

        impl $name {
            /// Every word, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as it is written in the files.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
