//! Buckets that take logs and audit data, and what the policies of all buckets have in common.
//!
//! Invariants: no request without TLS 1.2 is answered; a bucket that S3 or load balancers write logs to is encrypted by S3's own
//! key, because AWS refuses another there.

use strata_aws::iam::policy_document::{PolicyDocument, Statement};
use strata_aws::s3::{
    AbortIncompleteMultipartUpload, Bucket, BucketPolicy, LifecycleConfiguration, LifecycleRule, LoggingConfiguration,
    NoncurrentVersionExpiration, Transition, VersioningConfiguration,
};
use strata_graph::{Layer, Pseudo};

use super::trail;
use crate::arn::{bucket_arn, regional_arn};
use crate::builder::{About, Builder};
use crate::foundations::AccountView;
use crate::posture::Setting;

/// Statements that every bucket's policy starts with: no request without TLS, none with less than TLS 1.2.
#[must_use]
pub fn tls_only(bucket_name: &str) -> Vec<Statement> {
    let all = || [bucket_arn(bucket_name), bucket_arn(&format!("{bucket_name}/*"))];
    // `{"AWS": "*"}` and not "*": S3 takes both for a target of logs, some readers of the policy only this one.
    vec![
        Statement::deny("NoPlainText", ["s3:*"], all()).for_aws(["*"]).when("Bool", "aws:SecureTransport", ["false"]),
        Statement::deny("NoOldTls", ["s3:*"], all()).for_aws(["*"]).when("NumericLessThan", "s3:TlsVersion", ["1.2"]),
    ]
}

/// A rule that clears away what nobody reads: unfinished uploads after a week, and old versions after `noncurrent_days`.
#[must_use]
pub fn tidy_rule(noncurrent_days: i64) -> LifecycleRule {
    LifecycleRule {
        id: "tidy".to_owned(),
        status: "Enabled".to_owned(),
        noncurrent_version_expiration: Some(NoncurrentVersionExpiration { noncurrent_days }),
        abort_incomplete_multipart_upload: Some(AbortIncompleteMultipartUpload { days_after_initiation: 7 }),
        ..LifecycleRule::default()
    }
}

/// Versions kept.
#[must_use]
pub fn versioned() -> VersioningConfiguration {
    VersioningConfiguration { status: "Enabled".to_owned() }
}

/// The bucket that takes the access logs of the region's buckets and load balancers.
pub(super) fn access_logs(builder: &mut Builder<'_>, account: &AccountView) {
    let name = account.access_logs_bucket_name();
    let expire = LifecycleRule {
        id: "expire".to_owned(),
        status: "Enabled".to_owned(),
        expiration_in_days: Some(builder.posture().number(Setting::AccessLogRetention).into()),
        ..LifecycleRule::default()
    };
    let bucket = Bucket {
        versioning_configuration: versioned(),
        lifecycle_configuration: Some(LifecycleConfiguration { rules: vec![expire, tidy_rule(30)] }),
        ..Bucket::encrypted_by_s3(&name)
    };
    let about = About::new(account.key_path(), "Takes the access logs of the buckets and load balancers in this region.")
        .data("access-logs")
        .classified("logs")
        .in_layer(Layer::Observability);
    let bucket = builder.add("access-logs", bucket, about.clone());
    let mut statements = tls_only(&name);
    statements.push(
        Statement::allow("BucketLogs", ["s3:PutObject"], [bucket_arn(&format!("{name}/*"))]).for_service("logging.s3.amazonaws.com").when(
            "StringEquals",
            "aws:SourceAccount",
            [Pseudo::AccountId],
        ),
    );
    let account_id = &account.placement.account_id;
    let load_balancers = [bucket_arn(&format!("{name}/AWSLogs/{account_id}/*")), bucket_arn(&format!("{name}/*/AWSLogs/{account_id}/*"))];
    statements.push(
        Statement::allow("LoadBalancerLogs", ["s3:PutObject"], load_balancers)
            .for_service("logdelivery.elasticloadbalancing.amazonaws.com")
            .when("ArnLike", "aws:SourceArn", [regional_arn("elasticloadbalancing", "loadbalancer/*")]),
    );
    let policy = BucketPolicy { bucket: bucket.output("BucketName"), policy_document: PolicyDocument::new(statements) };
    builder.add("access-logs", policy, about.plain());
}

/// The bucket that takes the files of CloudTrail and of Config in all regions.
pub(super) fn audit(builder: &mut Builder<'_>, account: &AccountView) {
    let name = account.audit_bucket_name();
    let keep = LifecycleRule {
        id: "keep".to_owned(),
        status: "Enabled".to_owned(),
        expiration_in_days: Some(builder.posture().number(Setting::AuditRetention).into()),
        transitions: vec![Transition {
            storage_class: "GLACIER".to_owned(),
            transition_in_days: builder.posture().number(Setting::AuditAtHand).into(),
        }],
        ..LifecycleRule::default()
    };
    let bucket = Bucket {
        versioning_configuration: versioned(),
        logging_configuration: Some(LoggingConfiguration {
            destination_bucket_name: account.access_logs_bucket().output("BucketName"),
            log_file_prefix: "audit/".to_owned(),
        }),
        lifecycle_configuration: Some(LifecycleConfiguration { rules: vec![keep, tidy_rule(90)] }),
        ..Bucket::encrypted_with(&name, account.key().arn())
    };
    let about = About::new(account.key_path(), "Takes the files of CloudTrail and Config: who did what, and what was how at which time.")
        .data("audit")
        .classified("audit")
        .after(&account.access_logs_bucket_policy());
    let bucket = builder.add("audit", bucket, about.clone());
    let mut statements = tls_only(&name);
    let account_id = &account.placement.account_id;
    let whole = || [bucket_arn(&name)];
    let trail = || [trail::arn(account)];
    let owned = |statement: Statement| statement.when("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]);
    statements.push(Statement::allow("TrailLooks", ["s3:GetBucketAcl"], whole()).for_service("cloudtrail.amazonaws.com").when(
        "StringEquals",
        "aws:SourceArn",
        trail(),
    ));
    statements.push(owned(
        Statement::allow("TrailWrites", ["s3:PutObject"], [bucket_arn(&format!("{name}/AWSLogs/{account_id}/*"))])
            .for_service("cloudtrail.amazonaws.com")
            .when("StringEquals", "aws:SourceArn", trail()),
    ));
    statements.push(
        Statement::allow("ConfigLooks", ["s3:GetBucketAcl", "s3:ListBucket"], whole()).for_service("config.amazonaws.com").when(
            "StringEquals",
            "aws:SourceAccount",
            [Pseudo::AccountId],
        ),
    );
    statements.push(owned(
        Statement::allow("ConfigWrites", ["s3:PutObject"], [bucket_arn(&format!("{name}/AWSLogs/{account_id}/Config/*"))])
            .for_service("config.amazonaws.com")
            .when("StringEquals", "aws:SourceAccount", [Pseudo::AccountId]),
    ));
    let policy = BucketPolicy { bucket: bucket.output("BucketName"), policy_document: PolicyDocument::new(statements) };
    builder.add("audit", policy, about.plain());
}
