//! `AWS::ECS::TaskDefinition` by the ECS API.
//!
//! Every change is a new revision, so a family holds several of ours at once while one takes the place of another. Found
//! without an id is therefore only a revision that carries our tags *and* is what is desired: an older one would be
//! taken for the new one after a crash.

use async_trait::async_trait;
use aws_sdk_ecs::types as sdk;
use serde_json::Value;
use strata_aws::ecs::{EfsAuthorizationConfig, EfsVolumeConfiguration, EphemeralStorage, RuntimePlatform, TaskDefinition, Volume};
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError};

use super::{containers, read_tags, retag, sdk_tags};
use crate::build::{is_ours, known_some, small, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::unbuilt;

/// How many revisions are looked at without an id, newest first.
const REVISIONS: usize = 20;

/// ECS says 'not there' by a general code and its message.
fn absent(mut error: ProviderError) -> ProviderError {
    let message = error.message.to_ascii_lowercase();
    if error.code.as_deref() == Some("ClientException")
        && ["unable to describe", "does not exist", "inactive", "not found"].iter().any(|part| message.contains(part))
    {
        error.kind = ErrorKind::NotFound;
    }
    error
}

async fn describe(cloud: &Cloud, id: &str) -> Result<Option<Observed<TaskDefinition>>, ProviderError> {
    let call = cloud.ecs().describe_task_definition().task_definition(id).include(sdk::TaskDefinitionField::Tags);
    let answer = call.send().await.map_err(|error| absent(failed("ecs:DescribeTaskDefinition", error)));
    let Some(answer) = found(answer)? else { return Ok(None) };
    let seen = answer.task_definition().ok_or_else(|| missing("ecs:DescribeTaskDefinition", "taskDefinition"))?;
    // An inactive revision starts nothing any more: AWS keeps it as history.
    if !matches!(seen.status(), None | Some(sdk::TaskDefinitionStatus::Active)) {
        return Ok(None);
    }
    let arn = seen.task_definition_arn().ok_or_else(|| missing("ecs:DescribeTaskDefinition", "taskDefinitionArn"))?;
    Ok(Some(Observed::ready(arn, read(seen, read_tags(answer.tags()))).output("TaskDefinitionArn", arn)))
}

fn read_volume(seen: &sdk::Volume) -> Volume {
    let efs = seen.efs_volume_configuration().map(|efs| EfsVolumeConfiguration {
        filesystem_id: efs.file_system_id().into(),
        transit_encryption: efs.transit_encryption().map_or("DISABLED", |mode| mode.as_str()).to_owned(),
        authorization_config: EfsAuthorizationConfig {
            access_point_id: efs.authorization_config().and_then(|config| config.access_point_id()).unwrap_or_default().into(),
            iam: efs.authorization_config().and_then(|config| config.iam()).map_or("DISABLED", |mode| mode.as_str()).to_owned(),
        },
    });
    Volume { name: seen.name().unwrap_or_default().to_owned(), efs_volume_configuration: efs }
}

fn sdk_volume(volume: &Volume) -> Result<sdk::Volume, ProviderError> {
    let built = sdk::Volume::builder().name(&volume.name);
    let Some(efs) = &volume.efs_volume_configuration else { return Ok(built.build()) };
    let authorization = sdk::EfsAuthorizationConfig::builder()
        .access_point_id(known(&efs.authorization_config.access_point_id)?)
        .iam(efs.authorization_config.iam.as_str().into())
        .build();
    let efs = sdk::EfsVolumeConfiguration::builder()
        .file_system_id(known(&efs.filesystem_id)?)
        .transit_encryption(efs.transit_encryption.as_str().into())
        .authorization_config(authorization)
        .build()
        .map_err(unbuilt("ecs:RegisterTaskDefinition"))?;
    Ok(built.efs_volume_configuration(efs).build())
}

fn read(seen: &sdk::TaskDefinition, tags: Tags) -> TaskDefinition {
    let mut requires_compatibilities: Vec<String> =
        seen.requires_compatibilities().iter().map(|compatibility| compatibility.as_str().to_owned()).collect();
    requires_compatibilities.sort();
    let mut volumes: Vec<Volume> = seen.volumes().iter().map(read_volume).collect();
    volumes.sort();
    TaskDefinition {
        family: seen.family().unwrap_or_default().to_owned(),
        cpu: seen.cpu().unwrap_or_default().to_owned(),
        memory: seen.memory().unwrap_or_default().to_owned(),
        network_mode: seen.network_mode().map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
        requires_compatibilities,
        execution_role_arn: text(seen.execution_role_arn()),
        task_role_arn: text(seen.task_role_arn()),
        runtime_platform: seen.runtime_platform().map(|platform| RuntimePlatform {
            cpu_architecture: platform.cpu_architecture().map_or("X86_64", sdk::CpuArchitecture::as_str).to_owned(),
            operating_system_family: platform.operating_system_family().map_or("LINUX", sdk::OsFamily::as_str).to_owned(),
        }),
        container_definitions: seen.container_definitions().iter().map(containers::from_sdk).collect(),
        volumes,
        ephemeral_storage: seen.ephemeral_storage().map(|storage| EphemeralStorage { size_in_gib: storage.size_in_gib().into() }),
        tags,
    }
}

/// Whether `actual` holds everything that `desired` says; ECS adds defaults.
fn covers(actual: &Value, desired: &Value) -> bool {
    match (actual, desired) {
        (Value::Object(actual), Value::Object(desired)) => {
            desired.iter().all(|(key, value)| actual.get(key).is_some_and(|other| covers(other, value)))
        }
        (Value::Array(actual), Value::Array(desired)) => {
            actual.len() == desired.len() && actual.iter().zip(desired).all(|(actual, desired)| covers(actual, desired))
        }
        (actual, desired) => actual == desired,
    }
}

/// The newest revision that carries our tags and is what is desired.
async fn find(cloud: &Cloud, target: &Target<'_, TaskDefinition>) -> Result<Option<Observed<TaskDefinition>>, ProviderError> {
    let internal = |error: serde_json::Error| ProviderError::internal("strata", error.to_string());
    let desired = serde_json::to_value(target.properties).map_err(internal)?;
    let call = cloud
        .ecs()
        .list_task_definitions()
        .family_prefix(&target.properties.family)
        .status(sdk::TaskDefinitionStatus::Active)
        .sort(sdk::SortOrder::Desc);
    let answer = call.send().await.map_err(|error| failed("ecs:ListTaskDefinitions", error))?;
    for arn in answer.task_definition_arns().iter().take(REVISIONS) {
        let Some(seen) = describe(cloud, arn).await? else { continue };
        let actual = serde_json::to_value(&seen.properties).map_err(internal)?;
        if is_ours(&seen.properties.tags, target) && covers(&actual, &desired) {
            return Ok(Some(seen));
        }
    }
    Ok(None)
}

#[async_trait]
impl Handler for TaskDefinition {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        match target.id {
            Some(id) => describe(cloud, &id.0).await,
            None => find(cloud, target).await,
        }
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let containers = desired.container_definitions.iter().map(containers::to_sdk);
        let mut call = cloud
            .ecs()
            .register_task_definition()
            .family(&desired.family)
            .cpu(&desired.cpu)
            .memory(&desired.memory)
            .network_mode(desired.network_mode.as_str().into())
            .set_execution_role_arn(known_some(desired.execution_role_arn.as_ref())?)
            .set_task_role_arn(known_some(desired.task_role_arn.as_ref())?)
            .set_container_definitions(Some(containers.collect::<Result<Vec<_>, _>>()?))
            .set_tags(some(sdk_tags(&desired.tags)?));
        for compatibility in &desired.requires_compatibilities {
            call = call.requires_compatibilities(compatibility.as_str().into());
        }
        if let Some(platform) = &desired.runtime_platform {
            call = call.runtime_platform(
                sdk::RuntimePlatform::builder()
                    .cpu_architecture(platform.cpu_architecture.as_str().into())
                    .operating_system_family(platform.operating_system_family.as_str().into())
                    .build(),
            );
        }
        for volume in &desired.volumes {
            call = call.volumes(sdk_volume(volume)?);
        }
        if let Some(storage) = &desired.ephemeral_storage {
            call = call.ephemeral_storage(sdk::EphemeralStorage::builder().size_in_gib(small(storage.size_in_gib)?).build());
        }
        let answer = call.send().await.map_err(|error| failed("ecs:RegisterTaskDefinition", error))?;
        answer
            .task_definition()
            .and_then(|definition| definition.task_definition_arn())
            .map(|arn| PhysicalId(arn.to_owned()))
            .ok_or_else(|| missing("ecs:RegisterTaskDefinition", "taskDefinitionArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        // AWS keeps the revision as history, inactive: nothing new can be started from it.
        let call = cloud.ecs().deregister_task_definition().task_definition(target.id()?);
        gone(call.send().await.map_err(|error| absent(failed("ecs:DeregisterTaskDefinition", error))))
    }
}
