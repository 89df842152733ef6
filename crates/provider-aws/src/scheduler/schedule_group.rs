//! `AWS::Scheduler::ScheduleGroup` by the EventBridge Scheduler API. The name is the id.

use async_trait::async_trait;
use aws_sdk_scheduler::types as sdk;
use strata_aws::scheduler::ScheduleGroup;
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use crate::build::{built, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<sdk::Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| built(sdk::Tag::builder().key(key).value(value).build())).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.scheduler().list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("scheduler:ListTagsForResource", error))?;
    Ok(tags::read(answer.tags().iter().map(|tag| (tag.key(), tag.value()))))
}

#[async_trait]
impl Handler for ScheduleGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let answer = cloud.scheduler().get_schedule_group().name(name).send().await;
        let Some(seen) = found(answer.map_err(|error| failed("scheduler:GetScheduleGroup", error)))? else {
            return Ok(None);
        };
        let arn = seen.arn().ok_or_else(|| missing("scheduler:GetScheduleGroup", "Arn"))?;
        let readiness = match seen.state() {
            Some(sdk::ScheduleGroupState::Deleting) => Readiness::Deleting,
            _ => Readiness::Ready,
        };
        let properties = Self { name: name.to_owned(), tags: read_tags(cloud, arn).await? };
        Ok(Some(Observed::ready(name, properties).output("Name", name).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let tags = sdk_tags(tags::plain(&desired.tags)?)?;
        let call = cloud.scheduler().create_schedule_group().name(&desired.name).client_token(target.token).set_tags(some(tags));
        call.send().await.map_err(|error| failed("scheduler:CreateScheduleGroup", error))?;
        Ok(PhysicalId(desired.name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let arn = cloud.arn("scheduler", &format!("schedule-group/{}", target.id()?));
        let (set, remove) = tags::change(&observed.tags, &target.properties.tags)?;
        if !set.is_empty() {
            let call = cloud.scheduler().tag_resource().resource_arn(&arn).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("scheduler:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.scheduler().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("scheduler:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.scheduler().delete_schedule_group().name(target.id()?).send().await;
        match gone(answer.map_err(|error| failed("scheduler:DeleteScheduleGroup", error))) {
            // moto breaks where the group is not there.
            Err(error) if cloud.settings.emulator && error.kind == ErrorKind::Unsupported => {
                if Self::observe(cloud, target).await?.is_none() { Ok(()) } else { Err(error) }
            }
            other => other,
        }
    }
}
