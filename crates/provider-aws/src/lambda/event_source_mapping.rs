//! `AWS::Lambda::EventSourceMapping` by the Lambda API. AWS chooses the id; one function polls one queue or stream once,
//! which finds it without.

use async_trait::async_trait;
use aws_sdk_lambda::types::{
    DestinationConfig as SdkDestination, EventSourcePosition, FunctionResponseType, OnFailure as SdkFailure, ScalingConfig as SdkScaling,
};
use strata_aws::lambda::{DestinationConfig, EventSourceMapping, OnFailure, ScalingConfig};
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{at, int, some_int, some_text};

fn responses(mapping: &EventSourceMapping) -> Vec<FunctionResponseType> {
    mapping.function_response_types.iter().map(|one| FunctionResponseType::from(one.as_str())).collect()
}

fn scaling(mapping: &EventSourceMapping) -> Result<Option<SdkScaling>, ProviderError> {
    let most = some_int(mapping.scaling_config.as_ref().map(|scaling| scaling.maximum_concurrency))?;
    Ok(most.map(|most| SdkScaling::builder().maximum_concurrency(most).build()))
}

fn destination(mapping: &EventSourceMapping) -> Result<Option<SdkDestination>, ProviderError> {
    let Some(config) = &mapping.destination_config else { return Ok(None) };
    let failed = SdkFailure::builder().destination(known(&config.on_failure.destination)?).build();
    Ok(Some(SdkDestination::builder().on_failure(failed).build()))
}

async fn find(cloud: &Cloud, wanted: &EventSourceMapping) -> Result<Option<String>, ProviderError> {
    let (Some(function), Some(source)) = (wanted.function_name.as_literal(), wanted.event_source_arn.as_literal()) else {
        return Ok(None);
    };
    let call = cloud.lambda().list_event_source_mappings().function_name(function).event_source_arn(source);
    let answer = found(call.send().await.map_err(at("lambda:ListEventSourceMappings")))?;
    Ok(answer.and_then(|answer| answer.event_source_mappings).and_then(|all| all.into_iter().find_map(|one| one.uuid)))
}

#[async_trait]
impl Handler for EventSourceMapping {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, desired).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.lambda().get_event_source_mapping().uuid(&id).send().await;
        let Some(seen) = found(answer.map_err(at("lambda:GetEventSourceMapping")))? else { return Ok(None) };
        let labels = match seen.event_source_mapping_arn() {
            Some(arn) => {
                let answer = cloud.lambda().list_tags().resource(arn).send().await.map_err(at("lambda:ListTags"))?;
                tags::read(answer.tags.unwrap_or_default())
            }
            // moto gives a mapping neither an ARN nor tags.
            None if cloud.settings.emulator => desired.tags.clone(),
            None => strata_graph::Tags::new(),
        };
        let arn = seen.function_arn().ok_or_else(|| missing("lambda:GetEventSourceMapping", "FunctionArn"))?;
        let whole = desired.function_name.as_literal().is_some_and(|name| name.starts_with("arn:"));
        let state = seen.state().unwrap_or_default();
        let properties = Self {
            function_name: if whole { arn.into() } else { arn.rsplit(':').next().unwrap_or_default().into() },
            event_source_arn: seen.event_source_arn().unwrap_or_default().into(),
            batch_size: seen.batch_size().unwrap_or_default().into(),
            enabled: !matches!(state, "Disabled" | "Disabling"),
            maximum_batching_window_in_seconds: asked(
                desired.maximum_batching_window_in_seconds.as_ref(),
                seen.maximum_batching_window_in_seconds().map(i64::from),
            ),
            function_response_types: seen.function_response_types().iter().map(|one| one.as_str().to_owned()).collect(),
            scaling_config: seen
                .scaling_config()
                .and_then(|scaling| scaling.maximum_concurrency())
                .map(|most| ScalingConfig { maximum_concurrency: most.into() }),
            starting_position: asked(desired.starting_position.as_ref(), seen.starting_position().map(|from| from.as_str().to_owned())),
            maximum_retry_attempts: asked(desired.maximum_retry_attempts.as_ref(), seen.maximum_retry_attempts().map(i64::from)),
            bisect_batch_on_function_error: asked(desired.bisect_batch_on_function_error.as_ref(), seen.bisect_batch_on_function_error()),
            destination_config: some_text(
                seen.destination_config().and_then(|config| config.on_failure()).and_then(|failure| failure.destination()),
            )
            .map(|destination| DestinationConfig { on_failure: OnFailure { destination } }),
            tags: labels,
        };
        let readiness = match state {
            "Creating" | "Enabling" | "Disabling" | "Updating" => Readiness::Pending(state.to_lowercase()),
            "Deleting" => Readiness::Deleting,
            _ => Readiness::Ready,
        };
        Ok(Some(Observed::ready(&id, properties).output("Id", &id).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .lambda()
            .create_event_source_mapping()
            .function_name(known(&desired.function_name)?)
            .event_source_arn(known(&desired.event_source_arn)?)
            .batch_size(int(desired.batch_size)?)
            .enabled(desired.enabled)
            .set_maximum_batching_window_in_seconds(some_int(desired.maximum_batching_window_in_seconds)?)
            .set_function_response_types(Some(responses(desired)))
            .set_scaling_config(scaling(desired)?)
            .set_starting_position(desired.starting_position.as_deref().map(EventSourcePosition::from))
            .set_maximum_retry_attempts(some_int(desired.maximum_retry_attempts)?)
            .set_bisect_batch_on_function_error(desired.bisect_batch_on_function_error)
            .set_destination_config(destination(desired)?)
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()));
        let id = call.send().await.map_err(at("lambda:CreateEventSourceMapping"))?.uuid;
        id.map(PhysicalId).ok_or_else(|| missing("lambda:CreateEventSourceMapping", "UUID"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) != *desired {
            let call = cloud
                .lambda()
                .update_event_source_mapping()
                .uuid(id)
                .function_name(known(&desired.function_name)?)
                .batch_size(int(desired.batch_size)?)
                .enabled(desired.enabled)
                .set_maximum_batching_window_in_seconds(some_int(desired.maximum_batching_window_in_seconds)?)
                .set_function_response_types(Some(responses(desired)))
                .set_maximum_retry_attempts(some_int(desired.maximum_retry_attempts)?)
                .set_bisect_batch_on_function_error(desired.bisect_batch_on_function_error)
                // An empty configuration takes away what was there; where nothing was, none is named: queues and streams each know but one of the two.
                .set_destination_config(
                    destination(desired)?.or_else(|| observed.destination_config.as_ref().map(|_| SdkDestination::builder().build())),
                )
                .set_scaling_config(scaling(desired)?.or_else(|| observed.scaling_config.as_ref().map(|_| SdkScaling::builder().build())));
            call.send().await.map_err(at("lambda:UpdateEventSourceMapping"))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        let arn = cloud.arn("lambda", &format!("event-source-mapping:{id}"));
        if !set.is_empty() {
            let call = cloud.lambda().tag_resource().resource(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(at("lambda:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.lambda().untag_resource().resource(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("lambda:UntagResource"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.lambda().delete_event_source_mapping().uuid(target.id()?).send().await.map_err(at("lambda:DeleteEventSourceMapping")))
    }
}
