//! Amazon ECS resource types.

pub mod cluster;
pub mod container_definition;
pub mod service;
pub mod task_definition;

pub use cluster::{
    CapacityProviderStrategyItem, Cluster, ClusterConfiguration, ClusterSetting, ExecuteCommandConfiguration,
    ExecuteCommandLogConfiguration, ManagedStorageConfiguration, ServiceConnectDefaults,
};
pub use container_definition::{
    Capabilities, ContainerDefinition, ContainerDependency, HealthCheck, LinuxParameters, LogConfiguration, MountPoint, NameValue,
    PortMapping, Secret,
};
pub use service::{
    AwsvpcConfiguration, DeploymentCircuitBreaker, DeploymentConfiguration, LoadBalancerTarget, NetworkConfiguration, Service,
    ServiceRegistry,
};
pub use task_definition::{EfsAuthorizationConfig, EfsVolumeConfiguration, EphemeralStorage, RuntimePlatform, TaskDefinition, Volume};

use crate::registry::{TypeEntry, entry_of};

/// The types of this service.
pub const ENTRIES: &[TypeEntry] = &[entry_of::<Cluster>(), entry_of::<TaskDefinition>(), entry_of::<Service>()];
