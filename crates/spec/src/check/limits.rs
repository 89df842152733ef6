//! What the cloud allows: periods, versions, storage. Each limit names the service whose limit it is.

use strata_diag::codes;

use super::Context;
use crate::model::{Resource, Table};
use crate::values::{DataSize, Duration, Version};

pub(super) fn check(context: &mut Context<'_>) {
    let application = context.application;
    for (name, resource) in &application.resources {
        let path = format!("resources.{name}");
        match resource {
            Resource::Postgres(postgres) => {
                backups(context, &path, postgres.backups);
                storage(context, &path, postgres.storage.as_ref(), RDS);
                version(context, &path, "PostgreSQL", postgres.version.as_ref(), &["13", "14", "15", "16", "17", "18"]);
            }
            Resource::Mysql(mysql) => {
                backups(context, &path, mysql.backups);
                storage(context, &path, mysql.storage.as_ref(), RDS);
                version(context, &path, "MySQL", mysql.version.as_ref(), &["8.0", "8.4"]);
            }
            Resource::Redis(redis) => {
                backups(context, &path, redis.backups);
                version(context, &path, "Redis", redis.version.as_ref(), &["6.2", "7.0", "7.1"]);
                if redis.multi_zone == Some(true) && redis.replicas == Some(0) {
                    let hint = "write `replicas: 1` or more, or leave `replicas` out";
                    context.error(
                        codes::E0317,
                        &format!("{path}.replicas"),
                        format!("`{path}` is in several zones, but has no replica"),
                        hint,
                    );
                }
            }
            Resource::Search(search) => {
                storage(context, &path, search.storage.as_ref(), OPENSEARCH);
                version(context, &path, "OpenSearch", search.version.as_ref(), OPENSEARCH_VERSIONS);
                if search.multi_zone == Some(true) && search.nodes.is_some_and(|nodes| nodes < 2) {
                    let hint = "write `nodes: 3` or more, or leave `nodes` out";
                    let message = format!("`{path}` is in several zones, but has one node");
                    context.error(codes::E0317, &format!("{path}.nodes"), message, hint);
                }
            }
            Resource::Bucket(bucket) => {
                between(context, &format!("{path}.expire"), bucket.expire, DAY, 100 * 365 * DAY, "Amazon S3 counts whole days")
            }
            Resource::Queue(queue) => {
                between(
                    context,
                    &format!("{path}.visibility"),
                    queue.visibility,
                    0,
                    12 * HOUR,
                    "Amazon SQS hides a message for 12 hours at most",
                );
                between(
                    context,
                    &format!("{path}.keep"),
                    queue.keep,
                    MINUTE,
                    14 * DAY,
                    "Amazon SQS keeps a message from one minute to 14 days",
                );
            }
            Resource::Stream(stream) => between(
                context,
                &format!("{path}.keep"),
                stream.keep,
                DAY,
                365 * DAY,
                "Amazon Kinesis keeps a record from 24 hours to 365 days",
            ),
            Resource::Key(key) => {
                between(context, &format!("{path}.rotate"), key.rotate, 90 * DAY, 2560 * DAY, "AWS KMS renews a key every 90 to 2560 days")
            }
            Resource::Table(table) => attributes(context, &path, table),
            // The environment's own topic, which its alarms go to.
            Resource::Topic(_) if name.as_str() == "alerts" => {
                let message = format!("`{path}` has the name of the topic that every environment's alarms go to");
                context.error_at_key(codes::E0109, &path, message, "give the topic another name");
            }
            Resource::Topic(_) | Resource::Bus(_) | Resource::Secret(_) | Resource::Files(_) => {}
        }
    }
    for (name, function) in &application.functions {
        between(
            context,
            &format!("functions.{name}.timeout"),
            function.timeout,
            1000,
            15 * MINUTE,
            "AWS Lambda runs a function for 15 minutes at most",
        );
    }
    for (name, service) in &application.services {
        let path = format!("services.{name}");
        if let Some(health) = &service.health {
            between(
                context,
                &format!("{path}.health.grace"),
                health.grace,
                0,
                2_147_483 * 1000,
                "Amazon ECS counts the grace period in seconds",
            );
            between(
                context,
                &format!("{path}.health.interval"),
                health.interval,
                5000,
                300_000,
                "a load balancer asks every 5 to 300 seconds",
            );
            between(context, &format!("{path}.health.timeout"), health.timeout, 2000, 120_000, "a load balancer waits 2 to 120 seconds");
            let (interval, timeout) =
                (health.interval.unwrap_or(Duration::from_seconds(15)), health.timeout.unwrap_or(Duration::from_seconds(5)));
            if timeout.as_milliseconds() >= interval.as_milliseconds() {
                let key = if health.timeout.is_some() { "timeout" } else { "interval" };
                let message = format!("`{path}.health` waits {timeout} for an answer and asks every {interval}");
                context.error(codes::E0317, &format!("{path}.health.{key}"), message, "make `timeout` shorter than `interval`");
            }
        }
        if let Some(rollout) = &service.rollout {
            for index in 1..rollout.canary.len() {
                if rollout.canary[index] <= rollout.canary[index - 1] {
                    let message = format!("the parts of `{path}.rollout.canary` do not grow");
                    context.error(
                        codes::E0317,
                        &format!("{path}.rollout.canary.{index}"),
                        message,
                        "each part must be larger than the one before: `[10%, 50%]`",
                    );
                }
            }
        }
    }
    for (name, environment) in &application.environments {
        let expire = environment.previews.as_ref().and_then(|previews| previews.expire);
        between(context, &format!("environments.{name}.previews.expire"), expire, HOUR, 30 * DAY, "a preview is short-lived");
    }
}

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An attribute of a DynamoDB table has one meaning: those of the key are text, the one that ends a row is a number.
fn attributes(context: &mut Context<'_>, path: &str, table: &Table) {
    let named = [("key", Some(&table.key)), ("sort", table.sort.as_ref()), ("expire", table.expire.as_ref())];
    let named: Vec<(&str, &String)> = named.into_iter().filter_map(|(key, attribute)| Some((key, attribute?))).collect();
    for (index, (key, attribute)) in named.iter().enumerate() {
        if let Some((other, _)) = named[..index].iter().find(|(_, before)| before == attribute) {
            let message = format!("`{path}.{key}` and `{path}.{other}` are the same attribute, `{attribute}`");
            let hint = match *key {
                "expire" => "name an attribute of its own that holds seconds since 1970; what rows are found or sorted by is text",
                _ => "name another attribute, or leave `sort` out: a row is then found by `key` alone",
            };
            context.error(codes::E0317, &format!("{path}.{key}"), message, hint);
        }
    }
}

fn words(milliseconds: u64) -> String {
    match milliseconds {
        0 => "0s".to_owned(),
        m if m % DAY == 0 => format!("{}d", m / DAY),
        m if m % HOUR == 0 => format!("{}h", m / HOUR),
        m if m % MINUTE == 0 => format!("{}m", m / MINUTE),
        m => format!("{}s", m / 1000),
    }
}

fn between(context: &mut Context<'_>, path: &str, value: Option<Duration>, least: u64, most: u64, why: &str) {
    let Some(value) = value else { return };
    if (least..=most).contains(&value.as_milliseconds()) {
        return;
    }
    let hint = format!("write {} to {}: {why}", words(least), words(most));
    context.error(codes::E0318, path, format!("`{path}` is {value}, which is out of range"), hint);
}

fn backups(context: &mut Context<'_>, path: &str, value: Option<Duration>) {
    let Some(value) = value else { return };
    if value.as_milliseconds() > 35 * DAY {
        let hint = "Amazon RDS and ElastiCache keep automatic backups for 35 days at most; longer ones are the backup plan's";
        context.error(codes::E0316, &format!("{path}.backups"), format!("`{path}` keeps backups for {value}"), hint);
    } else if value.as_milliseconds() % DAY != 0 {
        context.error(
            codes::E0318,
            &format!("{path}.backups"),
            format!("`{path}` keeps backups for {value}"),
            "backups are kept for whole days: `7d`",
        );
    }
}

/// Storage that a service offers: the least and the most in MiB, and the words of the hint.
type Offered = (u64, u64, &'static str);

const RDS: Offered = (20 * 1024, 64 * 1024 * 1024, "write 20GB to 64TB: what Amazon RDS offers");
/// The most is that of the largest classes (OpenSearch Service developer guide, "EBS volume size limits").
const OPENSEARCH: Offered = (10 * 1024, 24 * 1024 * 1024, "write 10GB to 24TB: what Amazon OpenSearch Service gives a node");
/// Versions that take fine-grained access control, gp3 volumes and Graviton classes all three.
const OPENSEARCH_VERSIONS: &[&str] = &["2.11", "2.13", "2.15", "2.17", "2.19", "3.1"];

fn storage(context: &mut Context<'_>, path: &str, value: Option<&DataSize>, (least, most, hint): Offered) {
    let Some(value) = value else { return };
    if !(least..=most).contains(&value.mib()) {
        context.error(codes::E0318, &format!("{path}.storage"), format!("`{path}` has {value} of storage"), hint);
    }
}

fn version(context: &mut Context<'_>, path: &str, what: &str, value: Option<&Version>, offered: &[&str]) {
    let Some(value) = value else { return };
    let parts = offered.iter().map(|offer| offer.split('.').count()).max().unwrap_or(1);
    let start: Vec<&str> = value.as_str().split('.').take(parts).collect();
    if !offered.contains(&start.join(".").as_str()) {
        let hint = format!("offered are {}", crate::suggest::list(offered));
        context.error(codes::E0318, &format!("{path}.version"), format!("{what} {value} is not offered"), hint);
    }
}
