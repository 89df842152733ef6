//! `AWS::Logs::MetricFilter` by the CloudWatch Logs API. A filter's id is `GROUP:FILTER`, which is also Terraform's.

use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::types::{MetricTransformation as SdkTransformation, StandardUnit};
use strata_aws::logs::{MetricFilter, MetricTransformation};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;
use crate::values::{at, unbuilt};

async fn put(cloud: &Cloud, filter: &MetricFilter) -> Result<(), ProviderError> {
    let mut call = cloud
        .logs()
        .put_metric_filter()
        .log_group_name(known(&filter.log_group_name)?)
        .filter_name(&filter.filter_name)
        .filter_pattern(&filter.filter_pattern);
    for one in &filter.metric_transformations {
        let transformation = SdkTransformation::builder()
            .metric_name(&one.metric_name)
            .metric_namespace(&one.metric_namespace)
            .metric_value(&one.metric_value)
            .set_default_value(one.default_value)
            .set_unit(one.unit.as_deref().map(StandardUnit::from))
            .build();
        call = call.metric_transformations(transformation.map_err(unbuilt("logs:PutMetricFilter"))?);
    }
    call.send().await.map(|_| ()).map_err(at("logs:PutMetricFilter"))
}

#[async_trait]
impl Handler for MetricFilter {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let (Some(group), name) = (desired.log_group_name.as_literal(), &desired.filter_name) else { return Ok(None) };
        let pages = cloud.logs().describe_metric_filters().log_group_name(group).filter_name_prefix(name).into_paginator().items();
        let all = pages.send().collect::<Result<Vec<_>, _>>().await.map_err(at("logs:DescribeMetricFilters"));
        let Some(filter) = found(all)?.unwrap_or_default().into_iter().find(|filter| filter.filter_name() == Some(name)) else {
            return Ok(None);
        };
        let transformations = filter.metric_transformations().iter().enumerate().map(|(index, one)| MetricTransformation {
            metric_name: one.metric_name().to_owned(),
            metric_namespace: one.metric_namespace().to_owned(),
            metric_value: one.metric_value().to_owned(),
            default_value: one.default_value(),
            // AWS says the unit `None` where none was given.
            unit: asked(
                desired.metric_transformations.get(index).and_then(|wanted| wanted.unit.as_ref()),
                one.unit().map(|unit| unit.as_str().to_owned()),
            ),
        });
        let properties = Self {
            log_group_name: group.into(),
            filter_name: name.clone(),
            filter_pattern: filter.filter_pattern().unwrap_or_default().to_owned(),
            metric_transformations: transformations.collect(),
        };
        Ok(Some(Observed::ready(format!("{group}:{name}"), properties).output("FilterName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(format!("{}:{}", known(&target.properties.log_group_name)?, target.properties.filter_name)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Putting it again replaces it on AWS; moto would keep both.
        if cloud.settings.emulator {
            Self::delete(cloud, target).await?;
        }
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.logs().delete_metric_filter().log_group_name(known(&target.properties.log_group_name)?);
        gone(call.filter_name(&target.properties.filter_name).send().await.map_err(at("logs:DeleteMetricFilter")))
    }
}
