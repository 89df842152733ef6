//! `AWS::AutoScaling::AutoScalingGroup` by the Amazon EC2 Auto Scaling API.
//!
//! A new version of the launch template reaches instances that run by an instance refresh, which goes on after the update.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup as Seen, LaunchTemplateSpecification as SdkLaunchTemplate, LifecycleState, RefreshPreferences, Tag,
};
use strata_aws::autoscaling::{AutoScalingGroup, LaunchTemplateSpecification, MetricsCollection};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{failed, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};

/// A number as the API takes it.
fn number(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is too large a number of instances")))
}

fn template(desired: &LaunchTemplateSpecification) -> Result<SdkLaunchTemplate, ProviderError> {
    let builder = SdkLaunchTemplate::builder().launch_template_id(known(&desired.launch_template_id)?);
    Ok(builder.version(known(&desired.version)?).build())
}

fn subnets(desired: &AutoScalingGroup) -> Result<String, ProviderError> {
    let all: Vec<&str> = desired.vpc_zone_identifier.iter().map(known).collect::<Result<_, _>>()?;
    Ok(all.join(","))
}

fn sdk_tags(group: &str, all: BTreeMap<String, String>) -> Vec<Tag> {
    all.into_iter()
        .map(|(key, value)| {
            let tag = Tag::builder().resource_id(group).resource_type("auto-scaling-group");
            tag.key(key).value(value).propagate_at_launch(true).build()
        })
        .collect()
}

fn strings(texts: &[Text]) -> Result<Vec<String>, ProviderError> {
    texts.iter().map(|text| known(text).map(ToOwned::to_owned)).collect()
}

/// The metrics that are on, as asked for: one item, metrics sorted.
fn metrics(cloud: &Cloud, seen: &Seen, wanted: &AutoScalingGroup) -> Vec<MetricsCollection> {
    let all = seen.enabled_metrics();
    // The emulator takes metrics and never shows them.
    if all.is_empty() && cloud.settings.emulator {
        return wanted.metrics_collection.clone();
    }
    let Some(granularity) = all.first().and_then(|metric| metric.granularity()) else { return Vec::new() };
    let mut names: Vec<String> = all.iter().filter_map(|metric| metric.metric()).map(ToOwned::to_owned).collect();
    names.sort();
    vec![MetricsCollection { granularity: granularity.to_owned(), metrics: names }]
}

async fn set_metrics(cloud: &Cloud, name: &str, seen: &[MetricsCollection], desired: &[MetricsCollection]) -> Result<(), ProviderError> {
    let none = |all: &[MetricsCollection]| all.iter().flat_map(|collection| collection.metrics.clone()).collect::<Vec<String>>();
    let gone: Vec<String> = none(seen).into_iter().filter(|metric| !none(desired).contains(metric)).collect();
    if !gone.is_empty() {
        let call = cloud.autoscaling().disable_metrics_collection().auto_scaling_group_name(name).set_metrics(Some(gone));
        call.send().await.map_err(|error| failed("autoscaling:DisableMetricsCollection", error))?;
    }
    for collection in desired {
        let call = cloud.autoscaling().enable_metrics_collection().auto_scaling_group_name(name);
        let call = call.granularity(&collection.granularity).set_metrics(Some(collection.metrics.clone()));
        call.send().await.map_err(|error| failed("autoscaling:EnableMetricsCollection", error))?;
    }
    Ok(())
}

/// Replaces the instances that run by ones of the group's present template, a few at a time.
async fn refresh(cloud: &Cloud, name: &str) -> Result<(), ProviderError> {
    let preferences = RefreshPreferences::builder().skip_matching(true).build();
    let call = cloud.autoscaling().start_instance_refresh().auto_scaling_group_name(name).preferences(preferences);
    match call.send().await.map_err(|error| failed("autoscaling:StartInstanceRefresh", error)) {
        Ok(_) => Ok(()),
        // One that is under way ends with the group's present template too.
        Err(error) if error.code.as_deref().is_some_and(|code| code.starts_with("InstanceRefreshInProgress")) => Ok(()),
        // The emulator lacks the operation; its instances are made of nothing that could differ.
        Err(error) if error.kind == ErrorKind::Unsupported && cloud.settings.emulator => Ok(()),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Handler for AutoScalingGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let name = target.id.map_or(wanted.auto_scaling_group_name.as_str(), |id| id.0.as_str());
        let answer = cloud.autoscaling().describe_auto_scaling_groups().auto_scaling_group_names(name).send().await;
        let answer = answer.map_err(|error| failed("autoscaling:DescribeAutoScalingGroups", error))?;
        let Some(group) = answer.auto_scaling_groups().first() else { return Ok(None) };
        let list = |text: Option<&str>| {
            let mut all: Vec<Text> = text.unwrap_or_default().split(',').filter(|id| !id.is_empty()).map(Text::from).collect();
            all.sort();
            all
        };
        let launch = group.launch_template();
        let properties = Self {
            auto_scaling_group_name: name.to_owned(),
            min_size: group.min_size().unwrap_or_default().into(),
            max_size: group.max_size().unwrap_or_default().into(),
            desired_capacity: asked(wanted.desired_capacity.as_ref(), group.desired_capacity().map(i64::from)),
            vpc_zone_identifier: list(group.vpc_zone_identifier()),
            launch_template: LaunchTemplateSpecification {
                launch_template_id: launch.and_then(|launch| launch.launch_template_id()).unwrap_or_default().into(),
                version: launch.and_then(|launch| launch.version()).unwrap_or_default().into(),
            },
            health_check_type: group.health_check_type().unwrap_or_default().to_owned(),
            health_check_grace_period: group.health_check_grace_period().unwrap_or_default().into(),
            target_group_arns: group.target_group_arns().iter().map(|arn| arn.as_str().into()).collect(),
            metrics_collection: metrics(cloud, group, wanted),
            tags: tags::read(group.tags().iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))),
        };
        let serving = group.instances().iter().filter(|instance| instance.lifecycle_state() == Some(&LifecycleState::InService));
        let (serving, needed) = (serving.count(), usize::try_from(group.desired_capacity().unwrap_or_default()).unwrap_or_default());
        let readiness = match group.status() {
            // The status is set only while the group is on its way out.
            Some(_) => Readiness::Deleting,
            None if serving < needed => Readiness::Pending(format!("{serving} of {needed} instances in service")),
            None => Readiness::Ready,
        };
        let arn = group.auto_scaling_group_arn().ok_or_else(|| missing("autoscaling:DescribeAutoScalingGroups", "AutoScalingGroupARN"))?;
        let observed = Observed::ready(name, properties).output("AutoScalingGroupName", name).readiness(readiness);
        Ok(Some(observed.output("AutoScalingGroupARN", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.auto_scaling_group_name;
        let call = cloud
            .autoscaling()
            .create_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(number(desired.min_size)?)
            .max_size(number(desired.max_size)?)
            .set_desired_capacity(desired.desired_capacity.map(number).transpose()?)
            .vpc_zone_identifier(subnets(desired)?)
            .launch_template(template(&desired.launch_template)?)
            .health_check_type(&desired.health_check_type)
            .health_check_grace_period(number(desired.health_check_grace_period)?)
            .set_target_group_arns(Some(strings(&desired.target_group_arns)?).filter(|all| !all.is_empty()))
            .set_tags(Some(sdk_tags(name, tags::plain(&desired.tags)?)));
        call.send().await.map_err(|error| failed("autoscaling:CreateAutoScalingGroup", error))?;
        set_metrics(cloud, name, &[], &desired.metrics_collection).await?;
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let call = cloud
            .autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(name)
            .min_size(number(desired.min_size)?)
            .max_size(number(desired.max_size)?)
            .set_desired_capacity(desired.desired_capacity.map(number).transpose()?)
            .vpc_zone_identifier(subnets(desired)?)
            .launch_template(template(&desired.launch_template)?)
            .health_check_type(&desired.health_check_type)
            .health_check_grace_period(number(desired.health_check_grace_period)?);
        call.send().await.map_err(|error| failed("autoscaling:UpdateAutoScalingGroup", error))?;
        let (seen, wanted) = (strings(&observed.target_group_arns)?, strings(&desired.target_group_arns)?);
        let added: Vec<String> = wanted.iter().filter(|arn| !seen.contains(arn)).cloned().collect();
        let removed: Vec<String> = seen.iter().filter(|arn| !wanted.contains(arn)).cloned().collect();
        if !added.is_empty() {
            let call = cloud.autoscaling().attach_load_balancer_target_groups().auto_scaling_group_name(name);
            let answer = call.set_target_group_arns(Some(added)).send().await;
            answer.map_err(|error| failed("autoscaling:AttachLoadBalancerTargetGroups", error))?;
        }
        if !removed.is_empty() {
            let call = cloud.autoscaling().detach_load_balancer_target_groups().auto_scaling_group_name(name);
            let answer = call.set_target_group_arns(Some(removed)).send().await;
            answer.map_err(|error| failed("autoscaling:DetachLoadBalancerTargetGroups", error))?;
        }
        if observed.metrics_collection != desired.metrics_collection {
            set_metrics(cloud, name, &observed.metrics_collection, &desired.metrics_collection).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let answer = cloud.autoscaling().create_or_update_tags().set_tags(Some(sdk_tags(name, set))).send().await;
            answer.map_err(|error| failed("autoscaling:CreateOrUpdateTags", error))?;
        }
        if !remove.is_empty() {
            let remove = remove.into_iter().map(|key| (key, String::new())).collect();
            let answer = cloud.autoscaling().delete_tags().set_tags(Some(sdk_tags(name, remove))).send().await;
            answer.map_err(|error| failed("autoscaling:DeleteTags", error))?;
        }
        if observed.launch_template != desired.launch_template {
            refresh(cloud, name).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        let answer = cloud.autoscaling().delete_auto_scaling_group().auto_scaling_group_name(name).force_delete(true).send().await;
        match answer.map_err(|error| failed("autoscaling:DeleteAutoScalingGroup", error)) {
            Ok(_) => Ok(()),
            // The service has one code for everything that is wrong with a request, an unknown name too.
            Err(error) if error.code.as_deref() == Some("ValidationError") && Self::observe(cloud, target).await?.is_none() => Ok(()),
            // A deletion is under way.
            Err(error) if error.code.as_deref() == Some("ScalingActivityInProgress") => Ok(()),
            Err(error) => Err(error),
        }
    }
}
