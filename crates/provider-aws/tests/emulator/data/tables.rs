//! Key-value tables, and who follows their changes.

use aws_sdk_dynamodb::types::{
    AttributeDefinition as SdkAttribute, BillingMode, KeySchemaElement as SdkKey, KeyType, PointInTimeRecoverySpecification as SdkRecovery,
    ScalarAttributeType, TimeToLiveSpecification as SdkEnd,
};
use serde_json::{Value, json};
use strata_aws::dynamodb::*;
use strata_aws::lambda::{DestinationConfig, EventSourceMapping, OnFailure};
use strata_graph::Text;
use strata_provider::{ErrorKind, Readiness};

use super::key;
use crate::recorder::{ACCOUNT, Answer, Recorder};
use crate::support::{Bench, Made};

fn table(key: Text) -> Table {
    let attribute = |name: &str| AttributeDefinition { attribute_name: name.into(), attribute_type: "S".into() };
    let part = |name: &str, kind: &str| KeySchemaElement { attribute_name: name.into(), key_type: kind.into() };
    Table {
        table_name: "acme-holds".into(),
        attribute_definitions: vec![attribute("at"), attribute("seat")],
        key_schema: vec![part("seat", "HASH"), part("at", "RANGE")],
        billing_mode: "PAY_PER_REQUEST".into(),
        deletion_protection_enabled: true,
        sse_specification: Some(SseSpecification { sse_enabled: true, sse_type: "KMS".into(), kms_master_key_id: Some(key) }),
        point_in_time_recovery_specification: PointInTimeRecoverySpecification {
            point_in_time_recovery_enabled: true,
            recovery_period_in_days: Some(35),
        },
        time_to_live_specification: end("ends"),
        ..Table::default()
    }
}

fn end(attribute: &str) -> Option<TimeToLiveSpecification> {
    Some(TimeToLiveSpecification { attribute_name: attribute.into(), enabled: true })
}

fn stream() -> Option<StreamSpecification> {
    Some(StreamSpecification { stream_view_type: "NEW_AND_OLD_IMAGES".into() })
}

#[tokio::test]
async fn a_table_and_who_follows_its_changes() {
    let bench = Bench::new(360);
    let mut holds = bench.create("holds", table(key(&bench))).await;
    assert!(!holds.outputs.contains_key("StreamArn"), "nobody follows it yet");
    bench
        .update(&mut holds, |holds| {
            holds.point_in_time_recovery_specification.recovery_period_in_days = Some(7);
            holds.time_to_live_specification = end("until");
            holds.tags.insert("team".into(), "web".into());
        })
        .await;
    bench.update(&mut holds, |holds| holds.stream_specification = stream()).await;
    let function = super::functions::function(&bench).await;
    let function = bench.create("receipt", function).await;
    let failed = |name: &str| DestinationConfig { on_failure: OnFailure { destination: format!("arn:aws:sqs:us-east-1:1:{name}").into() } };
    let mapping = EventSourceMapping {
        function_name: function.output("FunctionName"),
        event_source_arn: holds.output("StreamArn"),
        batch_size: 100,
        enabled: true,
        function_response_types: vec!["ReportBatchItemFailures".into()],
        starting_position: Some("TRIM_HORIZON".into()),
        maximum_retry_attempts: Some(5),
        bisect_batch_on_function_error: Some(true),
        destination_config: Some(failed("dead")),
        ..EventSourceMapping::default()
    };
    let mut mapping = bench.create("holds", mapping).await;
    bench
        .update(&mut mapping, |mapping| {
            mapping.maximum_retry_attempts = Some(3);
            mapping.bisect_batch_on_function_error = Some(false);
            mapping.destination_config = Some(failed("other"));
        })
        .await;
    bench.delete(mapping).await;
    bench.update(&mut holds, |holds| holds.stream_specification = None).await;
    bench
        .update(&mut holds, |holds| {
            holds.time_to_live_specification = None;
            holds.point_in_time_recovery_specification = PointInTimeRecoverySpecification::default();
        })
        .await;
    // It is protected until it is named to be deleted, which is what a deletion here means.
    assert!(holds.resource.deletion_protection_enabled);
    bench.delete(holds).await;
    bench.delete(function).await;
}

#[tokio::test]
async fn what_others_change_of_a_table_is_seen_and_set_right() {
    let bench = Bench::new(361);
    let holds = Table { time_to_live_specification: None, ..table(key(&bench)) };
    let holds = bench.create("holds", holds).await;
    let cloud = bench.cloud().await;
    let name = "acme-holds";
    let dynamodb = cloud.dynamodb();
    dynamodb.update_table().table_name(name).deletion_protection_enabled(false).send().await.unwrap();
    let off = SdkRecovery::builder().point_in_time_recovery_enabled(false).build().unwrap();
    dynamodb.update_continuous_backups().table_name(name).point_in_time_recovery_specification(off).send().await.unwrap();
    let ends = SdkEnd::builder().attribute_name("at").enabled(true).build().unwrap();
    dynamodb.update_time_to_live().table_name(name).time_to_live_specification(ends).send().await.unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "dynamodb:Scan", "Resource": holds.outputs["Arn"]},
    ]});
    dynamodb.put_resource_policy().resource_arn(&holds.outputs["Arn"]).policy(policy.to_string()).send().await.unwrap();

    let seen = bench.observe(&holds.address, Some(&holds.id), &holds.resource).await.unwrap().unwrap();
    let seen: Table = seen.properties.read().unwrap();
    assert!(!seen.deletion_protection_enabled);
    assert_eq!(seen.point_in_time_recovery_specification, PointInTimeRecoverySpecification::default());
    assert_eq!(seen.time_to_live_specification, end("at"), "items end that shall stay");
    assert_eq!(seen.resource_policy.as_ref().unwrap().policy_document.statement.len(), 1, "strangers may read it");
    bench.only_update(&holds, &seen).await.unwrap();
    let seen = bench.observe(&holds.address, Some(&holds.id), &holds.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<Table>().unwrap(), holds.resource);
    bench.delete(holds).await;
}

#[tokio::test]
async fn a_table_that_was_made_in_part_is_seen_so_and_finished() {
    let bench = Bench::new(362);
    let address = bench.address::<Table>("holds");
    let mut wanted = table(key(&bench));
    wanted.tags = [("strata:address".to_owned(), Text::from(address.to_string())), ("strata:platform".to_owned(), "acme".into())].into();
    wanted.sse_specification = None;
    let cloud = bench.cloud().await;
    let attribute = |name: &str| SdkAttribute::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap();
    let part = |name: &str, kind: KeyType| SdkKey::builder().attribute_name(name).key_type(kind).build().unwrap();
    let made = cloud.dynamodb().create_table().table_name("acme-holds").billing_mode(BillingMode::PayPerRequest);
    let made = made.attribute_definitions(attribute("seat")).attribute_definitions(attribute("at"));
    made.key_schema(part("seat", KeyType::Hash)).key_schema(part("at", KeyType::Range)).send().await.unwrap();

    let seen = bench.observe(&address, None, &wanted).await.unwrap().unwrap();
    let in_part: Table = seen.properties.read().unwrap();
    assert!(!in_part.point_in_time_recovery_specification.point_in_time_recovery_enabled);
    assert_eq!((in_part.time_to_live_specification.as_ref(), in_part.deletion_protection_enabled), (None, false));
    assert!(in_part.tags.is_empty());
    let made = Made { address, id: seen.id, resource: wanted, outputs: seen.outputs };
    bench.only_update(&made, &in_part).await.unwrap();
    let seen = bench.observe(&made.address, Some(&made.id), &made.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<Table>().unwrap(), made.resource);
    let taken = bench.only_create("holds", made.resource.clone()).await.unwrap_err();
    assert_eq!(taken.kind, ErrorKind::Conflict, "one of that name stands: {taken}");
    bench.delete(made).await;
}

/// What `DescribeTable` says of the table in a status.
fn described(status: &str, encryption: &str) -> Value {
    json!({"Table": {
        "TableName": "acme-holds", "TableArn": format!("arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/acme-holds"), "TableStatus": status,
        "AttributeDefinitions": [{"AttributeName": "seat", "AttributeType": "S"}, {"AttributeName": "at", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "seat", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}, "DeletionProtectionEnabled": true,
        "SSEDescription": {"Status": encryption, "SSEType": "KMS", "KMSMasterKeyArn": "arn:aws:kms:us-east-1:1:key/old"},
    }})
}

/// A server on which the table stands, and that answers changes of time to live as told.
fn standing(status: &str, encryption: &str, end: Value, ends: Answer) -> Recorder {
    let target = |operation: &str| format!("x-amz-target: DynamoDB_20120810.{operation}");
    let backups = json!({"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {
        "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}}});
    Recorder::start(vec![
        Answer::ok(&target("DescribeTable"), described(status, encryption).to_string()),
        Answer::ok(&target("DescribeContinuousBackups"), backups.to_string()),
        Answer::ok(&target("DescribeTimeToLive"), json!({"TimeToLiveDescription": end}).to_string()),
        Answer::ok(&target("ListTagsOfResource"), r#"{"Tags": []}"#),
        Answer::status(&target("GetResourcePolicy"), 400, r#"{"__type":"com.amazonaws.dynamodb.v20120810#PolicyNotFoundException"}"#),
        Answer::ok(&target("UpdateTable"), r#"{"TableDescription": {"TableStatus": "UPDATING"}}"#),
        Answer::ok(&target("TagResource"), "{}"),
        ends,
    ])
}

#[tokio::test]
async fn a_table_is_ready_when_it_is_active_and_encrypted() {
    let on = json!({"TimeToLiveStatus": "ENABLING", "AttributeName": "ends"});
    for (status, encryption, readiness) in [
        ("ACTIVE", "ENABLED", Readiness::Ready),
        ("ACTIVE", "UPDATING", Readiness::Pending("encryption updating".into())),
        ("CREATING", "ENABLED", Readiness::Pending("creating".into())),
        ("UPDATING", "ENABLED", Readiness::Pending("updating".into())),
        ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ENABLED", Readiness::Pending("inaccessible_encryption_credentials".into())),
        ("DELETING", "ENABLED", Readiness::Deleting),
    ] {
        let bench = Bench::recorded(&standing(status, encryption, on.clone(), Answer::ok("never", "")));
        let wanted = table(key(&bench));
        let seen = bench.observe(&bench.address::<Table>("holds"), None, &wanted).await.unwrap().unwrap();
        assert_eq!(seen.readiness, readiness, "{status} {encryption}");
        let seen: Table = seen.properties.read().unwrap();
        assert_eq!(seen.time_to_live_specification, end("ends"), "what is being turned on counts as on");
        assert_eq!(seen.attribute_definitions, wanted.attribute_definitions, "sorted, whatever the answer's order");
    }
}

#[tokio::test]
async fn another_key_is_one_change_alone_and_time_to_live_waits_for_its_hour() {
    let refused = json!({
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": "Time to live has been modified multiple times within a fixed interval",
    });
    let on = json!({"TimeToLiveStatus": "ENABLED", "AttributeName": "old"});
    let recorder = standing("ACTIVE", "ENABLED", on, Answer::status("UpdateTimeToLive", 400, refused.to_string()));
    let bench = Bench::recorded(&recorder);
    let address = bench.address::<Table>("holds");
    let wanted = table("arn:aws:kms:us-east-1:1:key/new".into());
    let seen = bench.observe(&address, None, &wanted).await.unwrap().unwrap();
    let observed: Table = seen.properties.read().unwrap();
    let made = Made { address, id: seen.id, resource: wanted, outputs: seen.outputs };
    let error = bench.only_update(&made, &observed).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Conflict, "{error}");
    assert!(error.to_do.as_ref().unwrap().contains("once an hour"), "{error:?}");
    let asked = recorder.request("x-amz-target: DynamoDB_20120810.UpdateTable").json();
    let key = json!({"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:us-east-1:1:key/new"});
    assert_eq!(asked, json!({"TableName": "acme-holds", "SSESpecification": key}));
    let asked = recorder.request("UpdateTimeToLive").json();
    assert_eq!(asked["TimeToLiveSpecification"], json!({"AttributeName": "old", "Enabled": false}), "the old attribute goes first");
}
