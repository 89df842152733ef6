//! `AWS::CloudWatch::Alarm` by the CloudWatch API. An alarm's id is its name; putting it again replaces it whole.

use async_trait::async_trait;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension as SdkDimension, Metric as SdkMetric, MetricDataQuery as SdkQuery, MetricStat as SdkStat, StandardUnit,
    Statistic, Tag,
};
use strata_aws::cloudwatch::{Alarm, Dimension, Metric, MetricDataQuery, MetricStat};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags;
use crate::values::{all_known, at, int, some_int, sorted};

fn sdk_tags(all: impl IntoIterator<Item = (String, String)>) -> Vec<Tag> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn sdk_dimensions(all: &[Dimension]) -> Result<Vec<SdkDimension>, ProviderError> {
    all.iter().map(|one| Ok(SdkDimension::builder().name(&one.name).value(tags::known(&one.value)?).build())).collect()
}

fn sdk_query(query: &MetricDataQuery) -> Result<SdkQuery, ProviderError> {
    let stat = query.metric_stat.as_ref().map(|stat| {
        let metric = SdkMetric::builder()
            .namespace(&stat.metric.namespace)
            .metric_name(&stat.metric.metric_name)
            .set_dimensions(Some(sdk_dimensions(&stat.metric.dimensions)?))
            .build();
        Ok::<_, ProviderError>(
            SdkStat::builder()
                .metric(metric)
                .period(int(stat.period)?)
                .stat(&stat.stat)
                .set_unit(stat.unit.as_deref().map(StandardUnit::from))
                .build(),
        )
    });
    Ok(SdkQuery::builder()
        .id(&query.id)
        .set_expression(query.expression.clone())
        .set_label(query.label.clone())
        .set_return_data(query.return_data)
        .set_metric_stat(stat.transpose()?)
        .build())
}

fn put(cloud: &Cloud, alarm: &Alarm) -> Result<PutMetricAlarmFluentBuilder, ProviderError> {
    let queries = alarm.metrics.iter().map(sdk_query).collect::<Result<Vec<_>, _>>()?;
    let mut call = cloud
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(&alarm.alarm_name)
        .alarm_description(&alarm.alarm_description)
        .actions_enabled(alarm.actions_enabled)
        .set_alarm_actions(Some(all_known(&alarm.alarm_actions)?))
        .set_ok_actions(Some(all_known(&alarm.ok_actions)?))
        .set_insufficient_data_actions(Some(all_known(&alarm.insufficient_data_actions)?))
        .comparison_operator(ComparisonOperator::from(alarm.comparison_operator.as_str()))
        .threshold(alarm.threshold)
        .evaluation_periods(int(alarm.evaluation_periods)?)
        .set_datapoints_to_alarm(some_int(alarm.datapoints_to_alarm)?)
        .set_treat_missing_data(alarm.treat_missing_data.clone());
    if queries.is_empty() {
        call = call
            .set_namespace(alarm.namespace.clone())
            .set_metric_name(alarm.metric_name.clone())
            .set_dimensions(Some(sdk_dimensions(&alarm.dimensions)?))
            .set_statistic(alarm.statistic.as_deref().map(Statistic::from))
            .set_extended_statistic(alarm.extended_statistic.clone())
            .set_period(some_int(alarm.period)?)
            .set_unit(alarm.unit.as_deref().map(StandardUnit::from));
    } else {
        call = call.set_metrics(Some(queries));
    }
    Ok(call)
}

fn read_dimensions(all: &[SdkDimension]) -> Vec<Dimension> {
    let mut all: Vec<Dimension> = all
        .iter()
        .map(|one| Dimension { name: one.name().unwrap_or_default().to_owned(), value: one.value().unwrap_or_default().into() })
        .collect();
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

fn read_query(query: &SdkQuery, wanted: Option<&MetricDataQuery>) -> MetricDataQuery {
    let metric_stat = query.metric_stat().map(|stat| MetricStat {
        metric: Metric {
            namespace: stat.metric().and_then(|metric| metric.namespace()).unwrap_or_default().to_owned(),
            metric_name: stat.metric().and_then(|metric| metric.metric_name()).unwrap_or_default().to_owned(),
            dimensions: read_dimensions(stat.metric().map(|metric| metric.dimensions()).unwrap_or_default()),
        },
        period: stat.period().unwrap_or_default().into(),
        stat: stat.stat().unwrap_or_default().to_owned(),
        unit: asked(wanted.and_then(|wanted| wanted.metric_stat.as_ref()?.unit.as_ref()), stat.unit().map(|unit| unit.as_str().to_owned())),
    });
    MetricDataQuery {
        id: query.id().unwrap_or_default().to_owned(),
        expression: query.expression().map(ToOwned::to_owned),
        label: asked(wanted.and_then(|wanted| wanted.label.as_ref()), query.label().map(ToOwned::to_owned)),
        // CloudWatch answers `true` where nothing was said.
        return_data: asked(wanted.and_then(|wanted| wanted.return_data.as_ref()), query.return_data()),
        metric_stat,
    }
}

#[async_trait]
impl Handler for Alarm {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let desired = target.properties;
        let name = target.id.map_or(desired.alarm_name.as_str(), |id| id.0.as_str());
        let answer = cloud.cloudwatch().describe_alarms().alarm_names(name).send().await.map_err(at("cloudwatch:DescribeAlarms"))?;
        let Some(alarm) = answer.metric_alarms().first() else { return Ok(None) };
        let arn = alarm.alarm_arn().ok_or_else(|| missing("cloudwatch:DescribeAlarms", "AlarmArn"))?;
        let labels = cloud.cloudwatch().list_tags_for_resource().resource_arn(arn).send().await;
        let labels = labels.map_err(at("cloudwatch:ListTagsForResource"))?;
        let properties = Self {
            alarm_name: name.to_owned(),
            alarm_description: alarm.alarm_description().unwrap_or_default().to_owned(),
            actions_enabled: alarm.actions_enabled().unwrap_or(true),
            alarm_actions: sorted(alarm.alarm_actions()),
            ok_actions: sorted(alarm.ok_actions()),
            insufficient_data_actions: sorted(alarm.insufficient_data_actions()),
            comparison_operator: alarm.comparison_operator().map(|operator| operator.as_str().to_owned()).unwrap_or_default(),
            threshold: alarm.threshold().unwrap_or_default(),
            evaluation_periods: alarm.evaluation_periods().unwrap_or_default().into(),
            datapoints_to_alarm: asked(desired.datapoints_to_alarm.as_ref(), alarm.datapoints_to_alarm().map(i64::from)),
            treat_missing_data: asked(desired.treat_missing_data.as_ref(), alarm.treat_missing_data().map(ToOwned::to_owned)),
            namespace: alarm.namespace().map(ToOwned::to_owned),
            metric_name: alarm.metric_name().map(ToOwned::to_owned),
            dimensions: read_dimensions(alarm.dimensions()),
            statistic: alarm.statistic().map(|statistic| statistic.as_str().to_owned()),
            extended_statistic: alarm.extended_statistic().map(ToOwned::to_owned),
            period: alarm.period().map(i64::from),
            unit: asked(desired.unit.as_ref(), alarm.unit().map(|unit| unit.as_str().to_owned())),
            metrics: alarm
                .metrics()
                .iter()
                .map(|query| read_query(query, desired.metrics.iter().find(|wanted| Some(wanted.id.as_str()) == query.id())))
                .collect(),
            tags: tags::read(labels.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))),
        };
        Ok(Some(Observed::ready(name, properties).output("AlarmName", name).output("Arn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let call = put(cloud, target.properties)?.set_tags(Some(sdk_tags(tags::plain(&target.properties.tags)?)));
        call.send().await.map_err(at("cloudwatch:PutMetricAlarm"))?;
        Ok(PhysicalId(target.properties.alarm_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) != *desired {
            // Tags in this call are for new alarms only; it ignores them here.
            put(cloud, desired)?.send().await.map_err(at("cloudwatch:PutMetricAlarm"))?;
        }
        let arn = cloud.arn("cloudwatch", &format!("alarm:{}", target.id()?));
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.cloudwatch().tag_resource().resource_arn(&arn).set_tags(Some(sdk_tags(set)));
            call.send().await.map_err(at("cloudwatch:TagResource"))?;
        }
        if !remove.is_empty() {
            let call = cloud.cloudwatch().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("cloudwatch:UntagResource"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.cloudwatch().delete_alarms().alarm_names(target.id()?).send().await.map_err(at("cloudwatch:DeleteAlarms")))
    }
}
