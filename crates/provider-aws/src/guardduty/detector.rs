//! `AWS::GuardDuty::Detector` by the GuardDuty API.
//!
//! A region has one detector. AWS refuses a second; an emulator makes one, so what stands there is looked at first and told
//! as a conflict when it is not ours: somebody else's detection is never taken over.

use async_trait::async_trait;
use aws_sdk_guardduty::types as sdk;
use strata_aws::guardduty::{Detector, Feature, FeatureAdditionalConfiguration};
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use crate::build::{is_ours, some};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

/// GuardDuty says 'not there' by its general code: the id is not one of the account's.
fn absent(mut error: ProviderError) -> ProviderError {
    let message = error.message.to_ascii_lowercase();
    if error.code.as_deref() == Some("BadRequestException") && message.contains("detectorid") && message.contains("not owned") {
        error.kind = ErrorKind::NotFound;
    }
    error
}

/// The detector that stands in the region, whosever it is.
async fn standing(cloud: &Cloud) -> Result<Option<String>, ProviderError> {
    let answer = cloud.guardduty().list_detectors().send().await;
    let answer = answer.map_err(|error| failed("guardduty:ListDetectors", error))?;
    Ok(answer.detector_ids().first().cloned())
}

fn features_to_sdk(features: &[Feature]) -> Vec<sdk::DetectorFeatureConfiguration> {
    features
        .iter()
        .map(|feature| {
            let more = feature.additional_configuration.iter().map(|item| {
                sdk::DetectorAdditionalConfiguration::builder().name(item.name.as_str().into()).status(item.status.as_str().into()).build()
            });
            sdk::DetectorFeatureConfiguration::builder()
                .name(feature.name.as_str().into())
                .status(feature.status.as_str().into())
                .set_additional_configuration(some(more.collect()))
                .build()
        })
        .collect()
}

/// Of all the features that AWS returns, those that we set.
fn features_from_sdk(seen: &[sdk::DetectorFeatureConfigurationResult], known: &[Feature]) -> Vec<Feature> {
    let status = |status: Option<&sdk::FeatureStatus>| status.map_or("DISABLED", sdk::FeatureStatus::as_str).to_owned();
    let mut features: Vec<Feature> = seen
        .iter()
        .filter_map(|feature| {
            let ours = known.iter().find(|ours| feature.name().is_some_and(|name| name.as_str() == ours.name))?;
            let mut additional_configuration: Vec<FeatureAdditionalConfiguration> = feature
                .additional_configuration()
                .iter()
                .filter_map(|item| {
                    let name = item.name()?.as_str();
                    let wanted = ours.additional_configuration.iter().any(|ours| ours.name == name);
                    wanted.then(|| FeatureAdditionalConfiguration { name: name.to_owned(), status: status(item.status()) })
                })
                .collect();
            additional_configuration.sort();
            Some(Feature { name: ours.name.clone(), status: status(feature.status()), additional_configuration })
        })
        .collect();
    features.sort();
    features
}

#[async_trait]
impl Handler for Detector {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => standing(cloud).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.guardduty().get_detector().detector_id(&id).send().await;
        let Some(seen) = found(answer.map_err(|error| absent(failed("guardduty:GetDetector", error))))? else {
            return Ok(None);
        };
        let tags = tags::read(seen.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
        if target.id.is_none() && !is_ours(&tags, target) {
            return Ok(None);
        }
        let properties = Self {
            enable: seen.status() == Some(&sdk::DetectorStatus::Enabled),
            finding_publishing_frequency: seen
                .finding_publishing_frequency()
                .map_or("SIX_HOURS", sdk::FindingPublishingFrequency::as_str)
                .to_owned(),
            features: features_from_sdk(seen.features(), &target.properties.features),
            tags,
        };
        Ok(Some(Observed::ready(&id, properties).output("Id", &id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        if let Some(other) = standing(cloud).await? {
            let message = format!(
                "a detector ({other}) that is not ours stands in account {}, region {}; AWS allows one: remove it, or take \
                 threat detection out of the platform file",
                cloud.account.account_id, cloud.account.region
            );
            return Err(ProviderError::new(ErrorKind::Conflict, "guardduty:CreateDetector", message));
        }
        let desired = target.properties;
        let answer = cloud
            .guardduty()
            .create_detector()
            .enable(desired.enable)
            .client_token(target.token)
            .finding_publishing_frequency(desired.finding_publishing_frequency.as_str().into())
            .set_features(some(features_to_sdk(&desired.features)))
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()))
            .send()
            .await
            .map_err(|error| failed("guardduty:CreateDetector", error))?;
        let id = answer.detector_id().ok_or_else(|| missing("guardduty:CreateDetector", "detectorId"))?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.enable != desired.enable
            || observed.finding_publishing_frequency != desired.finding_publishing_frequency
            || observed.features != desired.features
        {
            cloud
                .guardduty()
                .update_detector()
                .detector_id(id)
                .enable(desired.enable)
                .finding_publishing_frequency(desired.finding_publishing_frequency.as_str().into())
                .set_features(some(features_to_sdk(&desired.features)))
                .send()
                .await
                .map_err(|error| failed("guardduty:UpdateDetector", error))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        let arn = cloud.arn("guardduty", &format!("detector/{id}"));
        if !set.is_empty() {
            let call = cloud.guardduty().tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.map_err(|error| failed("guardduty:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.guardduty().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("guardduty:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.guardduty().delete_detector().detector_id(target.id()?).send().await;
        gone(answer.map_err(|error| absent(failed("guardduty:DeleteDetector", error))))
    }
}
