//! `AWS::Scheduler::Schedule` by the EventBridge Scheduler API. `GROUP/NAME` is the id.

use async_trait::async_trait;
use aws_sdk_scheduler::types as sdk;
use strata_aws::ecs::{AwsvpcConfiguration, NetworkConfiguration};
use strata_aws::scheduler::{DeadLetterConfig, EcsParameters, FlexibleTimeWindow, RetryPolicy, Schedule, Target as ScheduleTarget};
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::build::{built, known_all, known_some, small, small_some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn ecs_to_sdk(ecs: &EcsParameters) -> Result<sdk::EcsParameters, ProviderError> {
    let network = &ecs.network_configuration.awsvpc_configuration;
    let network = sdk::AwsVpcConfiguration::builder()
        .set_subnets(Some(known_all(&network.subnets)?))
        .set_security_groups(Some(known_all(&network.security_groups)?))
        .assign_public_ip(network.assign_public_ip.as_str().into());
    built(
        sdk::EcsParameters::builder()
            .task_definition_arn(known(&ecs.task_definition_arn)?)
            .launch_type(ecs.launch_type.as_str().into())
            .network_configuration(sdk::NetworkConfiguration::builder().awsvpc_configuration(built(network.build())?).build())
            .task_count(small(ecs.task_count)?)
            .set_propagate_tags(ecs.propagate_tags.as_deref().map(Into::into))
            .set_platform_version(ecs.platform_version.clone())
            .set_enable_ecs_managed_tags(ecs.enable_ecs_managed_tags)
            .build(),
    )
}

fn target_to_sdk(target: &ScheduleTarget) -> Result<sdk::Target, ProviderError> {
    let mut builder =
        sdk::Target::builder().arn(known(&target.arn)?).role_arn(known(&target.role_arn)?).set_input(known_some(target.input.as_ref())?);
    if let Some(ecs) = &target.ecs_parameters {
        builder = builder.ecs_parameters(ecs_to_sdk(ecs)?);
    }
    if let Some(retry) = &target.retry_policy {
        builder = builder.retry_policy(
            sdk::RetryPolicy::builder()
                .maximum_event_age_in_seconds(small(retry.maximum_event_age_in_seconds)?)
                .maximum_retry_attempts(small(retry.maximum_retry_attempts)?)
                .build(),
        );
    }
    if let Some(dead) = &target.dead_letter_config {
        builder = builder.dead_letter_config(sdk::DeadLetterConfig::builder().arn(known(&dead.arn)?).build());
    }
    built(builder.build())
}

fn window_to_sdk(window: &FlexibleTimeWindow) -> Result<sdk::FlexibleTimeWindow, ProviderError> {
    built(
        sdk::FlexibleTimeWindow::builder()
            .mode(window.mode.as_str().into())
            .set_maximum_window_in_minutes(small_some(window.maximum_window_in_minutes)?)
            .build(),
    )
}

fn ecs_from_sdk(seen: &sdk::EcsParameters) -> EcsParameters {
    let network = seen.network_configuration().and_then(sdk::NetworkConfiguration::awsvpc_configuration);
    let texts = |items: &[String]| items.iter().map(|item| Text::from(item.as_str())).collect();
    EcsParameters {
        task_definition_arn: seen.task_definition_arn().into(),
        launch_type: seen.launch_type().map(|launch| launch.as_str().to_owned()).unwrap_or_default(),
        network_configuration: NetworkConfiguration {
            awsvpc_configuration: network.map_or_else(AwsvpcConfiguration::default, |network| AwsvpcConfiguration {
                subnets: texts(network.subnets()),
                security_groups: texts(network.security_groups()),
                assign_public_ip: network.assign_public_ip().map_or("DISABLED", sdk::AssignPublicIp::as_str).to_owned(),
            }),
        },
        task_count: seen.task_count().unwrap_or(1).into(),
        propagate_tags: seen.propagate_tags().map(|propagate| propagate.as_str().to_owned()),
        platform_version: seen.platform_version().map(ToOwned::to_owned),
        enable_ecs_managed_tags: seen.enable_ecs_managed_tags(),
    }
}

fn target_from_sdk(seen: &sdk::Target) -> ScheduleTarget {
    ScheduleTarget {
        arn: seen.arn().into(),
        role_arn: seen.role_arn().into(),
        input: text(seen.input()),
        ecs_parameters: seen.ecs_parameters().map(ecs_from_sdk),
        retry_policy: seen.retry_policy().map(|retry| RetryPolicy {
            // The API's own defaults: a day and 185 tries.
            maximum_event_age_in_seconds: retry.maximum_event_age_in_seconds().unwrap_or(86_400).into(),
            maximum_retry_attempts: retry.maximum_retry_attempts().unwrap_or(185).into(),
        }),
        dead_letter_config: seen.dead_letter_config().and_then(|dead| text(dead.arn())).map(|arn| DeadLetterConfig { arn }),
    }
}

#[async_trait]
impl Handler for Schedule {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let place = match target.id {
            Some(id) => id.0.split_once('/'),
            None => target.properties.group_name.as_literal().map(|group| (group, target.properties.name.as_str())),
        };
        let Some((group, name)) = place else { return Ok(None) };
        let answer = cloud.scheduler().get_schedule().group_name(group).name(name).send().await;
        let Some(seen) = found(answer.map_err(|error| failed("scheduler:GetSchedule", error)))? else {
            return Ok(None);
        };
        let arn = seen.arn().ok_or_else(|| missing("scheduler:GetSchedule", "Arn"))?;
        let window = seen.flexible_time_window();
        let properties = Self {
            name: name.to_owned(),
            group_name: group.into(),
            description: seen.description().filter(|text| !text.is_empty()).map(ToOwned::to_owned),
            schedule_expression: seen.schedule_expression().unwrap_or_default().to_owned(),
            schedule_expression_timezone: seen.schedule_expression_timezone().unwrap_or("UTC").to_owned(),
            flexible_time_window: FlexibleTimeWindow {
                mode: window.map_or("OFF", |window| window.mode().as_str()).to_owned(),
                maximum_window_in_minutes: window.and_then(|window| window.maximum_window_in_minutes()).map(Into::into),
            },
            state: seen.state().map_or("ENABLED", sdk::ScheduleState::as_str).to_owned(),
            kms_key_arn: text(seen.kms_key_arn()),
            target: seen.target().map(target_from_sdk).unwrap_or_default(),
        };
        Ok(Some(Observed::ready(format!("{group}/{name}"), properties).output("Name", name).output("Arn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let group = known(&desired.group_name)?;
        cloud
            .scheduler()
            .create_schedule()
            .client_token(target.token)
            .name(&desired.name)
            .group_name(group)
            .set_description(desired.description.clone())
            .schedule_expression(&desired.schedule_expression)
            .schedule_expression_timezone(&desired.schedule_expression_timezone)
            .flexible_time_window(window_to_sdk(&desired.flexible_time_window)?)
            .state(desired.state.as_str().into())
            .set_kms_key_arn(known_some(desired.kms_key_arn.as_ref())?)
            .target(target_to_sdk(&desired.target)?)
            .send()
            .await
            .map_err(|error| failed("scheduler:CreateSchedule", error))?;
        Ok(PhysicalId(format!("{group}/{}", desired.name)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        // The API takes the whole schedule: what is left out goes back to its default.
        cloud
            .scheduler()
            .update_schedule()
            .name(&desired.name)
            .group_name(known(&desired.group_name)?)
            .set_description(desired.description.clone())
            .schedule_expression(&desired.schedule_expression)
            .schedule_expression_timezone(&desired.schedule_expression_timezone)
            .flexible_time_window(window_to_sdk(&desired.flexible_time_window)?)
            .state(desired.state.as_str().into())
            .set_kms_key_arn(known_some(desired.kms_key_arn.as_ref())?)
            .target(target_to_sdk(&desired.target)?)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failed("scheduler:UpdateSchedule", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let id = target.id()?;
        let (group, name) = id.split_once('/').ok_or_else(|| ProviderError::internal("strata", format!("{id} is no schedule's id")))?;
        let answer = cloud.scheduler().delete_schedule().group_name(group).name(name).send().await;
        gone(answer.map_err(|error| failed("scheduler:DeleteSchedule", error)))
    }
}
