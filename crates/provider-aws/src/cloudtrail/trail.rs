//! `AWS::CloudTrail::Trail` by the CloudTrail API. The ARN is the id.

use async_trait::async_trait;
use aws_sdk_cloudtrail::types as sdk;
use strata_aws::cloudtrail::{DataResource, EventSelector, InsightSelector, Trail};
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::ProviderError;

use crate::build::{built, known_all, known_some, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::{self, known};

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<sdk::Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| built(sdk::Tag::builder().key(key).value(value).build())).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.cloudtrail().list_tags().resource_id_list(arn).send().await;
    let answer = answer.map_err(|error| failed("cloudtrail:ListTags", error))?;
    let all = answer.resource_tag_list().iter().flat_map(|resource| resource.tags_list());
    Ok(tags::read(all.map(|tag| (tag.key(), tag.value().unwrap_or_default()))))
}

fn selector_to_sdk(selector: &EventSelector) -> Result<sdk::EventSelector, ProviderError> {
    let mut builder = sdk::EventSelector::builder()
        .read_write_type(selector.read_write_type.as_str().into())
        .include_management_events(selector.include_management_events);
    for resource in &selector.data_resources {
        let values = known_all(&resource.values)?;
        builder = builder.data_resources(sdk::DataResource::builder().r#type(&resource.resource_type).set_values(Some(values)).build());
    }
    Ok(builder.build())
}

fn selector_from_sdk(seen: &sdk::EventSelector) -> EventSelector {
    EventSelector {
        read_write_type: seen.read_write_type().map_or("All", sdk::ReadWriteType::as_str).to_owned(),
        include_management_events: seen.include_management_events().unwrap_or(true),
        data_resources: seen
            .data_resources()
            .iter()
            .map(|resource| DataResource {
                resource_type: resource.r#type().unwrap_or_default().to_owned(),
                values: resource.values().iter().map(|value| Text::from(value.as_str())).collect(),
            })
            .collect(),
    }
}

/// What CloudTrail keeps where nothing was said: every call that manages something.
fn default_selectors() -> Vec<EventSelector> {
    vec![EventSelector { read_write_type: "All".to_owned(), include_management_events: true, data_resources: Vec::new() }]
}

async fn read_selectors(cloud: &Cloud, arn: &str, known: &[EventSelector]) -> Result<Vec<EventSelector>, ProviderError> {
    let answer = cloud.cloudtrail().get_event_selectors().trail_name(arn).send().await;
    let answer = answer.map_err(|error| failed("cloudtrail:GetEventSelectors", error))?;
    let seen: Vec<EventSelector> = answer.event_selectors().iter().map(selector_from_sdk).collect();
    Ok(if known.is_empty() && seen == default_selectors() { Vec::new() } else { seen })
}

async fn put_selectors(cloud: &Cloud, arn: &str, desired: &[EventSelector]) -> Result<(), ProviderError> {
    let default = default_selectors();
    let desired = if desired.is_empty() { default.as_slice() } else { desired };
    let selectors = desired.iter().map(selector_to_sdk).collect::<Result<Vec<_>, _>>()?;
    let call = cloud.cloudtrail().put_event_selectors().trail_name(arn).set_event_selectors(Some(selectors));
    call.send().await.map(|_| ()).map_err(|error| failed("cloudtrail:PutEventSelectors", error))
}

/// What CloudTrail looks for by itself, sorted; nothing where it was never switched on.
async fn read_insights(cloud: &Cloud, arn: &str) -> Result<Vec<InsightSelector>, ProviderError> {
    let answer = cloud.cloudtrail().get_insight_selectors().trail_name(arn).send().await;
    let answer = match answer {
        // A trail without any has no list to read.
        Err(error) if error.as_service_error().is_some_and(|error| error.is_insight_not_enabled_exception()) => return Ok(Vec::new()),
        answer => answer.map_err(|error| failed("cloudtrail:GetInsightSelectors", error))?,
    };
    let types = answer.insight_selectors().iter().filter_map(sdk::InsightSelector::insight_type);
    let mut seen: Vec<InsightSelector> = types.map(|kind| InsightSelector { insight_type: kind.as_str().to_owned() }).collect();
    seen.sort_by(|one, other| one.insight_type.cmp(&other.insight_type));
    // The emulator adds to what it has where AWS replaces it, and then names a kind twice.
    seen.dedup();
    Ok(seen)
}

/// Switches on exactly these; an empty list switches all off.
async fn put_insights(cloud: &Cloud, arn: &str, desired: &[InsightSelector]) -> Result<(), ProviderError> {
    let selectors = desired
        .iter()
        .map(|selector| sdk::InsightSelector::builder().insight_type(selector.insight_type.as_str().into()).build())
        .collect();
    let call = cloud.cloudtrail().put_insight_selectors().trail_name(arn).set_insight_selectors(Some(selectors));
    call.send().await.map(|_| ()).map_err(|error| failed("cloudtrail:PutInsightSelectors", error))
}

async fn set_logging(cloud: &Cloud, arn: &str, on: bool) -> Result<(), ProviderError> {
    if on {
        let answer = cloud.cloudtrail().start_logging().name(arn).send().await;
        answer.map(|_| ()).map_err(|error| failed("cloudtrail:StartLogging", error))
    } else {
        let answer = cloud.cloudtrail().stop_logging().name(arn).send().await;
        answer.map(|_| ()).map_err(|error| failed("cloudtrail:StopLogging", error))
    }
}

#[async_trait]
impl Handler for Trail {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.trail_name.as_str(), |id| id.0.as_str());
        let answer = cloud.cloudtrail().get_trail().name(name).send().await;
        let answer = found(answer.map_err(|error| failed("cloudtrail:GetTrail", error)))?;
        let Some(seen) = answer.and_then(|answer| answer.trail) else { return Ok(None) };
        let arn = seen.trail_arn().ok_or_else(|| missing("cloudtrail:GetTrail", "TrailARN"))?;
        let (tags, selectors, insights, status) = tokio::join!(
            read_tags(cloud, arn),
            read_selectors(cloud, arn, &target.properties.event_selectors),
            read_insights(cloud, arn),
            cloud.cloudtrail().get_trail_status().name(arn).send(),
        );
        let status = status.map_err(|error| failed("cloudtrail:GetTrailStatus", error))?;
        let trail_name = seen.name().unwrap_or_default().to_owned();
        let properties = Self {
            trail_name: trail_name.clone(),
            s3_bucket_name: seen.s3_bucket_name().unwrap_or_default().into(),
            s3_key_prefix: seen.s3_key_prefix().filter(|prefix| !prefix.is_empty()).map(ToOwned::to_owned),
            is_multi_region_trail: seen.is_multi_region_trail().unwrap_or_default(),
            include_global_service_events: seen.include_global_service_events().unwrap_or_default(),
            enable_log_file_validation: seen.log_file_validation_enabled().unwrap_or_default(),
            kms_key_id: text(seen.kms_key_id()),
            cloud_watch_logs_log_group_arn: text(seen.cloud_watch_logs_log_group_arn()),
            cloud_watch_logs_role_arn: text(seen.cloud_watch_logs_role_arn()),
            is_logging: status.is_logging().unwrap_or_default(),
            event_selectors: selectors?,
            insight_selectors: insights?,
            tags: tags?,
        };
        Ok(Some(Observed::ready(arn, properties).output("TrailName", trail_name).output("Arn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .cloudtrail()
            .create_trail()
            .name(&desired.trail_name)
            .s3_bucket_name(known(&desired.s3_bucket_name)?)
            .set_s3_key_prefix(desired.s3_key_prefix.clone())
            .is_multi_region_trail(desired.is_multi_region_trail)
            .include_global_service_events(desired.include_global_service_events)
            .enable_log_file_validation(desired.enable_log_file_validation)
            .set_kms_key_id(known_some(desired.kms_key_id.as_ref())?)
            .set_cloud_watch_logs_log_group_arn(known_some(desired.cloud_watch_logs_log_group_arn.as_ref())?)
            .set_cloud_watch_logs_role_arn(known_some(desired.cloud_watch_logs_role_arn.as_ref())?)
            .set_tags_list(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("cloudtrail:CreateTrail", error))?;
        let arn = answer.trail_arn().ok_or_else(|| missing("cloudtrail:CreateTrail", "TrailARN"))?;
        if !desired.event_selectors.is_empty() {
            put_selectors(cloud, arn, &desired.event_selectors).await?;
        }
        if desired.is_logging {
            set_logging(cloud, arn, true).await?;
        }
        if !desired.insight_selectors.is_empty() {
            put_insights(cloud, arn, &desired.insight_selectors).await?;
        }
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        let rest = |trail: &Self| Self {
            is_logging: true,
            event_selectors: Vec::new(),
            insight_selectors: Vec::new(),
            tags: Tags::new(),
            ..trail.clone()
        };
        if rest(observed) != rest(desired) {
            // What shall not be there any more is taken away by an empty text.
            let or_none = |text: Option<String>, before: Option<&Text>| text.or_else(|| before.map(|_| String::new()));
            let (group, role) = (&desired.cloud_watch_logs_log_group_arn, &desired.cloud_watch_logs_role_arn);
            let prefix = desired.s3_key_prefix.clone().or_else(|| observed.s3_key_prefix.as_ref().map(|_| String::new()));
            cloud
                .cloudtrail()
                .update_trail()
                .name(arn)
                .s3_bucket_name(known(&desired.s3_bucket_name)?)
                .set_s3_key_prefix(prefix)
                .is_multi_region_trail(desired.is_multi_region_trail)
                .include_global_service_events(desired.include_global_service_events)
                .enable_log_file_validation(desired.enable_log_file_validation)
                .set_kms_key_id(or_none(known_some(desired.kms_key_id.as_ref())?, observed.kms_key_id.as_ref()))
                .set_cloud_watch_logs_log_group_arn(or_none(known_some(group.as_ref())?, observed.cloud_watch_logs_log_group_arn.as_ref()))
                .set_cloud_watch_logs_role_arn(or_none(known_some(role.as_ref())?, observed.cloud_watch_logs_role_arn.as_ref()))
                .send()
                .await
                .map_err(|error| failed("cloudtrail:UpdateTrail", error))?;
        }
        if observed.event_selectors != desired.event_selectors {
            put_selectors(cloud, arn, &desired.event_selectors).await?;
        }
        if observed.is_logging != desired.is_logging {
            set_logging(cloud, arn, desired.is_logging).await?;
        }
        if observed.insight_selectors != desired.insight_selectors {
            put_insights(cloud, arn, &desired.insight_selectors).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.cloudtrail().add_tags().resource_id(arn).set_tags_list(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("cloudtrail:AddTags", error))?;
        }
        if !remove.is_empty() {
            let stale = tags::plain(&observed.tags)?.into_iter().filter(|(key, _)| remove.contains(key)).collect();
            let call = cloud.cloudtrail().remove_tags().resource_id(arn).set_tags_list(Some(sdk_tags(stale)?));
            call.send().await.map_err(|error| failed("cloudtrail:RemoveTags", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        // By the name at the ARN's end: moto does not delete by ARN, and says nothing.
        let name = target.id()?.rsplit('/').next().unwrap_or_default();
        let answer = cloud.cloudtrail().delete_trail().name(name).send().await;
        gone(answer.map_err(|error| failed("cloudtrail:DeleteTrail", error)))
    }
}
