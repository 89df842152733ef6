//! Alarms: for each kind of resource, what rings and what to do then.
//!
//! Invariant: one row of a table makes one alarm; thresholds are in the metric's own unit.

use strata_aws::cloudwatch::{Alarm, Dimension, Metric, MetricDataQuery, MetricStat};
use strata_aws::sns::Topic;
use strata_graph::{Layer, Pseudo, Text};
use strata_spec::{Host, Name};

use super::topic;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;

/// Five minutes.
const PERIOD: i64 = 300;
const MIB: f64 = 1024.0 * 1024.0;

/// One alarm.
struct Row<'a> {
    /// The end of its name: `db-cpu`.
    what: &'a str,
    namespace: &'a str,
    metric: &'a str,
    statistic: &'a str,
    above: bool,
    threshold: f64,
    /// Periods of five minutes in a row.
    periods: i64,
    /// Whether silence rings too.
    silence_rings: bool,
    /// What it means and what to do.
    text: &'a str,
}

impl Default for Row<'_> {
    fn default() -> Self {
        Self {
            what: "",
            namespace: "",
            metric: "",
            statistic: "Average",
            above: true,
            threshold: 0.0,
            periods: 3,
            silence_rings: false,
            text: "",
        }
    }
}

fn add(context: &mut Context<'_>, key_path: &str, name: &str, dimensions: Vec<(&str, Text)>, row: &Row<'_>) {
    let name = format!("{name}-{}", row.what);
    let alarm = Alarm {
        namespace: Some(row.namespace.to_owned()),
        metric_name: Some(row.metric.to_owned()),
        dimensions: sorted(dimensions),
        statistic: Some(row.statistic.to_owned()),
        period: Some(PERIOD),
        ..plain(context, &name, row)
    };
    let about = About::new(key_path, row.text).in_layer(Layer::Observability);
    context.builder.add(&name, alarm, about);
}

/// One alarm on the sum of a metric over several sets of dimensions, which the service itself does not add up.
fn add_sum(context: &mut Context<'_>, key_path: &str, name: &str, of: Vec<Vec<(&str, Text)>>, row: &Row<'_>) {
    let name = format!("{name}-{}", row.what);
    let one = |(number, dimensions): (usize, Vec<(&str, Text)>)| MetricDataQuery {
        id: format!("m{number}"),
        return_data: Some(false),
        metric_stat: Some(MetricStat {
            metric: Metric { namespace: row.namespace.to_owned(), metric_name: row.metric.to_owned(), dimensions: sorted(dimensions) },
            period: PERIOD,
            stat: row.statistic.to_owned(),
            ..MetricStat::default()
        }),
        ..MetricDataQuery::default()
    };
    let sum = MetricDataQuery {
        id: "sum".to_owned(),
        // Not `m1 + m2`: a metric without a value at a time would take the sum away, and errors have none as long as there are none.
        expression: Some("SUM(METRICS())".to_owned()),
        label: Some(row.metric.to_owned()),
        return_data: Some(true),
        ..MetricDataQuery::default()
    };
    let metrics = (1..).zip(of).map(one).chain([sum]).collect();
    let alarm = Alarm { metrics, ..plain(context, &name, row) };
    let about = About::new(key_path, row.text).in_layer(Layer::Observability);
    context.builder.add(&name, alarm, about);
}

fn sorted(dimensions: Vec<(&str, Text)>) -> Vec<Dimension> {
    let mut dimensions: Vec<Dimension> = dimensions.into_iter().map(|(name, value)| Dimension { name: name.to_owned(), value }).collect();
    dimensions.sort_by(|one, other| one.name.cmp(&other.name));
    dimensions
}

/// An alarm without what it looks at.
fn plain(context: &Context<'_>, name: &str, row: &Row<'_>) -> Alarm {
    let topic = context.builder.handle::<Topic>(topic::NAME).output("TopicArn");
    Alarm {
        alarm_name: context.builder.name(&[name], limit::ALARM),
        alarm_description: row.text.to_owned(),
        actions_enabled: true,
        alarm_actions: vec![topic.clone()],
        ok_actions: vec![topic],
        comparison_operator: if row.above { "GreaterThanThreshold" } else { "LessThanThreshold" }.to_owned(),
        threshold: row.threshold,
        evaluation_periods: row.periods,
        datapoints_to_alarm: Some(row.periods),
        treat_missing_data: Some(if row.silence_rings { "breaching" } else { "notBreaching" }.to_owned()),
        ..Alarm::default()
    }
}

/// Memory in GiB of an RDS class, by its family's letter and its size (RDS user guide, "Hardware specifications for DB instance classes").
fn database_memory_gib(class: &str) -> f64 {
    let mut parts = class.trim_start_matches("db.").split('.');
    let family = parts.next().unwrap_or_default();
    let large = if family.starts_with('r') || family.starts_with('x') { 16.0 } else { 8.0 };
    match parts.next().unwrap_or_default() {
        "micro" => 1.0,
        "small" => 2.0,
        "medium" => 4.0,
        "large" => large,
        "xlarge" => large * 2.0,
        size => size.trim_end_matches("xlarge").parse::<f64>().map_or(large, |times| large * 2.0 * times),
    }
}

/// Four fifths of the connections that RDS allows by default: memory over 9531392 bytes, at most 5000 (RDS user guide, "Quotas").
fn most_connections(class: &str) -> f64 {
    let bytes = database_memory_gib(class) * 1024.0 * MIB;
    ((bytes / 9_531_392.0).min(5000.0) * 0.8).floor()
}

/// A database: processor, storage, connections.
pub(crate) fn database_alarms(context: &mut Context<'_>, key_path: &str, name: &str, instance: &Handle, storage_gib: u64, class: &str) {
    let id = || vec![("DBInstanceIdentifier", instance.output("DBInstanceIdentifier"))];
    let tenth = u32::try_from(storage_gib).map_or(f64::from(u32::MAX), f64::from) * 1024.0 * MIB / 10.0;
    let rows = [
        Row {
            what: "cpu",
            metric: "CPUUtilization",
            threshold: 80.0,
            text: "The database has been busy for a quarter of an hour: look at Performance Insights for the queries, or take a larger size.",
            ..Row::default()
        },
        Row {
            what: "storage",
            metric: "FreeStorageSpace",
            statistic: "Minimum",
            above: false,
            threshold: tenth,
            periods: 1,
            text: "Less than a tenth of the asked-for storage is free: it grows by itself up to its limit; raise `storage` before that.",
            ..Row::default()
        },
        Row {
            what: "connections",
            metric: "DatabaseConnections",
            statistic: "Maximum",
            threshold: most_connections(class),
            text: "Four fifths of the connections are taken: pool them in the application, or take a larger size.",
            ..Row::default()
        },
    ];
    for row in rows {
        let row = Row { namespace: "AWS/RDS", ..row };
        add(context, key_path, name, id(), &row);
    }
}

/// A cache: processor, evictions and memory of each node.
pub(crate) fn cache_alarms(context: &mut Context<'_>, name: &Name, id: &str, replicas: u32, _cache: &Handle) {
    let key_path = format!("resources.{name}");
    let rows = [
        Row {
            what: "cpu",
            metric: "EngineCPUUtilization",
            threshold: 90.0,
            text: "The cache's one thread is busy: spread the load over replicas, or take a larger size.",
            ..Row::default()
        },
        Row {
            what: "evictions",
            metric: "Evictions",
            statistic: "Sum",
            threshold: 1000.0,
            text: "The cache throws out keys to make room: give keys an end, or take a larger size.",
            ..Row::default()
        },
        Row {
            what: "memory",
            metric: "DatabaseMemoryUsagePercentage",
            threshold: 85.0,
            text: "The cache is nearly full: give keys an end, or take a larger size.",
            ..Row::default()
        },
    ];
    // ElastiCache numbers the nodes of a group from 001.
    for node in 1..=replicas + 1 {
        let name = format!("{name}-{node:03}");
        for row in &rows {
            let row = Row { namespace: "AWS/ElastiCache", ..*row };
            add(context, &key_path, &name, vec![("CacheClusterId", format!("{id}-{node:03}").into())], &row);
        }
    }
}

/// A search engine: what AWS recommends (OpenSearch Service developer guide, "Recommended CloudWatch alarms").
pub(crate) fn search_alarms(context: &mut Context<'_>, name: &Name, domain: &Handle, nodes: u32, storage_gib: u64) {
    let key_path = format!("resources.{name}");
    let dimensions = || vec![("ClientId", Pseudo::AccountId.into()), ("DomainName", domain.output("DomainName"))];
    // The metric is in MiB, and that of the fullest node.
    let quarter = u32::try_from(storage_gib).map_or(f64::from(u32::MAX), f64::from) * 1024.0 / 4.0;
    let any = |what, metric, text| Row { what, metric, statistic: "Maximum", periods: 1, text, ..Row::default() };
    let mut rows = vec![
        any(
            "red",
            "ClusterStatus.red",
            "A shard and all its copies are gone: look at _cluster/allocation/explain; an automatic snapshot has them.",
        ),
        Row {
            what: "storage",
            metric: "FreeStorageSpace",
            statistic: "Minimum",
            above: false,
            threshold: quarter,
            periods: 1,
            text: "Less than a quarter of a node's storage is free: delete old indexes, or raise `storage`; it does not grow by itself.",
            ..Row::default()
        },
        any("blocked", "ClusterIndexWritesBlocked", "Nothing can be written: storage or memory is used up; raise `storage` or the size."),
        Row {
            what: "memory",
            metric: "JVMMemoryPressure",
            statistic: "Maximum",
            threshold: 95.0,
            text: "The nodes are short of memory: look for large aggregations and too many shards, or take a larger size.",
            ..Row::default()
        },
        Row {
            what: "cpu",
            metric: "CPUUtilization",
            statistic: "Maximum",
            threshold: 80.0,
            text: "The nodes have been busy for a quarter of an hour: look at the slow logs, or take a larger size or more `nodes`.",
            ..Row::default()
        },
        any("key", "KMSKeyError", "The key cannot be used: enable it again, or the domain is cut off and its data is lost."),
        any(
            "key-access",
            "KMSKeyInaccessible",
            "The key is gone or its grant is: give it back, or the domain is cut off and its data is lost.",
        ),
        any("snapshot", "AutomatedSnapshotFailure", "The hourly snapshot failed: mostly the cluster is red; look at its status first."),
    ];
    if nodes > 1 {
        // On one node no copy of a shard has a place, so it is yellow for ever.
        rows.push(Row {
            what: "yellow",
            metric: "ClusterStatus.yellow",
            statistic: "Maximum",
            text: "A shard lacks a copy: a node is gone, or there are fewer nodes than copies; look at _cluster/allocation/explain.",
            ..Row::default()
        });
        rows.push(Row {
            what: "nodes",
            metric: "Nodes",
            statistic: "Minimum",
            above: false,
            threshold: f64::from(nodes),
            text: "Fewer nodes run than asked for: AWS replaces them by itself; if that lasts, look at the domain's events.",
            ..Row::default()
        });
    }
    for row in rows {
        let row = Row { namespace: "AWS/ES", ..row };
        add(context, &key_path, name.as_str(), dimensions(), &row);
    }
}

/// A queue: the age of its oldest message, and anything in its dead-letter queue.
pub(crate) fn queue_alarms(context: &mut Context<'_>, name: &Name, queue: &Handle, failed: &Handle) {
    let key_path = format!("resources.{name}");
    // Ten times what the receiver promises to be done in; a quarter of an hour where nobody promises.
    let promised = context
        .resolved
        .application
        .services
        .values()
        .filter_map(|service| service.scale.as_ref()?.drain.get(name.as_str()))
        .map(|drain| drain.as_seconds() * 10)
        .max();
    let age = promised.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(900);
    let row = Row {
        what: "age",
        namespace: "AWS/SQS",
        metric: "ApproximateAgeOfOldestMessage",
        statistic: "Maximum",
        threshold: f64::from(age),
        periods: 2,
        text: "Messages wait too long: the receiver fails or is too slow; look at its log.",
        ..Row::default()
    };
    add(context, &key_path, name.as_str(), vec![("QueueName", queue.output("QueueName"))], &row);
    failed_messages(context, &key_path, name.as_str(), failed);
}

/// Files: near the limit of what a file system reads and writes at once, everything that waits for it waits longer.
pub(crate) fn files_alarms(context: &mut Context<'_>, name: &Name, system: &Handle) {
    let row = Row {
        what: "load",
        namespace: "AWS/EFS",
        metric: "PercentIOLimit",
        statistic: "Maximum",
        threshold: 95.0,
        periods: 3,
        text: "The files are read and written nearly as fast as the file system can: look at who opens so many of them.",
        ..Row::default()
    };
    add(context, &format!("resources.{name}"), name.as_str(), vec![("FileSystemId", system.output("FileSystemId"))], &row);
}

fn failed_messages(context: &mut Context<'_>, key_path: &str, name: &str, failed: &Handle) {
    let row = Row {
        what: "failed",
        namespace: "AWS/SQS",
        metric: "ApproximateNumberOfMessagesVisible",
        statistic: "Maximum",
        periods: 1,
        text: "Something failed for good and lies in the dead-letter queue: look at it, repair the cause, send it back.",
        ..Row::default()
    };
    add(context, key_path, name, vec![("QueueName", failed.output("QueueName"))], &row);
}

/// The operations on items; DynamoDB counts its own errors for each of them, and for nothing wider (DynamoDB developer guide, "DynamoDB Metrics and
/// dimensions"). Of errors of those who call it counts only the whole account's, which says nothing of a table.
const TABLE_OPERATIONS: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// A table: requests that were refused because they came too fast, and DynamoDB's own errors.
pub(crate) fn table_alarms(context: &mut Context<'_>, name: &Name, table: &Handle) {
    let key_path = format!("resources.{name}");
    let id = || ("TableName", table.output("TableName"));
    for (what, metric, text) in [
        (
            "read-throttles",
            "ReadThrottleEvents",
            "Reads of the table are refused: one key is read too often, or the load grew more than twofold within half an hour.",
        ),
        (
            "write-throttles",
            "WriteThrottleEvents",
            "Writes to the table are refused: one key is written too often, or the load grew more than twofold within half an hour.",
        ),
    ] {
        let row = Row { what, namespace: "AWS/DynamoDB", metric, statistic: "Sum", threshold: 10.0, periods: 1, text, ..Row::default() };
        add(context, &key_path, name.as_str(), vec![id()], &row);
    }
    let row = Row {
        what: "system-errors",
        namespace: "AWS/DynamoDB",
        metric: "SystemErrors",
        statistic: "Sum",
        threshold: 10.0,
        periods: 1,
        text: "DynamoDB itself answers with errors: clients try again by themselves; look at the AWS Health Dashboard.",
        ..Row::default()
    };
    let of = TABLE_OPERATIONS.iter().map(|operation| vec![id(), ("Operation", Text::from(*operation))]).collect();
    add_sum(context, &key_path, name.as_str(), of, &row);
}

/// A stream: records that wait to be read, and records that were refused.
pub(crate) fn stream_alarms(context: &mut Context<'_>, name: &Name, stream: &Handle) {
    let key_path = format!("resources.{name}");
    let rows = [
        Row {
            what: "age",
            metric: "GetRecords.IteratorAgeMilliseconds",
            statistic: "Maximum",
            // A quarter of an hour.
            threshold: 900_000.0,
            periods: 2,
            text: "Records wait too long: a reader fails or is too slow; look at its log.",
            ..Row::default()
        },
        Row {
            what: "write-throttles",
            metric: "WriteProvisionedThroughputExceeded",
            statistic: "Sum",
            threshold: 10.0,
            periods: 1,
            text: "Records are refused: a partition key is written too often, or the stream has too few `shards`.",
            ..Row::default()
        },
        Row {
            what: "read-throttles",
            metric: "ReadProvisionedThroughputExceeded",
            statistic: "Sum",
            threshold: 10.0,
            text: "Readers are refused: there are too many for the stream's `shards`.",
            ..Row::default()
        },
    ];
    for row in rows {
        let row = Row { namespace: "AWS/Kinesis", ..row };
        add(context, &key_path, name.as_str(), vec![("StreamName", stream.output("Name"))], &row);
    }
}

/// A topic: messages that did not reach who hears it.
pub(crate) fn topic_alarms(context: &mut Context<'_>, name: &Name, topic: &Handle) {
    let row = Row {
        what: "failed",
        namespace: "AWS/SNS",
        metric: "NumberOfNotificationsFailed",
        statistic: "Sum",
        periods: 1,
        text: "Messages of the topic did not reach somebody who hears it: look whether the endpoint answers.",
        ..Row::default()
    };
    add(context, &format!("resources.{name}"), name.as_str(), vec![("TopicName", topic.output("TopicName"))], &row);
}

/// A service on Amazon ECS: processor, memory, and whether enough tasks run.
pub(crate) fn service_alarms(context: &mut Context<'_>, name: &Name, service_name: &str, least: u32, runs: bool) {
    let key_path = format!("services.{name}");
    let cluster = Text::output(&context.cluster.ecs_cluster(), "ClusterName");
    let dimensions = || vec![("ClusterName", cluster.clone()), ("ServiceName", Text::from(service_name))];
    for (what, metric) in [("cpu", "CPUUtilization"), ("memory", "MemoryUtilization")] {
        let row = Row {
            what,
            namespace: "AWS/ECS",
            metric,
            threshold: 90.0,
            text: "The service is short of this although it scales: raise `scale.max` or its size.",
            ..Row::default()
        };
        add(context, &key_path, name.as_str(), dimensions(), &row);
    }
    if runs {
        let row = Row {
            what: "tasks",
            namespace: "ECS/ContainerInsights",
            metric: "RunningTaskCount",
            statistic: "Minimum",
            above: false,
            threshold: f64::from(least.max(1)),
            silence_rings: true,
            text: "Fewer tasks run than must: look at the service's events and its log.",
            ..Row::default()
        };
        add(context, &key_path, name.as_str(), dimensions(), &row);
    }
}

/// The load balancer: its own errors.
pub(crate) fn load_balancer_alarms(context: &mut Context<'_>, key_path: &str, balancer: &Handle) {
    let row = Row {
        what: "errors",
        namespace: "AWS/ApplicationELB",
        metric: "HTTPCode_ELB_5XX_Count",
        statistic: "Sum",
        threshold: 10.0,
        periods: 1,
        text: "The load balancer itself answers with errors: mostly no target is well, or none answers in time.",
        ..Row::default()
    };
    let dimensions = vec![("LoadBalancer", balancer.output("LoadBalancerFullName"))];
    add(context, key_path, "load_balancer", dimensions, &row);
}

/// A route: the service's errors, and targets that are not well.
pub(crate) fn route_alarms(context: &mut Context<'_>, service: &str, balancer: &Handle, targets: &Handle) {
    let key_path = format!("services.{service}.route");
    let dimensions =
        || vec![("LoadBalancer", balancer.output("LoadBalancerFullName")), ("TargetGroup", targets.output("TargetGroupFullName"))];
    let rows = [
        Row {
            what: "errors",
            metric: "HTTPCode_Target_5XX_Count",
            statistic: "Sum",
            threshold: 10.0,
            periods: 1,
            text: "The service answers with errors: look at its log.",
            ..Row::default()
        },
        Row {
            what: "unhealthy",
            metric: "UnHealthyHostCount",
            statistic: "Maximum",
            text: "Copies of the service do not answer their health check: look at their log.",
            ..Row::default()
        },
    ];
    for row in rows {
        let row = Row { namespace: "AWS/ApplicationELB", ..row };
        add(context, &key_path, service, dimensions(), &row);
    }
}

/// A function: errors, refused calls, and events that failed for good.
pub(crate) fn function_alarms(context: &mut Context<'_>, name: &Name, function: &Handle, failed: &Handle) {
    let key_path = format!("functions.{name}");
    for (what, metric, text) in [
        ("errors", "Errors", "The function fails: look at its log."),
        ("throttles", "Throttles", "Calls of the function are refused: its share of the account's concurrency is used up."),
    ] {
        let row = Row { what, namespace: "AWS/Lambda", metric, statistic: "Sum", periods: 1, text, ..Row::default() };
        let dimensions = vec![("FunctionName", function.output("FunctionName"))];
        add(context, &key_path, name.as_str(), dimensions, &row);
    }
    failed_messages(context, &key_path, name.as_str(), failed);
}

/// A job: starts that failed for good.
pub(crate) fn job_alarms(context: &mut Context<'_>, key_path: &str, name: &str, failed: &Handle) {
    failed_messages(context, key_path, name, failed);
}

/// Hosts: fewer machines than asked for, and machines that are busy all the time.
pub(crate) fn host_alarms(context: &mut Context<'_>, name: &Name, host: &Host, group: &Handle) {
    if host.count == 0 {
        return;
    }
    let key_path = format!("hosts.{name}");
    let dimensions = || vec![("AutoScalingGroupName", group.output("AutoScalingGroupName"))];
    let rows = [
        Row {
            what: "machines",
            namespace: "AWS/AutoScaling",
            metric: "GroupInServiceInstances",
            statistic: "Minimum",
            above: false,
            threshold: f64::from(host.count),
            silence_rings: true,
            text: "Fewer machines run than asked for: look at the activity of the auto scaling group.",
            ..Row::default()
        },
        Row {
            what: "cpu",
            namespace: "AWS/EC2",
            metric: "CPUUtilization",
            threshold: 90.0,
            text: "The machines are busy all the time: take more of them, or larger ones.",
            ..Row::default()
        },
    ];
    for row in rows {
        add(context, &key_path, name.as_str(), dimensions(), &row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_follow_the_memory_of_the_class() {
        for (class, memory) in [
            ("db.t4g.micro", 1.0),
            ("db.t4g.medium", 4.0),
            ("db.m6g.large", 8.0),
            ("db.r6g.large", 16.0),
            ("db.r6g.2xlarge", 64.0),
            ("db.m6g.4xlarge", 64.0),
        ] {
            assert!((database_memory_gib(class) - memory).abs() < f64::EPSILON, "{class}");
        }
        assert!((most_connections("db.r6g.16xlarge") - 4000.0).abs() < f64::EPSILON);
        assert!((most_connections("db.t4g.micro") - 90.0).abs() < f64::EPSILON);
    }
}
