//! Schedules and autoscaling.

use strata_aws::applicationautoscaling::{
    CustomizedMetricSpecification, Metric, MetricDataQuery, MetricDimension, MetricStat, PredefinedMetricSpecification, ScalableTarget,
    ScalingPolicy, TargetTrackingScalingPolicyConfiguration,
};
use strata_aws::ecs::{AwsvpcConfiguration, NetworkConfiguration};
use strata_aws::scheduler::{DeadLetterConfig, EcsParameters, FlexibleTimeWindow, RetryPolicy, Schedule, ScheduleGroup, Target};

use super::{key, role};
use crate::support::{Bench, REGION};

/// A scalable number of tasks.
pub(super) fn target(resource: &str) -> ScalableTarget {
    ScalableTarget {
        min_capacity: 2,
        max_capacity: 10,
        resource_id: resource.into(),
        scalable_dimension: "ecs:service:DesiredCount".into(),
        service_namespace: "ecs".into(),
        role_arn: None,
    }
}

fn policy(name: &str, tracking: TargetTrackingScalingPolicyConfiguration) -> ScalingPolicy {
    ScalingPolicy {
        policy_name: name.into(),
        policy_type: "TargetTrackingScaling".into(),
        resource_id: "service/main/api".into(),
        scalable_dimension: "ecs:service:DesiredCount".into(),
        service_namespace: "ecs".into(),
        target_tracking_scaling_policy_configuration: TargetTrackingScalingPolicyConfiguration {
            scale_in_cooldown: Some(300),
            scale_out_cooldown: Some(60),
            ..tracking
        },
    }
}

#[tokio::test]
async fn a_scaled_service() {
    let bench = Bench::new(3021);
    // The emulator looks whether the service is there.
    let cloud = bench.cloud().await;
    cloud.ecs().create_cluster().cluster_name("main").send().await.unwrap();
    let container = aws_sdk_ecs::types::ContainerDefinition::builder().name("api").image("acme/api:1").memory(64).build();
    cloud.ecs().register_task_definition().family("api").container_definitions(container).send().await.unwrap();
    let service = cloud.ecs().create_service().cluster("main").service_name("api").task_definition("api");
    service.desired_count(0).send().await.unwrap();

    let mut target = bench.create("api", target("service/main/api")).await;
    bench.update(&mut target, |target| target.max_capacity = 20).await;

    let processor = TargetTrackingScalingPolicyConfiguration {
        target_value: 60.0,
        predefined_metric_specification: Some(PredefinedMetricSpecification {
            predefined_metric_type: "ECSServiceAverageCPUUtilization".into(),
            resource_label: None,
        }),
        ..TargetTrackingScalingPolicyConfiguration::default()
    };
    let mut processor = bench.create("cpu", policy("cpu", processor)).await;
    bench.update(&mut processor, |policy| policy.target_tracking_scaling_policy_configuration.target_value = 45.5).await;

    let dimension = |name: &str, value: &str| MetricDimension { name: name.into(), value: value.into() };
    let depth = TargetTrackingScalingPolicyConfiguration {
        target_value: 100.0,
        customized_metric_specification: Some(CustomizedMetricSpecification {
            metric_name: Some("ApproximateNumberOfMessagesVisible".into()),
            namespace: Some("AWS/SQS".into()),
            statistic: Some("Average".into()),
            dimensions: vec![dimension("QueueName", "bookings")],
            ..CustomizedMetricSpecification::default()
        }),
        ..TargetTrackingScalingPolicyConfiguration::default()
    };
    let depth = bench.create("depth", policy("depth", depth)).await;

    let query = |id: &str, metric_name: &str, namespace: &str, dimensions| MetricDataQuery {
        id: id.into(),
        metric_stat: Some(MetricStat {
            metric: Metric { metric_name: metric_name.into(), namespace: namespace.into(), dimensions },
            stat: "Average".into(),
        }),
        return_data: false,
        ..MetricDataQuery::default()
    };
    let metrics = vec![
        query("queue", "ApproximateNumberOfMessagesVisible", "AWS/SQS", vec![dimension("QueueName", "bookings")]),
        query(
            "tasks",
            "RunningTaskCount",
            "ECS/ContainerInsights",
            vec![dimension("ServiceName", "api"), dimension("ClusterName", "main")],
        ),
        MetricDataQuery {
            id: "backlog".into(),
            expression: Some("queue / tasks".into()),
            label: Some("messages per task".into()),
            return_data: true,
            ..MetricDataQuery::default()
        },
    ];
    let backlog = TargetTrackingScalingPolicyConfiguration {
        target_value: 10.0,
        customized_metric_specification: Some(CustomizedMetricSpecification { metrics, ..CustomizedMetricSpecification::default() }),
        ..TargetTrackingScalingPolicyConfiguration::default()
    };
    let backlog = bench.create("backlog", policy("backlog", backlog)).await;

    bench.delete(backlog).await;
    bench.delete(depth).await;
    bench.delete(processor).await;
    bench.delete(target).await;
}

#[tokio::test]
async fn a_schedule_in_its_group() {
    let bench = Bench::new(3022);
    let mut group = bench.create("jobs", ScheduleGroup { name: "ticketing-dev".into(), ..ScheduleGroup::default() }).await;
    bench
        .update(&mut group, |group| {
            group.tags.insert("team".into(), "payments".into());
        })
        .await;
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{}:{rest}", bench.account_id());
    let schedule = Schedule {
        name: "settle".into(),
        group_name: group.output("Name"),
        description: Some("settles the day's bookings".into()),
        schedule_expression: "cron(0 3 * * ? *)".into(),
        schedule_expression_timezone: "Europe/Berlin".into(),
        flexible_time_window: FlexibleTimeWindow { mode: "OFF".into(), maximum_window_in_minutes: None },
        state: "ENABLED".into(),
        kms_key_arn: Some(key(&bench)),
        target: Target {
            arn: arn("ecs", "cluster/main").into(),
            role_arn: role(&bench, "scheduler"),
            input: Some(r#"{"containerOverrides":[]}"#.into()),
            ecs_parameters: Some(EcsParameters {
                task_definition_arn: arn("ecs", "task-definition/settle:1").into(),
                launch_type: "FARGATE".into(),
                network_configuration: NetworkConfiguration {
                    awsvpc_configuration: AwsvpcConfiguration {
                        subnets: vec!["subnet-1".into(), "subnet-2".into()],
                        security_groups: vec!["sg-1".into()],
                        assign_public_ip: "DISABLED".into(),
                    },
                },
                task_count: 1,
                propagate_tags: Some("TASK_DEFINITION".into()),
                ..EcsParameters::default()
            }),
            retry_policy: Some(RetryPolicy { maximum_event_age_in_seconds: 3600, maximum_retry_attempts: 3 }),
            dead_letter_config: Some(DeadLetterConfig { arn: arn("sqs", "jobs-dead").into() }),
        },
    };
    let mut schedule = bench.create("settle", schedule).await;
    bench.update(&mut schedule, |schedule| schedule.state = "DISABLED".into()).await;
    bench
        .update(&mut schedule, |schedule| {
            schedule.schedule_expression = "rate(1 hour)".into();
            let ecs = schedule.target.ecs_parameters.as_mut().unwrap();
            ecs.task_definition_arn = arn("ecs", "task-definition/settle:2").into();
        })
        .await;
    bench.delete(schedule).await;
    bench.delete(group).await;
}
