//! Containers of a task definition between our data and the SDK's.

use std::collections::BTreeMap;

use aws_sdk_ecs::types as sdk;
use strata_aws::ecs::{
    Capabilities, ContainerDefinition, ContainerDependency, HealthCheck, LinuxParameters, LogConfiguration, MountPoint, NameValue,
    PortMapping, Secret,
};
use strata_graph::Text;
use strata_provider::ProviderError;

use crate::build::{built, known_all, small, small_some, some};
use crate::tags::known;

/// A container as RegisterTaskDefinition takes it.
pub(super) fn to_sdk(container: &ContainerDefinition) -> Result<sdk::ContainerDefinition, ProviderError> {
    let mut builder = sdk::ContainerDefinition::builder()
        .name(&container.name)
        .image(known(&container.image)?)
        .essential(container.essential)
        .set_cpu(small_some(container.cpu)?)
        .set_memory(small_some(container.memory)?)
        .set_memory_reservation(small_some(container.memory_reservation)?)
        .set_entry_point(some(container.entry_point.clone()))
        .set_command(some(known_all(&container.command)?))
        .set_working_directory(container.working_directory.clone())
        .readonly_root_filesystem(container.readonly_root_filesystem)
        .set_user(container.user.clone())
        .set_stop_timeout(small_some(container.stop_timeout)?);
    for port in &container.port_mappings {
        builder = builder.port_mappings(
            sdk::PortMapping::builder()
                .container_port(small(port.container_port)?)
                .protocol(port.protocol.as_str().into())
                .set_name(port.name.clone())
                .build(),
        );
    }
    for variable in &container.environment {
        builder = builder.environment(sdk::KeyValuePair::builder().name(&variable.name).value(known(&variable.value)?).build());
    }
    for secret in &container.secrets {
        let secret = sdk::Secret::builder().name(&secret.name).value_from(known(&secret.value_from)?);
        builder = builder.secrets(built(secret.build())?);
    }
    if let Some(log) = &container.log_configuration {
        let mut inner = sdk::LogConfiguration::builder().log_driver(log.log_driver.as_str().into());
        for (key, value) in &log.options {
            inner = inner.options(key, known(value)?);
        }
        builder = builder.log_configuration(built(inner.build())?);
    }
    for mount in &container.mount_points {
        builder = builder.mount_points(
            sdk::MountPoint::builder()
                .source_volume(&mount.source_volume)
                .container_path(&mount.container_path)
                .read_only(mount.read_only)
                .build(),
        );
    }
    if let Some(check) = &container.health_check {
        let check = sdk::HealthCheck::builder()
            .set_command(Some(check.command.clone()))
            .interval(small(check.interval)?)
            .timeout(small(check.timeout)?)
            .retries(small(check.retries)?)
            .set_start_period(small_some(check.start_period)?);
        builder = builder.health_check(built(check.build())?);
    }
    if let Some(linux) = &container.linux_parameters {
        let capabilities = linux.capabilities.as_ref().map(|capabilities| {
            sdk::KernelCapabilities::builder().set_add(some(capabilities.add.clone())).set_drop(some(capabilities.drop.clone())).build()
        });
        builder = builder.linux_parameters(
            sdk::LinuxParameters::builder().set_init_process_enabled(linux.init_process_enabled).set_capabilities(capabilities).build(),
        );
    }
    for dependency in &container.depends_on {
        let dependency =
            sdk::ContainerDependency::builder().container_name(&dependency.container_name).condition(dependency.condition.as_str().into());
        builder = builder.depends_on(built(dependency.build())?);
    }
    Ok(builder.build())
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

/// A container as DescribeTaskDefinition returned it.
pub(super) fn from_sdk(seen: &sdk::ContainerDefinition) -> ContainerDefinition {
    ContainerDefinition {
        name: owned(seen.name()),
        image: owned(seen.image()).into(),
        essential: seen.essential().unwrap_or(true),
        // ECS answers 0 where nothing was said.
        cpu: Some(seen.cpu()).filter(|units| *units != 0).map(Into::into),
        memory: seen.memory().map(Into::into),
        memory_reservation: seen.memory_reservation().map(Into::into),
        entry_point: seen.entry_point().to_vec(),
        command: seen.command().iter().map(|word| Text::from(word.as_str())).collect(),
        working_directory: seen.working_directory().map(ToOwned::to_owned),
        port_mappings: sorted(seen.port_mappings().iter().map(|port| PortMapping {
            container_port: port.container_port().unwrap_or_default().into(),
            protocol: port.protocol().map_or("tcp", sdk::TransportProtocol::as_str).to_owned(),
            name: port.name().map(ToOwned::to_owned),
        })),
        environment: sorted(
            seen.environment().iter().map(|variable| NameValue { name: owned(variable.name()), value: owned(variable.value()).into() }),
        ),
        secrets: sorted(
            seen.secrets().iter().map(|secret| Secret { name: secret.name().to_owned(), value_from: secret.value_from().into() }),
        ),
        log_configuration: seen.log_configuration().map(|log| LogConfiguration {
            log_driver: log.log_driver().as_str().to_owned(),
            options: log
                .options()
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), Text::from(value.as_str())))
                .collect::<BTreeMap<_, _>>(),
        }),
        readonly_root_filesystem: seen.readonly_root_filesystem().unwrap_or_default(),
        mount_points: sorted(seen.mount_points().iter().map(|mount| MountPoint {
            container_path: owned(mount.container_path()),
            source_volume: owned(mount.source_volume()),
            read_only: mount.read_only().unwrap_or_default(),
        })),
        health_check: seen.health_check().map(|check| HealthCheck {
            command: check.command().to_vec(),
            // The API's own defaults, which it need not repeat.
            interval: check.interval().unwrap_or(30).into(),
            timeout: check.timeout().unwrap_or(5).into(),
            retries: check.retries().unwrap_or(3).into(),
            start_period: check.start_period().map(Into::into),
        }),
        linux_parameters: seen.linux_parameters().map(|linux| LinuxParameters {
            init_process_enabled: linux.init_process_enabled(),
            capabilities: linux
                .capabilities()
                .map(|capabilities| Capabilities { add: sorted(capabilities.add().to_vec()), drop: sorted(capabilities.drop().to_vec()) }),
        }),
        depends_on: sorted(seen.depends_on().iter().map(|dependency| ContainerDependency {
            container_name: dependency.container_name().to_owned(),
            condition: dependency.condition().as_str().to_owned(),
        })),
        user: seen.user().map(ToOwned::to_owned),
        stop_timeout: seen.stop_timeout().map(Into::into),
    }
}
