//! Tables, streams and topics: what they are made as, and what feeds a function from them.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::lowered;
use serde_json::{Value, json};
use strata_diag::codes;
use strata_graph::{Resource, Scope};
use strata_layers::Lowered;

const PLATFORM: &str = r#"
platform: acme
compliance: []
accounts: {main: {aws: "111111111111"}}
address_space: 10.0.0.0/8
domains: {acme.example: {delegate: per-environment}}
networks: {main: {account: main, region: us-east-1, zones: 2, size: /16}}
clusters: {containers: {network: main, runtime: ecs}}
"#;

const APP: &str = r#"
app: store
functions:
  audit: {code: ./fn/receipt, runtime: python3.13, trigger: {holds: changed}, uses: {holds: read}}
  count: {code: ./fn/receipt, runtime: python3.13, trigger: {clicks: published}, uses: {clicks: subscribe}}
  tell: {code: ./fn/receipt, runtime: python3.13, trigger: {news: published}}
resources:
  news: {type: topic}
  orders: {type: topic, fifo: true}
  holds: {type: table, key: seat, sort: at, expire: ends}
  plain: {type: table, key: id}
  clicks: {type: stream}
  few: {type: stream, shards: 3, keep: 60h}
environments:
  dev: {cluster: containers, host: dev.acme.example}
"#;

fn made(platform: &str) -> Lowered {
    lowered(platform, APP, "dev", &BTreeMap::new())
}

fn find<'l>(lowered: &'l Lowered, short: &str) -> &'l Resource {
    let own = |resource: &&Resource| *resource.address.scope() == Scope::environment("store", "dev") && resource.address.short() == short;
    lowered.graph.iter().find(own).unwrap_or_else(|| panic!("no {short}"))
}

fn at(lowered: &Lowered, short: &str, path: &str) -> Value {
    find(lowered, short).properties.at(path).cloned().unwrap_or_default()
}

#[test]
fn a_table_is_found_by_its_key_and_forgets_what_has_ended() {
    let lowered = made(PLATFORM);
    let table = "dynamodb_table.holds";
    let keys = json!([{"AttributeName": "seat", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]);
    assert_eq!(at(&lowered, table, "KeySchema"), keys);
    let attributes = json!([{"AttributeName": "at", "AttributeType": "S"}, {"AttributeName": "seat", "AttributeType": "S"}]);
    assert_eq!(at(&lowered, table, "AttributeDefinitions"), attributes, "what ends a row is no part of the key, and is not declared");
    assert_eq!(at(&lowered, table, "TimeToLiveSpecification"), json!({"AttributeName": "ends", "Enabled": true}));
    assert_eq!(at(&lowered, table, "BillingMode"), "PAY_PER_REQUEST");
    assert_eq!(at(&lowered, table, "DeletionProtectionEnabled"), true);
    assert_eq!(at(&lowered, table, "PointInTimeRecoverySpecification.RecoveryPeriodInDays"), 35);
    assert_eq!(at(&lowered, table, "SSESpecification.KMSMasterKeyId")["$output"]["of"], "environment/store/dev/kms_key.data");
    let resource = find(&lowered, table);
    assert_eq!(resource.data.as_deref(), Some("holds"), "destroyed only when it is named");
    let plain = find(&lowered, "dynamodb_table.plain");
    assert_eq!(plain.properties.at("TimeToLiveSpecification"), None, "no row ends where nothing says when");
}

#[test]
fn the_backup_plan_covers_tables() {
    let lowered = made(PLATFORM);
    let condition = at(&lowered, "backup_selection.data", "BackupSelection.ListOfTags.0");
    let key = condition["ConditionKey"].as_str().unwrap();
    for table in ["dynamodb_table.holds", "dynamodb_table.plain"] {
        assert_eq!(at(&lowered, table, "Tags")[key], condition["ConditionValue"], "{table}");
    }
    let origins: Vec<&str> = find(&lowered, "backup_plan.data").origins.iter().map(|origin| origin.key.as_str()).collect();
    assert_eq!(origins, ["resources.holds", "resources.plain"]);
}

#[test]
fn a_stream_of_changes_stands_where_a_function_follows_it_and_nowhere_else() {
    let lowered = made(PLATFORM);
    assert_eq!(at(&lowered, "dynamodb_table.holds", "StreamSpecification"), json!({"StreamViewType": "NEW_AND_OLD_IMAGES"}));
    assert_eq!(at(&lowered, "dynamodb_table.plain", "StreamSpecification"), Value::Null);
    let keys: Vec<&str> = find(&lowered, "dynamodb_table.holds").origins.iter().map(|origin| origin.key.as_str()).collect();
    assert_eq!(keys, ["resources.holds", "functions.audit.trigger"], "the table says who asked for its stream");
    for (function, of, output) in [("audit", "dynamodb_table.holds", "StreamArn"), ("count", "kinesis_stream.clicks", "Arn")] {
        let mapping = format!("lambda_event_source_mapping.{function}");
        let source = at(&lowered, &mapping, "EventSourceArn");
        assert_eq!(source["$output"], json!({"of": format!("environment/store/dev/{of}"), "output": output}));
        let failed = at(&lowered, &mapping, "DestinationConfig.OnFailure.Destination");
        assert_eq!(failed["$output"]["of"], format!("environment/store/dev/queue.{function}-failed"), "what fails for good is kept");
        assert!(at(&lowered, &mapping, "MaximumRetryAttempts").as_i64().unwrap() > 0, "one bad record holds up nobody for long");
        assert_eq!(at(&lowered, &mapping, "StartingPosition"), "TRIM_HORIZON");
    }
}

#[test]
fn a_function_may_read_the_stream_that_feeds_it_and_no_other() {
    let lowered = made(PLATFORM);
    let statement = |function: &str| {
        let statements = at(&lowered, &format!("iam_role_policy.{function}"), "PolicyDocument.Statement");
        statements.as_array().unwrap().iter().find(|statement| statement["Sid"] == "TriggerStream").cloned().unwrap()
    };
    let audit = statement("audit");
    let actions = json!(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]);
    assert_eq!(audit["Action"], actions);
    let resource = audit["Resource"].to_string();
    assert!(resource.contains(":table/acme-store-dev-holds/stream/*"), "{resource}");
    let count = statement("count");
    assert_eq!(count["Action"], json!(["kinesis:DescribeStream"]), "the rest is what `subscribe` allows");
    let resource = count["Resource"].to_string();
    assert!(resource.contains(":stream/acme-store-dev-clicks\""), "{resource}");
}

#[test]
fn a_stream_counts_its_shards_itself_unless_it_is_told() {
    let lowered = made(PLATFORM);
    assert_eq!(at(&lowered, "kinesis_stream.clicks", "StreamModeDetails.StreamMode"), "ON_DEMAND");
    assert_eq!(at(&lowered, "kinesis_stream.clicks", "ShardCount"), Value::Null);
    assert_eq!(at(&lowered, "kinesis_stream.few", "StreamModeDetails.StreamMode"), "PROVISIONED");
    assert_eq!(at(&lowered, "kinesis_stream.few", "ShardCount"), 3);
    assert_eq!(at(&lowered, "kinesis_stream.clicks", "StreamEncryption.KeyId")["$output"]["of"], "environment/store/dev/kms_key.data");
    assert_eq!(find(&lowered, "kinesis_stream.clicks").data.as_deref(), Some("clicks"));
}

#[test]
fn records_are_kept_as_long_as_a_standard_asks_and_a_shorter_line_is_warned_of() {
    let lowered = made(PLATFORM);
    assert_eq!(at(&lowered, "kinesis_stream.clicks", "RetentionPeriodHours"), 24, "Kinesis's own, where nobody asks for more");
    assert_eq!(at(&lowered, "kinesis_stream.few", "RetentionPeriodHours"), 60);
    assert!(lowered.warnings.iter().all(|warning| warning.code != codes::E0603));

    let lowered = made(&PLATFORM.replace("compliance: []", "compliance: [soc2]"));
    assert_eq!(at(&lowered, "kinesis_stream.clicks", "RetentionPeriodHours"), 168);
    assert_eq!(at(&lowered, "kinesis_stream.few", "RetentionPeriodHours"), 60, "what the file says stands");
    let warned: Vec<&str> =
        lowered.warnings.iter().filter(|warning| warning.code == codes::E0603).map(|warning| warning.message.as_str()).collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("`resources.few.keep` says 2 days"), "{warned:?}");
}

/// DynamoDB counts its own errors by operation: the alarm adds them up. At most ten metrics go into one alarm (CloudWatch user guide, "Quotas").
#[test]
fn alarms_watch_tables_and_streams() {
    let lowered = made(PLATFORM);
    let metrics = at(&lowered, "alarm.holds-system-errors", "Metrics");
    let metrics = metrics.as_array().unwrap();
    let (of, sum): (Vec<&Value>, Vec<&Value>) = metrics.iter().partition(|metric| metric["MetricStat"].is_object());
    assert_eq!((of.len(), sum.len()), (10, 1));
    assert_eq!((&sum[0]["Expression"], &sum[0]["ReturnData"]), (&json!("SUM(METRICS())"), &json!(true)));
    for metric in of {
        let dimensions = metric["MetricStat"]["Metric"]["Dimensions"].as_array().unwrap();
        let names: Vec<&str> = dimensions.iter().map(|dimension| dimension["Name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Operation", "TableName"]);
    }
    for (alarm, dimension, of) in [
        ("holds-read-throttles", "TableName", "dynamodb_table.holds"),
        ("holds-write-throttles", "TableName", "dynamodb_table.holds"),
        ("clicks-age", "StreamName", "kinesis_stream.clicks"),
        ("clicks-write-throttles", "StreamName", "kinesis_stream.clicks"),
        ("clicks-read-throttles", "StreamName", "kinesis_stream.clicks"),
    ] {
        let first = at(&lowered, &format!("alarm.{alarm}"), "Dimensions.0");
        assert_eq!(first["Name"], dimension, "{alarm}");
        assert_eq!(first["Value"]["$output"]["of"], format!("environment/store/dev/{of}"), "{alarm}");
    }
}

#[test]
fn a_function_hears_the_topic_that_it_names_and_no_other_may_call_it() {
    let lowered = made(PLATFORM);
    let topic = json!({"of": "environment/store/dev/topic.news", "output": "TopicArn"});
    let subscription = "topic_subscription.tell-hears-news";
    assert_eq!(at(&lowered, subscription, "TopicArn")["$output"], topic);
    assert_eq!(at(&lowered, subscription, "Protocol"), "lambda");
    assert_eq!(at(&lowered, subscription, "Endpoint")["$output"]["of"], "environment/store/dev/lambda_function.tell");
    assert_eq!(at(&lowered, "lambda_permission.tell", "Principal"), "sns.amazonaws.com");
    assert_eq!(at(&lowered, "lambda_permission.tell", "SourceArn")["$output"], topic);
    let waits = &find(&lowered, subscription).depends_on;
    assert!(waits.iter().any(|address| address.short() == "lambda_permission.tell"), "SNS asks for the permission first: {waits:?}");
}

#[test]
fn a_topic_is_encrypted_and_takes_no_message_without_tls() {
    let lowered = made(PLATFORM);
    for topic in ["news", "orders"] {
        let key = at(&lowered, &format!("topic.{topic}"), "KmsMasterKeyId");
        assert_eq!(key["$output"]["of"], "environment/store/dev/kms_key.data", "{topic}");
        let statement = at(&lowered, &format!("topic_policy.{topic}"), "PolicyDocument.Statement.0");
        assert_eq!((&statement["Effect"], &statement["Condition"]["Bool"]), (&json!("Deny"), &json!({"aws:SecureTransport": ["false"]})));
    }
    let name = at(&lowered, "topic.orders", "TopicName");
    assert!(name.as_str().unwrap().ends_with(".fifo"), "{name}");
    assert_eq!(at(&lowered, "topic.orders", "FifoTopic"), true);
    assert_eq!(at(&lowered, "topic.news", "FifoTopic"), Value::Null);
    assert_eq!(at(&lowered, "alarm.news-failed", "MetricName"), "NumberOfNotificationsFailed");
}
