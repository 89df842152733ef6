//! Buckets.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::s3::*;

use super::key;
use crate::support::{Bench, PLATFORM};

fn rule(id: &str, days: i64) -> LifecycleRule {
    LifecycleRule {
        id: id.into(),
        status: "Enabled".into(),
        prefix: Some("old/".into()),
        expiration_in_days: Some(days),
        noncurrent_version_expiration: Some(NoncurrentVersionExpiration { noncurrent_days: 30 }),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload { days_after_initiation: 7 }),
        ..LifecycleRule::default()
    }
}

#[tokio::test]
async fn a_bucket_with_everything() {
    let bench = Bench::new(300);
    let logs = bench.create("logs", Bucket::encrypted_by_s3("data-300-logs")).await;
    let deliver = Statement::allow("Logs", ["s3:PutObject"], ["arn:aws:s3:::data-300-logs/*"]).for_service("logging.s3.amazonaws.com");
    let policy = BucketPolicy { bucket: logs.output("BucketName"), policy_document: PolicyDocument::new([deliver]) };
    let mut policy = bench.create("logs", policy).await;
    let mut bucket = Bucket::encrypted_with("data-300-documents", key(&bench));
    bucket.versioning_configuration.status = "Enabled".into();
    bucket.lifecycle_configuration = Some(LifecycleConfiguration { rules: vec![rule("a", 365), rule("b", 100)] });
    bucket.notification_configuration = Some(NotificationConfiguration {
        event_bridge_configuration: Some(EventBridgeConfiguration { event_bridge_enabled: true }),
        ..NotificationConfiguration::default()
    });
    bucket.logging_configuration =
        Some(LoggingConfiguration { destination_bucket_name: logs.output("BucketName"), log_file_prefix: "documents/".into() });
    let mut bucket = bench.create("documents", bucket).await;
    assert_eq!(bucket.outputs["RegionalDomainName"], "data-300-documents.s3.us-east-1.amazonaws.com");
    bench
        .update(&mut bucket, |bucket| {
            bucket.versioning_configuration.status = "Suspended".into();
            bucket.public_access_block_configuration.block_public_policy = false;
            bucket.logging_configuration = None;
            bucket.notification_configuration = None;
            bucket.tags.insert("team".into(), "web".into());
            let rules = &mut bucket.lifecycle_configuration.as_mut().unwrap().rules;
            rules[0].transitions = vec![Transition { storage_class: "GLACIER".into(), transition_in_days: 90 }];
            rules[1].expiration_in_days = Some(101);
        })
        .await;
    bench
        .update(&mut bucket, |bucket| {
            bucket.lifecycle_configuration = None;
            bucket.bucket_encryption = Bucket::encrypted_by_s3("x").bucket_encryption;
            bucket.ownership_controls.rules[0].object_ownership = "BucketOwnerPreferred".into();
        })
        .await;
    bench
        .update(&mut policy, |policy| {
            let deny = Statement::deny("Tls", ["s3:*"], ["arn:aws:s3:::data-300-logs"]).for_aws(["*"]);
            policy.policy_document = PolicyDocument::new([deny.when("Bool", "aws:SecureTransport", ["false"])]);
        })
        .await;
    bench.delete(bucket).await;
    bench.delete(policy).await;
    bench.delete(logs).await;
}

#[tokio::test]
async fn a_bucket_is_emptied_before_it_goes() {
    let bench = Bench::new(301);
    let mut bucket = Bucket::encrypted_by_s3("data-301-lake");
    bucket.versioning_configuration.status = "Enabled".into();
    let bucket = bench.create("lake", bucket).await;
    let s3 = bench.cloud().await;
    let s3 = s3.s3();
    for version in ["one", "two"] {
        s3.put_object().bucket("data-301-lake").key("a").body(version.as_bytes().to_vec().into()).send().await.unwrap();
    }
    s3.put_object().bucket("data-301-lake").key("b/c d").body(b"x".to_vec().into()).send().await.unwrap();
    s3.delete_object().bucket("data-301-lake").key("a").send().await.unwrap();
    bench.delete(bucket).await;
}

#[tokio::test]
async fn a_bucket_with_a_retention() {
    let bench = Bench::new(302);
    let mut bucket = Bucket::encrypted_by_s3("data-302-evidence");
    bucket.versioning_configuration.status = "Enabled".into();
    bucket.object_lock_enabled = Some(true);
    let retention = |days| ObjectLockConfiguration {
        object_lock_enabled: "Enabled".into(),
        rule: Some(ObjectLockRule { default_retention: DefaultRetention { mode: "GOVERNANCE".into(), days } }),
    };
    bucket.object_lock_configuration = Some(retention(30));
    let mut bucket = bench.create("evidence", bucket).await;
    bench.update(&mut bucket, |bucket| bucket.object_lock_configuration = Some(retention(60))).await;
    bench.delete(bucket).await;
}

#[tokio::test]
async fn tags_of_others_stay() {
    let bench = Bench::new(303);
    let mut bucket = bench.create("shared", Bucket::encrypted_by_s3("data-303-shared")).await;
    let cloud = bench.cloud().await;
    let tag = |key: &str, value: &str| aws_sdk_s3::types::Tag::builder().key(key).value(value).build().unwrap();
    let all = vec![
        tag("strata:address", &bucket.address.to_string()),
        tag("strata:platform", PLATFORM),
        tag("strata:gone", "1"),
        tag("theirs", "kept"),
    ];
    let tagging = aws_sdk_s3::types::Tagging::builder().set_tag_set(Some(all)).build().unwrap();
    cloud.s3().put_bucket_tagging().bucket("data-303-shared").tagging(tagging).send().await.unwrap();
    bench
        .update(&mut bucket, |bucket| {
            bucket.tags.insert("ours".into(), "new".into());
            bucket.tags.insert("theirs".into(), "kept".into());
        })
        .await;
    bench.delete(bucket).await;
}

#[tokio::test]
async fn the_account_is_closed_to_the_public() {
    let bench = Bench::new(304);
    let closed = AccountPublicAccessBlock {
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
    };
    let mut block = bench.create("account", closed).await;
    assert_eq!(block.id.0, bench.account_id());
    bench.update(&mut block, |block| block.ignore_public_acls = false).await;
    bench.delete(block).await;
}
