//! Data streams.

use aws_sdk_kinesis::types::EncryptionType;
use serde_json::json;
use strata_aws::kinesis::*;
use strata_aws::lambda::EventSourceMapping;
use strata_provider::{ErrorKind, Readiness};

use super::key;
use crate::recorder::{ACCOUNT, Answer, Recorder};
use crate::support::{Bench, Made};

fn stream(bench: &Bench) -> Stream {
    Stream {
        name: "acme-clicks".into(),
        stream_mode_details: StreamModeDetails { stream_mode: Stream::ON_DEMAND.into() },
        retention_period_hours: 168,
        stream_encryption: Some(StreamEncryption { encryption_type: "KMS".into(), key_id: key(bench) }),
        ..Stream::default()
    }
}

#[tokio::test]
async fn a_stream_and_who_follows_it() {
    let bench = Bench::new(363);
    let mut clicks = bench.create("clicks", stream(&bench)).await;
    bench
        .update(&mut clicks, |clicks| {
            clicks.retention_period_hours = 48;
            clicks.stream_encryption.as_mut().unwrap().key_id = "arn:aws:kms:us-east-1:1:key/other".into();
            clicks.tags.insert("team".into(), "web".into());
        })
        .await;
    bench
        .update(&mut clicks, |clicks| {
            clicks.stream_mode_details.stream_mode = Stream::PROVISIONED.into();
            // More than twice the four that the emulator begins with: two calls.
            clicks.shard_count = Some(9);
            clicks.stream_encryption = None;
        })
        .await;
    bench.update(&mut clicks, |clicks| clicks.shard_count = Some(3)).await;
    let function = super::functions::function(&bench).await;
    let function = bench.create("receipt", function).await;
    let mapping = EventSourceMapping {
        function_name: function.output("FunctionName"),
        event_source_arn: clicks.output("Arn"),
        batch_size: 100,
        enabled: true,
        starting_position: Some("TRIM_HORIZON".into()),
        maximum_retry_attempts: Some(5),
        ..EventSourceMapping::default()
    };
    let mapping = bench.create("clicks", mapping).await;
    bench.delete(mapping).await;
    bench.delete(function).await;
    bench.delete(clicks).await;
    let few = Stream {
        stream_mode_details: StreamModeDetails { stream_mode: Stream::PROVISIONED.into() },
        shard_count: Some(2),
        ..stream(&bench)
    };
    let few = bench.create("few", few).await;
    bench.delete(few).await;
}

#[tokio::test]
async fn what_others_change_of_a_stream_is_seen_and_set_right() {
    let bench = Bench::new(364);
    let clicks = bench.create("clicks", stream(&bench)).await;
    let cloud = bench.cloud().await;
    let (kinesis, arn) = (cloud.kinesis(), &clicks.outputs["Arn"]);
    kinesis.decrease_stream_retention_period().stream_name("acme-clicks").retention_period_hours(24).send().await.unwrap();
    let stop = kinesis.stop_stream_encryption().stream_name("acme-clicks").encryption_type(EncryptionType::Kms);
    stop.key_id(key(&bench).as_literal().unwrap()).send().await.unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kinesis:GetRecords", "Resource": arn},
    ]});
    kinesis.put_resource_policy().resource_arn(arn).policy(policy.to_string()).send().await.unwrap();

    let seen = bench.observe(&clicks.address, Some(&clicks.id), &clicks.resource).await.unwrap().unwrap();
    let seen: Stream = seen.properties.read().unwrap();
    assert_eq!((seen.retention_period_hours, &seen.stream_encryption), (24, &None));
    assert_eq!(seen.resource_policy.as_ref().unwrap().statement.len(), 1, "strangers may read it");
    bench.only_update(&clicks, &seen).await.unwrap();
    let seen = bench.observe(&clicks.address, Some(&clicks.id), &clicks.resource).await.unwrap().unwrap();
    assert_eq!(seen.properties.read::<Stream>().unwrap(), clicks.resource);
    let taken = bench.only_create("clicks", clicks.resource.clone()).await.unwrap_err();
    assert_eq!(taken.kind, ErrorKind::Conflict, "one of that name stands: {taken}");
    bench.delete(clicks).await;
}

/// A stream that was made and has neither encryption nor retention yet: what a creation leaves that broke off.
fn made_in_part(status: &str, change: Answer) -> Recorder {
    let target = |operation: &str| format!("x-amz-target: Kinesis_20131202.{operation}");
    let summary = json!({"StreamDescriptionSummary": {
        "StreamName": "acme-clicks", "StreamARN": format!("arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/acme-clicks"), "StreamStatus": status,
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "RetentionPeriodHours": 24, "StreamCreationTimestamp": 1_764_000_000,
        "EnhancedMonitoring": [], "EncryptionType": "NONE", "OpenShardCount": 4,
    }});
    Recorder::start(vec![
        Answer::ok(&target("DescribeStreamSummary"), summary.to_string()),
        Answer::ok(&target("ListTagsForStream"), r#"{"Tags": [], "HasMoreTags": false}"#),
        Answer::status(&target("GetResourcePolicy"), 400, r#"{"__type":"ResourceNotFoundException"}"#),
        Answer::ok(&target("CreateStream"), "{}"),
        Answer::ok(&target("AddTagsToStream"), "{}"),
        change,
    ])
}

#[tokio::test]
async fn a_stream_is_ready_when_it_is_active() {
    for (status, readiness) in [
        ("ACTIVE", Readiness::Ready),
        ("CREATING", Readiness::Pending("creating".into())),
        ("UPDATING", Readiness::Pending("updating".into())),
        ("DELETING", Readiness::Deleting),
    ] {
        let bench = Bench::recorded(&made_in_part(status, Answer::ok("never", "")));
        let wanted = stream(&bench);
        let seen = bench.observe(&bench.address::<Stream>("clicks"), None, &wanted).await.unwrap().unwrap();
        assert_eq!(seen.readiness, readiness);
        let seen: Stream = seen.properties.read().unwrap();
        assert_eq!((seen.stream_encryption, seen.retention_period_hours), (None, 24), "what is missing is seen");
    }
}

#[tokio::test]
async fn a_stream_is_made_first_and_then_brought_to_what_it_shall_be() {
    let failing = Answer::status("StartStreamEncryption", 400, r#"{"__type":"KMSAccessDeniedException","message":"no"}"#);
    let recorder = made_in_part("ACTIVE", failing);
    let bench = Bench::recorded(&recorder);
    let error = bench.only_create("clicks", stream(&bench)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied, "{error}");
    let asked = recorder.request("Kinesis_20131202.CreateStream").json();
    assert_eq!(asked["StreamModeDetails"], json!({"StreamMode": "ON_DEMAND"}));
    assert_eq!(asked["Tags"]["strata:platform"], "acme", "owned from its first moment on");
    let asked = recorder.request("Kinesis_20131202.StartStreamEncryption").json();
    assert_eq!(asked["EncryptionType"], "KMS");
    assert!(asked["KeyId"].as_str().unwrap().starts_with("arn:aws:kms:"), "{asked}");

    // A limit of calls a second is told by the word for a quota.
    let slow = Recorder::start(vec![Answer::status("DescribeStreamSummary", 400, r#"{"__type":"LimitExceededException"}"#)]);
    let bench = Bench::recorded(&slow);
    let made = Made {
        address: bench.address::<Stream>("clicks"),
        id: strata_graph::PhysicalId("acme-clicks".into()),
        resource: stream(&bench),
        outputs: Default::default(),
    };
    assert_eq!(bench.only_delete(&made).await.unwrap_err().kind, ErrorKind::Throttled);
}
