//! Secrets, logs and alarms.

use secrecy::SecretString;
use strata_aws::cloudwatch::{Alarm, Dimension, Metric, MetricDataQuery, MetricStat};
use strata_aws::logs::{LogGroup, MetricFilter, MetricTransformation};
use strata_aws::secretsmanager::Secret;
use strata_provider::{ErrorKind, Readiness};
use strata_provider_aws::secretsmanager::value::{put_secret_value, secret_has_value};

use super::key;
use crate::recorder::{Answer, Recorder};
use crate::support::{Bench, Made};

#[tokio::test]
async fn a_secret_whose_value_we_never_hold() {
    let bench = Bench::new(330);
    let secret = Secret {
        name: "ticketing/dev/PAYMENT".into(),
        description: "the payment service's key".into(),
        kms_key_id: Some(key(&bench)),
        ..Secret::default()
    };
    let mut secret = bench.create("payment", secret.clone()).await;
    bench
        .update(&mut secret, |secret| {
            secret.description = "another".into();
            secret.tags.insert("team".into(), "web".into());
        })
        .await;
    let cloud = bench.cloud().await;
    assert!(!secret_has_value(&cloud, &secret.id.0).await.unwrap());
    let token = "0123456789abcdef0123456789abcdef";
    let first = put_secret_value(&cloud, &secret.id.0, &SecretString::from("s3cr3t"), token).await.unwrap();
    let again = put_secret_value(&cloud, &secret.id.0, &SecretString::from("s3cr3t"), token).await.unwrap();
    assert_eq!(first, again, "one token makes one version");
    assert!(secret_has_value(&cloud, &secret.id.0).await.unwrap());
    let error = put_secret_value(&cloud, "not/there", &SecretString::from("s3cr3t"), token).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(!format!("{error:?} {error}").contains("s3cr3t"), "an error tells no value");
    assert!(!secret_has_value(&cloud, "not/there").await.unwrap());
    let description = secret.resource.clone();
    bench.delete(secret).await;
    // Gone at once: the name is free.
    let again = bench.create("payment", Secret { tags: Default::default(), ..description }).await;
    bench.delete(again).await;
}

#[tokio::test]
async fn a_log_group_with_a_metric_filter() {
    let bench = Bench::new(331);
    // A longer name with the same beginning must not be taken for it.
    let other = LogGroup { log_group_name: "/acme/api-v2".into(), retention_in_days: 30, ..LogGroup::default() };
    let other = bench.create("other", other).await;
    let group =
        LogGroup { log_group_name: "/acme/api".into(), retention_in_days: 365, kms_key_id: Some(key(&bench)), ..LogGroup::default() };
    let mut group = bench.create("api", group).await;
    assert!(group.outputs["Arn"].ends_with(":log-group:/acme/api"));
    bench
        .update(&mut group, |group| {
            group.retention_in_days = 400;
            group.tags.insert("team".into(), "web".into());
        })
        .await;
    let filter = MetricFilter {
        log_group_name: group.output("LogGroupName"),
        filter_name: "errors".into(),
        filter_pattern: "{ $.level = \"error\" }".into(),
        metric_transformations: vec![MetricTransformation {
            metric_name: "Errors".into(),
            metric_namespace: "Acme".into(),
            metric_value: "1".into(),
            default_value: Some(0.0),
            unit: None,
        }],
    };
    let mut filter = bench.create("errors", filter).await;
    assert_eq!(filter.id.0, "/acme/api:errors");
    bench.update(&mut filter, |filter| filter.filter_pattern = "{ $.level = \"fatal\" }".into()).await;
    bench.delete(filter).await;
    bench.delete(group).await;
    bench.delete(other).await;
}

#[tokio::test]
async fn a_protected_log_group_on_the_real_cloud() {
    let group = r#"{"logGroups":[{"logGroupName":"/acme/api","arn":"arn:aws:logs:us-east-1:9:log-group:/acme/api:*",
        "retentionInDays":365,"deletionProtectionEnabled":true}]}"#;
    let recorder = Recorder::start(vec![
        Answer::ok(".CreateLogGroup", ""),
        Answer::ok(".PutRetentionPolicy", ""),
        Answer::ok(".DescribeLogGroups", group),
        Answer::ok(".ListTagsForResource", r#"{"tags":{}}"#),
        Answer::ok(".PutLogGroupDeletionProtection", ""),
        Answer::ok(".AssociateKmsKey", ""),
        Answer::ok(".DisassociateKmsKey", ""),
        Answer::ok(".DeleteLogGroup", ""),
    ]);
    let bench = Bench::recorded(&recorder);
    let resource = LogGroup {
        log_group_name: "/acme/api".into(),
        retention_in_days: 365,
        deletion_protection_enabled: Some(true),
        ..LogGroup::default()
    };
    bench.only_create("api", resource.clone()).await.unwrap();
    assert_eq!(recorder.request(".CreateLogGroup").json()["deletionProtectionEnabled"], true);
    let address = bench.address::<LogGroup>("api");
    let seen = bench.observe(&address, None, &resource).await.unwrap().unwrap();
    assert_eq!((seen.properties.read::<LogGroup>().unwrap(), seen.readiness), (resource.clone(), Readiness::Ready));
    let with_key = LogGroup { kms_key_id: Some("arn:aws:kms:us-east-1:9:key/1".into()), ..resource.clone() };
    let mut made = Made { address, id: seen.id, resource: with_key.clone(), outputs: seen.outputs };
    bench.only_update(&made, &resource).await.unwrap();
    assert_eq!(recorder.request(".AssociateKmsKey").json()["kmsKeyId"], "arn:aws:kms:us-east-1:9:key/1");
    made.resource = resource;
    bench.only_update(&made, &with_key).await.unwrap();
    assert_eq!(recorder.request(".DisassociateKmsKey").json()["logGroupName"], "/acme/api");
    bench.only_delete(&made).await.unwrap();
    assert_eq!(recorder.request(".PutLogGroupDeletionProtection").json()["deletionProtectionEnabled"], false);
    recorder.request(".DeleteLogGroup");
}

fn metric(id: &str, name: &str) -> MetricDataQuery {
    MetricDataQuery {
        id: id.into(),
        return_data: Some(false),
        metric_stat: Some(MetricStat {
            metric: Metric {
                namespace: "AWS/ApplicationELB".into(),
                metric_name: name.into(),
                dimensions: vec![Dimension { name: "LoadBalancer".into(), value: "app/acme/1".into() }],
            },
            period: 60,
            stat: "Sum".into(),
            unit: None,
        }),
        ..MetricDataQuery::default()
    }
}

#[tokio::test]
async fn alarms_on_a_metric_and_on_an_expression() {
    let bench = Bench::new(332);
    let alarm = Alarm {
        alarm_name: "acme-queue-age".into(),
        alarm_description: "The oldest message waits too long.".into(),
        actions_enabled: true,
        alarm_actions: vec!["arn:aws:sns:us-east-1:1:a".into(), "arn:aws:sns:us-east-1:1:b".into()],
        ok_actions: vec!["arn:aws:sns:us-east-1:1:a".into()],
        comparison_operator: "GreaterThanThreshold".into(),
        threshold: 300.5,
        evaluation_periods: 3,
        datapoints_to_alarm: Some(2),
        treat_missing_data: Some("notBreaching".into()),
        namespace: Some("AWS/SQS".into()),
        metric_name: Some("ApproximateAgeOfOldestMessage".into()),
        dimensions: vec![Dimension { name: "QueueName".into(), value: "acme".into() }],
        statistic: Some("Maximum".into()),
        period: Some(60),
        ..Alarm::default()
    };
    let mut alarm = bench.create("age", alarm).await;
    bench
        .update(&mut alarm, |alarm| {
            alarm.threshold = 600.0;
            alarm.ok_actions.clear();
            alarm.tags.insert("team".into(), "web".into());
        })
        .await;
    bench.delete(alarm).await;
    let percentile = Alarm {
        alarm_name: "acme-slow".into(),
        alarm_description: "Slow.".into(),
        actions_enabled: true,
        comparison_operator: "GreaterThanThreshold".into(),
        threshold: 0.3,
        evaluation_periods: 5,
        namespace: Some("AWS/ApplicationELB".into()),
        metric_name: Some("TargetResponseTime".into()),
        extended_statistic: Some("p95".into()),
        period: Some(60),
        ..Alarm::default()
    };
    let percentile = bench.create("slow", percentile).await;
    bench.delete(percentile).await;
    let rate = Alarm {
        alarm_name: "acme-errors".into(),
        alarm_description: "Too many errors.".into(),
        actions_enabled: true,
        comparison_operator: "GreaterThanThreshold".into(),
        threshold: 0.01,
        evaluation_periods: 5,
        metrics: vec![
            MetricDataQuery {
                id: "rate".into(),
                expression: Some("errors / requests".into()),
                label: Some("Error rate".into()),
                return_data: Some(true),
                ..MetricDataQuery::default()
            },
            metric("errors", "HTTPCode_Target_5XX_Count"),
            metric("requests", "RequestCount"),
        ],
        ..Alarm::default()
    };
    let mut rate = bench.create("errors", rate).await;
    bench.update(&mut rate, |rate| rate.threshold = 0.02).await;
    bench.delete(rate).await;
}
