//! How many copies of a service run: between its least and its most, by processor, memory, requests, or the time that queues take to empty.
//!
//! Invariant: a service without an image is not scaled.

use strata_aws::applicationautoscaling::{
    CustomizedMetricSpecification, Metric, MetricDataQuery, MetricDimension, MetricStat, PredefinedMetricSpecification, ScalableTarget,
    ScalingPolicy, TargetTrackingScalingPolicyConfiguration,
};
use strata_aws::sqs::Queue;
use strata_graph::Text;
use strata_spec::{Name, Percent, Scale, Service};

use super::front_door::Door;
use super::service::service_name;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;

/// Seconds to wait before fewer, and before still more.
const FEWER: i64 = 300;
const MORE: i64 = 60;
/// Percent of the processor where the file says only how many copies there may be.
const DEFAULT_LOAD: f64 = 70.0;
const DIMENSION: &str = "ecs:service:DesiredCount";

pub(super) fn lower(context: &mut Context<'_>, name: &Name, service: &Service, handle: &Handle, runs: bool, door: Option<&Door>) {
    let Some(scale) = &service.scale else { return };
    let key_path = format!("services.{name}.scale");
    let resource_id = format!("service/{}/{}", context.cluster.physical_name(), service_name(context, name.as_str()));
    let target = ScalableTarget {
        min_capacity: if runs { scale.min.into() } else { 0 },
        max_capacity: if runs { scale.max.into() } else { 0 },
        resource_id: resource_id.clone().into(),
        scalable_dimension: DIMENSION.to_owned(),
        service_namespace: "ecs".to_owned(),
        ..ScalableTarget::default()
    };
    let about = About::new(key_path, format!("{name} has from {} to {} copies once it has an image.", scale.min, scale.max));
    let target = context.builder.add(name.as_str(), target, about.after(handle));
    for (what, tracking) in trackings(context, name, scale, door) {
        let key_path = format!("services.{name}.scale.{}", what.key);
        let policy = ScalingPolicy {
            policy_name: context.builder.name(&[name.as_str(), &what.word], limit::ECS),
            policy_type: "TargetTrackingScaling".to_owned(),
            resource_id: resource_id.clone().into(),
            scalable_dimension: DIMENSION.to_owned(),
            service_namespace: "ecs".to_owned(),
            target_tracking_scaling_policy_configuration: tracking,
        };
        let about = About::new(key_path, what.purpose).after(&target);
        let about = match &what.after {
            Some(other) => about.after(other),
            None => about,
        };
        context.builder.add(&format!("{name}-{}", what.word), policy, about);
    }
}

/// What a policy is about.
struct What {
    key: String,
    word: String,
    purpose: String,
    after: Option<Handle>,
}

fn what(key: &str, word: &str, purpose: String) -> What {
    What { key: key.to_owned(), word: word.to_owned(), purpose, after: None }
}

fn trackings(
    context: &Context<'_>,
    name: &Name,
    scale: &Scale,
    door: Option<&Door>,
) -> Vec<(What, TargetTrackingScalingPolicyConfiguration)> {
    let mut all = Vec::new();
    let predefined = |metric: &str, value: Percent| TargetTrackingScalingPolicyConfiguration {
        target_value: value.value(),
        predefined_metric_specification: Some(PredefinedMetricSpecification {
            predefined_metric_type: metric.to_owned(),
            ..PredefinedMetricSpecification::default()
        }),
        ..tracking()
    };
    if let Some(cpu) = scale.cpu {
        let purpose = format!("Keeps the processor load of {name} near {cpu}.");
        all.push((what("cpu", "cpu", purpose), predefined("ECSServiceAverageCPUUtilization", cpu)));
    }
    if let Some(memory) = scale.memory {
        let purpose = format!("Keeps the memory use of {name} near {memory}.");
        all.push((what("memory", "memory", purpose), predefined("ECSServiceAverageMemoryUtilization", memory)));
    }
    let balanced = door.and_then(|door| Some((door.balancer.as_ref()?, door.targets.get(name.as_str())?)));
    if let (Some(rate), Some((balancer, target))) = (scale.requests, balanced) {
        let label = Text::join([balancer.output("LoadBalancerFullName"), "/".into(), target.group.output("TargetGroupFullName")]);
        let configuration = TargetTrackingScalingPolicyConfiguration {
            // CloudWatch counts requests for each target in a minute.
            target_value: u32::try_from(rate.per_minute()).map_or(f64::from(u32::MAX), f64::from),
            predefined_metric_specification: Some(PredefinedMetricSpecification {
                predefined_metric_type: "ALBRequestCountPerTarget".to_owned(),
                resource_label: Some(label),
            }),
            ..tracking()
        };
        let mut what = what("requests", "requests", format!("Each copy of {name} gets about {rate} requests."));
        what.after = Some(target.rule.clone());
        all.push((what, configuration));
    }
    for (queue, within) in &scale.drain {
        let purpose = format!("{name} has as many copies that {queue} is empty within {within}.");
        let what = what(&format!("drain.{queue}"), &format!("drain-{queue}"), purpose);
        all.push((what, drain(context, queue, within.as_seconds().max(1))));
    }
    if all.is_empty() && scale.max > scale.min {
        let purpose = format!("Keeps the processor load of {name} near {DEFAULT_LOAD}%, as nothing else is asked for.");
        let configuration = TargetTrackingScalingPolicyConfiguration {
            target_value: DEFAULT_LOAD,
            predefined_metric_specification: Some(PredefinedMetricSpecification {
                predefined_metric_type: "ECSServiceAverageCPUUtilization".to_owned(),
                ..PredefinedMetricSpecification::default()
            }),
            ..tracking()
        };
        all.push((what("max", "cpu", purpose), configuration));
    }
    all
}

fn tracking() -> TargetTrackingScalingPolicyConfiguration {
    TargetTrackingScalingPolicyConfiguration {
        scale_in_cooldown: Some(FEWER),
        scale_out_cooldown: Some(MORE),
        ..TargetTrackingScalingPolicyConfiguration::default()
    }
}

/// The seconds that the queue takes to empty at the rate at which it is being emptied: twice the copies halve it, which is what target tracking
/// needs of a metric. With messages waiting and none deleted there is no rate; then twice the wanted time asks for more.
fn drain(context: &Context<'_>, queue: &Name, seconds: u64) -> TargetTrackingScalingPolicyConfiguration {
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    let name = context.builder.handle::<Queue>(queue.as_str()).output("QueueName");
    let metric = |id: &str, metric_name: &str, stat: &str| MetricDataQuery {
        id: id.to_owned(),
        metric_stat: Some(MetricStat {
            metric: Metric {
                metric_name: metric_name.to_owned(),
                namespace: "AWS/SQS".to_owned(),
                dimensions: vec![MetricDimension { name: "QueueName".to_owned(), value: name.clone() }],
            },
            stat: stat.to_owned(),
        }),
        return_data: false,
        ..MetricDataQuery::default()
    };
    let expression = format!("IF(deleted > 0, waiting / (deleted / 60), IF(waiting > 0, {}, 0))", seconds.saturating_mul(2));
    TargetTrackingScalingPolicyConfiguration {
        target_value: f64::from(seconds),
        customized_metric_specification: Some(CustomizedMetricSpecification {
            metrics: vec![
                metric("waiting", "ApproximateNumberOfMessagesVisible", "Maximum"),
                metric("deleted", "NumberOfMessagesDeleted", "Sum"),
                MetricDataQuery {
                    id: "drain".to_owned(),
                    expression: Some(expression),
                    label: Some(format!("seconds until {queue} is empty")),
                    return_data: true,
                    ..MetricDataQuery::default()
                },
            ],
            ..CustomizedMetricSpecification::default()
        }),
        ..tracking()
    }
}
