//! `AWS::ApplicationAutoScaling::ScalableTarget` by its API. `RESOURCE|DIMENSION|NAMESPACE` is the id, as in CloudFormation.

use async_trait::async_trait;
use strata_aws::applicationautoscaling::ScalableTarget;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::build::{known_some, small};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// Registers anew or changes: the API has one call for both.
async fn register(cloud: &Cloud, desired: &ScalableTarget) -> Result<String, ProviderError> {
    let resource = known(&desired.resource_id)?;
    cloud
        .application_autoscaling()
        .register_scalable_target()
        .service_namespace(desired.service_namespace.as_str().into())
        .resource_id(resource)
        .scalable_dimension(desired.scalable_dimension.as_str().into())
        .min_capacity(small(desired.min_capacity)?)
        .max_capacity(small(desired.max_capacity)?)
        .set_role_arn(known_some(desired.role_arn.as_ref())?)
        .send()
        .await
        .map_err(|error| failed("application-autoscaling:RegisterScalableTarget", error))?;
    Ok(format!("{resource}|{}|{}", desired.scalable_dimension, desired.service_namespace))
}

#[async_trait]
impl Handler for ScalableTarget {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let resource = match target.id {
            Some(id) => id.0.split('|').next(),
            None => wanted.resource_id.as_literal(),
        };
        let Some(resource) = resource else { return Ok(None) };
        let call = cloud
            .application_autoscaling()
            .describe_scalable_targets()
            .service_namespace(wanted.service_namespace.as_str().into())
            .resource_ids(resource)
            .scalable_dimension(wanted.scalable_dimension.as_str().into());
        let answer = call.send().await.map_err(|error| failed("application-autoscaling:DescribeScalableTargets", error));
        let Some(answer) = found(answer)? else { return Ok(None) };
        let Some(seen) = answer.scalable_targets().iter().find(|seen| seen.resource_id() == resource) else {
            return Ok(None);
        };
        let properties = Self {
            min_capacity: seen.min_capacity().into(),
            max_capacity: seen.max_capacity().into(),
            resource_id: resource.into(),
            scalable_dimension: seen.scalable_dimension().as_str().to_owned(),
            service_namespace: seen.service_namespace().as_str().to_owned(),
            // AWS answers with its service-linked role, whatever was asked for.
            role_arn: wanted.role_arn.clone(),
        };
        let id = format!("{resource}|{}|{}", properties.scalable_dimension, properties.service_namespace);
        Ok(Some(Observed::ready(&id, properties).output("ScalableTargetId", &id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        register(cloud, target.properties).await.map(PhysicalId)
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        register(cloud, target.properties).await.map(|_| ())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let id = target.id()?;
        let parts: Vec<&str> = id.split('|').collect();
        let [resource, dimension, namespace] = parts.as_slice() else {
            return Err(ProviderError::internal("strata", format!("{id} is no scalable target's id")));
        };
        let call = cloud
            .application_autoscaling()
            .deregister_scalable_target()
            .service_namespace((*namespace).into())
            .resource_id(*resource)
            .scalable_dimension((*dimension).into());
        gone(call.send().await.map_err(|error| super::absent(failed("application-autoscaling:DeregisterScalableTarget", error))))
    }
}
