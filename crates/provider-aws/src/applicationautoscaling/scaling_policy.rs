//! `AWS::ApplicationAutoScaling::ScalingPolicy` by its API. The ARN is the id.

use async_trait::async_trait;
use aws_sdk_applicationautoscaling::types as sdk;
use strata_aws::applicationautoscaling::{
    CustomizedMetricSpecification, Metric, MetricDataQuery, MetricDimension, MetricStat, PredefinedMetricSpecification, ScalingPolicy,
    TargetTrackingScalingPolicyConfiguration,
};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::build::{built, known_some, small_some, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn query_to_sdk(query: &MetricDataQuery) -> Result<sdk::TargetTrackingMetricDataQuery, ProviderError> {
    let mut builder = sdk::TargetTrackingMetricDataQuery::builder()
        .id(&query.id)
        .set_expression(query.expression.clone())
        .set_label(query.label.clone())
        .return_data(query.return_data);
    if let Some(stat) = &query.metric_stat {
        let mut metric = sdk::TargetTrackingMetric::builder().metric_name(&stat.metric.metric_name).namespace(&stat.metric.namespace);
        for dimension in &stat.metric.dimensions {
            let dimension = sdk::TargetTrackingMetricDimension::builder().name(&dimension.name).value(known(&dimension.value)?);
            metric = metric.dimensions(built(dimension.build())?);
        }
        let stat = sdk::TargetTrackingMetricStat::builder().metric(metric.build()).stat(&stat.stat);
        builder = builder.metric_stat(built(stat.build())?);
    }
    built(builder.build())
}

fn customized_to_sdk(custom: &CustomizedMetricSpecification) -> Result<sdk::CustomizedMetricSpecification, ProviderError> {
    let dimension = |item: &MetricDimension| built(sdk::MetricDimension::builder().name(&item.name).value(known(&item.value)?).build());
    Ok(sdk::CustomizedMetricSpecification::builder()
        .set_metric_name(custom.metric_name.clone())
        .set_namespace(custom.namespace.clone())
        .set_statistic(custom.statistic.as_deref().map(Into::into))
        .set_unit(custom.unit.clone())
        .set_dimensions(some(custom.dimensions.iter().map(dimension).collect::<Result<Vec<_>, _>>()?))
        .set_metrics(some(custom.metrics.iter().map(query_to_sdk).collect::<Result<Vec<_>, _>>()?))
        .build())
}

fn tracking_to_sdk(
    tracking: &TargetTrackingScalingPolicyConfiguration,
) -> Result<sdk::TargetTrackingScalingPolicyConfiguration, ProviderError> {
    let predefined = |spec: &PredefinedMetricSpecification| {
        built(
            sdk::PredefinedMetricSpecification::builder()
                .predefined_metric_type(spec.predefined_metric_type.as_str().into())
                .set_resource_label(known_some(spec.resource_label.as_ref())?)
                .build(),
        )
    };
    built(
        sdk::TargetTrackingScalingPolicyConfiguration::builder()
            .target_value(tracking.target_value)
            .set_predefined_metric_specification(tracking.predefined_metric_specification.as_ref().map(predefined).transpose()?)
            .set_customized_metric_specification(tracking.customized_metric_specification.as_ref().map(customized_to_sdk).transpose()?)
            .set_scale_in_cooldown(small_some(tracking.scale_in_cooldown)?)
            .set_scale_out_cooldown(small_some(tracking.scale_out_cooldown)?)
            .set_disable_scale_in(tracking.disable_scale_in)
            .build(),
    )
}

fn query_from_sdk(seen: &sdk::TargetTrackingMetricDataQuery) -> MetricDataQuery {
    let metric = |metric: &sdk::TargetTrackingMetric| {
        let mut dimensions: Vec<MetricDimension> =
            metric.dimensions().iter().map(|item| MetricDimension { name: item.name().to_owned(), value: item.value().into() }).collect();
        dimensions.sort();
        Metric {
            metric_name: metric.metric_name().unwrap_or_default().to_owned(),
            namespace: metric.namespace().unwrap_or_default().to_owned(),
            dimensions,
        }
    };
    MetricDataQuery {
        id: seen.id().to_owned(),
        expression: seen.expression().map(ToOwned::to_owned),
        metric_stat: seen
            .metric_stat()
            .map(|stat| MetricStat { metric: stat.metric().map(metric).unwrap_or_default(), stat: stat.stat().to_owned() }),
        label: seen.label().map(ToOwned::to_owned),
        // The API counts what says nothing.
        return_data: seen.return_data().unwrap_or(true),
    }
}

fn customized_from_sdk(seen: &sdk::CustomizedMetricSpecification) -> CustomizedMetricSpecification {
    let mut dimensions: Vec<MetricDimension> =
        seen.dimensions().iter().map(|item| MetricDimension { name: item.name().to_owned(), value: item.value().into() }).collect();
    dimensions.sort();
    let mut metrics: Vec<MetricDataQuery> = seen.metrics().iter().map(query_from_sdk).collect();
    metrics.sort();
    CustomizedMetricSpecification {
        metric_name: seen.metric_name().map(ToOwned::to_owned),
        namespace: seen.namespace().map(ToOwned::to_owned),
        statistic: seen.statistic().map(|statistic| statistic.as_str().to_owned()),
        unit: seen.unit().map(ToOwned::to_owned),
        dimensions,
        metrics,
    }
}

fn tracking_from_sdk(seen: &sdk::TargetTrackingScalingPolicyConfiguration) -> TargetTrackingScalingPolicyConfiguration {
    TargetTrackingScalingPolicyConfiguration {
        target_value: seen.target_value(),
        predefined_metric_specification: seen.predefined_metric_specification().map(|spec| PredefinedMetricSpecification {
            predefined_metric_type: spec.predefined_metric_type().as_str().to_owned(),
            resource_label: text(spec.resource_label()),
        }),
        customized_metric_specification: seen.customized_metric_specification().map(customized_from_sdk),
        scale_in_cooldown: seen.scale_in_cooldown().map(Into::into),
        scale_out_cooldown: seen.scale_out_cooldown().map(Into::into),
        disable_scale_in: seen.disable_scale_in(),
    }
}

/// Puts anew or changes: the API has one call for both.
async fn put(cloud: &Cloud, desired: &ScalingPolicy) -> Result<String, ProviderError> {
    let answer = cloud
        .application_autoscaling()
        .put_scaling_policy()
        .policy_name(&desired.policy_name)
        .policy_type(desired.policy_type.as_str().into())
        .service_namespace(desired.service_namespace.as_str().into())
        .resource_id(known(&desired.resource_id)?)
        .scalable_dimension(desired.scalable_dimension.as_str().into())
        .target_tracking_scaling_policy_configuration(tracking_to_sdk(&desired.target_tracking_scaling_policy_configuration)?)
        .send()
        .await
        .map_err(|error| failed("application-autoscaling:PutScalingPolicy", error))?;
    let arn = answer.policy_arn();
    if arn.is_empty() { Err(missing("application-autoscaling:PutScalingPolicy", "PolicyARN")) } else { Ok(arn.to_owned()) }
}

/// The part of a policy's ARN that says what it scales and its name, which are unique together. What stands before it is a number
/// that emulators change with each `PutScalingPolicy`.
fn named(arn: &str) -> &str {
    arn.split_once(":resource/").map_or(arn, |(_, named)| named)
}

#[async_trait]
impl Handler for ScalingPolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let resource = wanted.resource_id.as_literal();
        if target.id.is_none() && resource.is_none() {
            return Ok(None);
        }
        let all = cloud
            .application_autoscaling()
            .describe_scaling_policies()
            .service_namespace(wanted.service_namespace.as_str().into())
            .policy_names(&wanted.policy_name)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let all = found(all.map_err(|error| failed("application-autoscaling:DescribeScalingPolicies", error)))?;
        let is = |policy: &sdk::ScalingPolicy| match target.id {
            Some(id) => named(policy.policy_arn()) == named(&id.0),
            None => Some(policy.resource_id()) == resource && policy.policy_name() == wanted.policy_name,
        };
        let Some(seen) = all.into_iter().flatten().find(is) else { return Ok(None) };
        let properties = Self {
            policy_name: seen.policy_name().to_owned(),
            policy_type: seen.policy_type().as_str().to_owned(),
            resource_id: seen.resource_id().into(),
            scalable_dimension: seen.scalable_dimension().as_str().to_owned(),
            service_namespace: seen.service_namespace().as_str().to_owned(),
            target_tracking_scaling_policy_configuration: seen
                .target_tracking_scaling_policy_configuration()
                .map(tracking_from_sdk)
                .unwrap_or_default(),
        };
        // By which it is known: what an emulator changed of it names nothing else.
        let id = target.id.map_or_else(|| seen.policy_arn(), |id| id.0.as_str());
        Ok(Some(Observed::ready(id, properties).output("Arn", seen.policy_arn())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await.map(PhysicalId)
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await.map(|_| ())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let wanted = target.properties;
        let call = cloud
            .application_autoscaling()
            .delete_scaling_policy()
            .policy_name(&wanted.policy_name)
            .service_namespace(wanted.service_namespace.as_str().into())
            .resource_id(known(&wanted.resource_id)?)
            .scalable_dimension(wanted.scalable_dimension.as_str().into());
        gone(call.send().await.map_err(|error| super::absent(failed("application-autoscaling:DeleteScalingPolicy", error))))
    }
}
