//! Setting the parts of a bucket, each by its own call: only those that differ, in an order that never opens anything.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLoggingStatus, BucketVersioningStatus, DefaultRetention, Event,
    EventBridgeConfiguration, ExpirationStatus, FilterRule, FilterRuleName, LambdaFunctionConfiguration, LifecycleExpiration,
    LifecycleRule as SdkRule, LifecycleRuleFilter, LoggingEnabled, NoncurrentVersionExpiration, NotificationConfiguration,
    NotificationConfigurationFilter, ObjectLockConfiguration, ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration, S3KeyFilter, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tagging, Transition,
    TransitionStorageClass, VersioningConfiguration,
};
use strata_aws::s3::{Bucket, LifecycleRule};
use strata_graph::Tags;
use strata_provider::ProviderError;

use super::sdk_tags;
use crate::client::Cloud;
use crate::tags::{self, known};
use crate::values::{at, int, some_int, some_known, unbuilt};

/// Sets what differs from `observed`; everything that is not a default where nothing was observed yet.
pub(super) async fn write(cloud: &Cloud, bucket: &str, desired: &Bucket, observed: Option<&Bucket>) -> Result<(), ProviderError> {
    let nothing = Bucket::default();
    let before = observed.unwrap_or(&nothing);
    set_tags(cloud, bucket, &before.tags, &desired.tags).await?;
    if before.public_access_block_configuration != desired.public_access_block_configuration {
        access(cloud, bucket, desired).await?;
    }
    if before.ownership_controls != desired.ownership_controls {
        ownership(cloud, bucket, desired).await?;
    }
    if before.bucket_encryption != desired.bucket_encryption {
        encryption(cloud, bucket, desired).await?;
    }
    let born = observed.is_none() && desired.versioning_configuration.status == "Suspended";
    if before.versioning_configuration != desired.versioning_configuration && !born {
        let status = BucketVersioningStatus::from(desired.versioning_configuration.status.as_str());
        let call = cloud.s3().put_bucket_versioning().bucket(bucket);
        let call = call.versioning_configuration(VersioningConfiguration::builder().status(status).build());
        call.send().await.map_err(at("s3:PutBucketVersioning"))?;
    }
    if before.object_lock_configuration != desired.object_lock_configuration {
        lock(cloud, bucket, desired).await?;
    }
    if before.lifecycle_configuration != desired.lifecycle_configuration {
        lifecycle(cloud, bucket, desired).await?;
    }
    if before.logging_configuration != desired.logging_configuration {
        logging(cloud, bucket, desired).await?;
    }
    if before.notification_configuration != desired.notification_configuration {
        notification(cloud, bucket, desired).await?;
    }
    Ok(())
}

/// S3 sets all tags of a bucket at once: those of others are kept by giving them again.
async fn set_tags(cloud: &Cloud, bucket: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if set.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let mut all = observed.clone();
    all.retain(|key, _| !remove.contains(key));
    all.extend(desired.clone());
    let tagging = Tagging::builder().set_tag_set(Some(sdk_tags(&all)?)).build().map_err(unbuilt("s3:PutBucketTagging"))?;
    let call = cloud.s3().put_bucket_tagging().bucket(bucket).tagging(tagging);
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketTagging"))
}

async fn access(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let wanted = &desired.public_access_block_configuration;
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(wanted.block_public_acls)
        .block_public_policy(wanted.block_public_policy)
        .ignore_public_acls(wanted.ignore_public_acls)
        .restrict_public_buckets(wanted.restrict_public_buckets)
        .build();
    let call = cloud.s3().put_public_access_block().bucket(bucket).public_access_block_configuration(configuration);
    call.send().await.map(|_| ()).map_err(at("s3:PutPublicAccessBlock"))
}

async fn ownership(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let mut controls = OwnershipControls::builder();
    for rule in &desired.ownership_controls.rules {
        let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(rule.object_ownership.as_str())).build();
        controls = controls.rules(rule.map_err(unbuilt("s3:PutBucketOwnershipControls"))?);
    }
    let controls = controls.build().map_err(unbuilt("s3:PutBucketOwnershipControls"))?;
    let call = cloud.s3().put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketOwnershipControls"))
}

async fn encryption(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let mut configuration = ServerSideEncryptionConfiguration::builder();
    for rule in &desired.bucket_encryption.server_side_encryption_configuration {
        let wanted = &rule.server_side_encryption_by_default;
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(wanted.sse_algorithm.as_str()))
            .set_kms_master_key_id(some_known(wanted.kms_master_key_id.as_ref())?)
            .build()
            .map_err(unbuilt("s3:PutBucketEncryption"))?;
        let sdk_rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default);
        configuration = configuration.rules(sdk_rule.set_bucket_key_enabled(rule.bucket_key_enabled).build());
    }
    let configuration = configuration.build().map_err(unbuilt("s3:PutBucketEncryption"))?;
    let call = cloud.s3().put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(configuration);
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketEncryption"))
}

async fn lock(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let mut configuration = ObjectLockConfiguration::builder().object_lock_enabled(ObjectLockEnabled::Enabled);
    // Without a configuration the lock stays, but new objects get no retention.
    if let Some(rule) = desired.object_lock_configuration.as_ref().and_then(|wanted| wanted.rule.as_ref()) {
        let retention = DefaultRetention::builder()
            .mode(ObjectLockRetentionMode::from(rule.default_retention.mode.as_str()))
            .days(int(rule.default_retention.days)?)
            .build();
        configuration = configuration.rule(ObjectLockRule::builder().default_retention(retention).build());
    }
    let call = cloud.s3().put_object_lock_configuration().bucket(bucket).object_lock_configuration(configuration.build());
    call.send().await.map(|_| ()).map_err(at("s3:PutObjectLockConfiguration"))
}

fn sdk_rule(rule: &LifecycleRule) -> Result<SdkRule, ProviderError> {
    let filter = LifecycleRuleFilter::builder().prefix(rule.prefix.as_deref().unwrap_or_default()).build();
    let mut builder = SdkRule::builder().id(&rule.id).status(ExpirationStatus::from(rule.status.as_str())).filter(filter);
    if let Some(days) = some_int(rule.expiration_in_days)? {
        builder = builder.expiration(LifecycleExpiration::builder().days(days).build());
    }
    for one in &rule.transitions {
        let class = TransitionStorageClass::from(one.storage_class.as_str());
        builder = builder.transitions(Transition::builder().days(int(one.transition_in_days)?).storage_class(class).build());
    }
    if let Some(wanted) = &rule.noncurrent_version_expiration {
        let expiration = NoncurrentVersionExpiration::builder().noncurrent_days(int(wanted.noncurrent_days)?).build();
        builder = builder.noncurrent_version_expiration(expiration);
    }
    if let Some(wanted) = &rule.abort_incomplete_multipart_upload {
        let abort = AbortIncompleteMultipartUpload::builder().days_after_initiation(int(wanted.days_after_initiation)?).build();
        builder = builder.abort_incomplete_multipart_upload(abort);
    }
    builder.build().map_err(unbuilt("s3:PutBucketLifecycleConfiguration"))
}

async fn lifecycle(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let Some(wanted) = &desired.lifecycle_configuration else {
        let call = cloud.s3().delete_bucket_lifecycle().bucket(bucket);
        return call.send().await.map(|_| ()).map_err(at("s3:DeleteBucketLifecycle"));
    };
    let rules = wanted.rules.iter().map(sdk_rule).collect::<Result<Vec<_>, _>>()?;
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
    let call = cloud.s3().put_bucket_lifecycle_configuration().bucket(bucket);
    let call = call.lifecycle_configuration(configuration.map_err(unbuilt("s3:PutBucketLifecycleConfiguration"))?);
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketLifecycleConfiguration"))
}

async fn logging(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let mut status = BucketLoggingStatus::builder();
    if let Some(wanted) = &desired.logging_configuration {
        let enabled = LoggingEnabled::builder()
            .target_bucket(known(&wanted.destination_bucket_name)?)
            .target_prefix(&wanted.log_file_prefix)
            .build()
            .map_err(unbuilt("s3:PutBucketLogging"))?;
        status = status.logging_enabled(enabled);
    }
    let call = cloud.s3().put_bucket_logging().bucket(bucket).bucket_logging_status(status.build());
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketLogging"))
}

async fn notification(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(), ProviderError> {
    let mut configuration = NotificationConfiguration::builder();
    for wanted in desired.notification_configuration.iter().flat_map(|wanted| &wanted.lambda_configurations) {
        let mut function =
            LambdaFunctionConfiguration::builder().lambda_function_arn(known(&wanted.function)?).events(Event::from(wanted.event.as_str()));
        if let Some(filter) = &wanted.filter {
            let rules = filter
                .s3_key
                .rules
                .iter()
                .map(|rule| FilterRule::builder().name(FilterRuleName::from(rule.name.as_str())).value(&rule.value).build());
            let key = S3KeyFilter::builder().set_filter_rules(Some(rules.collect())).build();
            function = function.filter(NotificationConfigurationFilter::builder().key(key).build());
        }
        configuration =
            configuration.lambda_function_configurations(function.build().map_err(unbuilt("s3:PutBucketNotificationConfiguration"))?);
    }
    if desired.notification_configuration.as_ref().is_some_and(|wanted| wanted.event_bridge_configuration.is_some()) {
        configuration = configuration.event_bridge_configuration(EventBridgeConfiguration::builder().build());
    }
    let call = cloud.s3().put_bucket_notification_configuration().bucket(bucket).notification_configuration(configuration.build());
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketNotificationConfiguration"))
}
