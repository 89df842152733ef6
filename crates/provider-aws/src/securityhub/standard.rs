//! `AWS::SecurityHub::Standard` by the Security Hub API. The subscription's ARN is the id.

use async_trait::async_trait;
use aws_sdk_securityhub::types as sdk;
use strata_aws::securityhub::Standard;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::absent;
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn readiness(seen: &sdk::StandardsSubscription) -> Readiness {
    let reason = seen
        .standards_status_reason()
        .and_then(|reason| reason.status_reason_code())
        .map_or("no reason given", sdk::StatusReasonCode::as_str);
    match seen.standards_status() {
        Some(sdk::StandardsStatus::Ready) | None => Readiness::Ready,
        Some(sdk::StandardsStatus::Deleting) => Readiness::Deleting,
        Some(sdk::StandardsStatus::Incomplete) => Readiness::Failed(format!("the standard is only partly enabled: {reason}")),
        Some(sdk::StandardsStatus::Failed) => Readiness::Failed(format!("the standard could not be disabled: {reason}")),
        Some(other) => Readiness::Pending(other.as_str().to_owned()),
    }
}

#[async_trait]
impl Handler for Standard {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let standard = target.properties.standards_arn.as_literal();
        if target.id.is_none() && standard.is_none() {
            return Ok(None);
        }
        let all = cloud.securityhub().get_enabled_standards().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let all = found(all.map_err(|error| absent(failed("securityhub:GetEnabledStandards", error))))?;
        let is = |seen: &sdk::StandardsSubscription| match target.id {
            Some(id) => seen.standards_subscription_arn() == Some(id.0.as_str()),
            None => seen.standards_arn() == standard,
        };
        let Some(seen) = all.into_iter().flatten().find(is) else { return Ok(None) };
        let id = seen.standards_subscription_arn().ok_or_else(|| missing("securityhub:GetEnabledStandards", "StandardsSubscriptionArn"))?;
        let properties = Self { standards_arn: seen.standards_arn().unwrap_or_default().into() };
        Ok(Some(Observed::ready(id, properties).output("StandardsSubscriptionArn", id).readiness(readiness(&seen))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let request = sdk::StandardsSubscriptionRequest::builder().standards_arn(known(&target.properties.standards_arn)?);
        let call = cloud.securityhub().batch_enable_standards().standards_subscription_requests(request.build());
        let answer = call.send().await.map_err(|error| failed("securityhub:BatchEnableStandards", error))?;
        let id = answer.standards_subscriptions().first().and_then(|seen| seen.standards_subscription_arn());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("securityhub:BatchEnableStandards", "StandardsSubscriptionArn"))
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Its one property is what it is.
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.securityhub().batch_disable_standards().standards_subscription_arns(target.id()?);
        gone(call.send().await.map_err(|error| absent(failed("securityhub:BatchDisableStandards", error))))
    }
}
