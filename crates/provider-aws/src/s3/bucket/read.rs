//! The parts of a bucket, each by its own call, all at once.

use aws_sdk_s3::types::{LifecycleRule as SdkRule, NotificationConfigurationFilter};
use strata_aws::s3::{
    AbortIncompleteMultipartUpload, Bucket, BucketEncryption, DefaultRetention, EventBridgeConfiguration, FilterRule, LambdaConfiguration,
    LifecycleConfiguration, LifecycleRule, LoggingConfiguration, NoncurrentVersionExpiration, NotificationConfiguration,
    NotificationFilter, ObjectLockConfiguration, ObjectLockRule, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    S3KeyFilter, ServerSideEncryptionByDefault, ServerSideEncryptionRule, Transition, VersioningConfiguration,
};
use strata_graph::Tags;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, missing};
use crate::handler::asked;
use crate::tags;
use crate::values::{at, some_text, untold};

/// What the bucket is. A part that is not set is an error of its own kind in each call, and the default here.
pub(super) async fn read(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<Bucket, ProviderError> {
    let (encryption, access, ownership, versioning, logging, lifecycle, notification, lock, tags) = tokio::try_join!(
        encryption(cloud, bucket, desired),
        access(cloud, bucket),
        ownership(cloud, bucket),
        versioning(cloud, bucket),
        logging(cloud, bucket),
        lifecycle(cloud, bucket, desired),
        notification(cloud, bucket, desired),
        lock(cloud, bucket, desired),
        read_tags(cloud, bucket),
    )?;
    Ok(Bucket {
        bucket_name: bucket.to_owned(),
        bucket_encryption: encryption,
        public_access_block_configuration: access,
        ownership_controls: ownership,
        versioning_configuration: versioning,
        logging_configuration: logging,
        lifecycle_configuration: lifecycle,
        notification_configuration: notification,
        object_lock_enabled: lock.0,
        object_lock_configuration: lock.1,
        tags,
    })
}

async fn encryption(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<BucketEncryption, ProviderError> {
    let answer = found(cloud.s3().get_bucket_encryption().bucket(bucket).send().await.map_err(at("s3:GetBucketEncryption")))?;
    let rules = answer.and_then(|answer| answer.server_side_encryption_configuration).map(|all| all.rules).unwrap_or_default();
    let wanted = desired.bucket_encryption.server_side_encryption_configuration.first();
    Ok(BucketEncryption {
        server_side_encryption_configuration: rules
            .iter()
            .filter_map(|rule| {
                let default = rule.apply_server_side_encryption_by_default()?;
                Some(ServerSideEncryptionRule {
                    server_side_encryption_by_default: ServerSideEncryptionByDefault {
                        sse_algorithm: default.sse_algorithm().as_str().to_owned(),
                        kms_master_key_id: some_text(default.kms_master_key_id()),
                    },
                    bucket_key_enabled: asked(wanted.and_then(|wanted| wanted.bucket_key_enabled.as_ref()), rule.bucket_key_enabled()),
                })
            })
            .collect(),
    })
}

async fn access(cloud: &Cloud, bucket: &str) -> Result<PublicAccessBlockConfiguration, ProviderError> {
    let answer = cloud.s3().get_public_access_block().bucket(bucket).send().await.map_err(at("s3:GetPublicAccessBlock"));
    let seen = found(answer)?.and_then(|answer| answer.public_access_block_configuration);
    Ok(seen.map_or_else(PublicAccessBlockConfiguration::default, |seen| PublicAccessBlockConfiguration {
        block_public_acls: seen.block_public_acls().unwrap_or_default(),
        block_public_policy: seen.block_public_policy().unwrap_or_default(),
        ignore_public_acls: seen.ignore_public_acls().unwrap_or_default(),
        restrict_public_buckets: seen.restrict_public_buckets().unwrap_or_default(),
    }))
}

async fn ownership(cloud: &Cloud, bucket: &str) -> Result<OwnershipControls, ProviderError> {
    let answer = cloud.s3().get_bucket_ownership_controls().bucket(bucket).send().await;
    let seen = found(answer.map_err(at("s3:GetBucketOwnershipControls")))?.and_then(|answer| answer.ownership_controls);
    let rules = seen.map(|seen| seen.rules).unwrap_or_default();
    Ok(OwnershipControls {
        rules: rules.iter().map(|rule| OwnershipControlsRule { object_ownership: rule.object_ownership().as_str().to_owned() }).collect(),
    })
}

async fn versioning(cloud: &Cloud, bucket: &str) -> Result<VersioningConfiguration, ProviderError> {
    let answer = found(cloud.s3().get_bucket_versioning().bucket(bucket).send().await.map_err(at("s3:GetBucketVersioning")))?;
    let status = answer.and_then(|answer| answer.status).map_or_else(|| "Suspended".to_owned(), |status| status.as_str().to_owned());
    Ok(VersioningConfiguration { status })
}

async fn logging(cloud: &Cloud, bucket: &str) -> Result<Option<LoggingConfiguration>, ProviderError> {
    let answer = found(cloud.s3().get_bucket_logging().bucket(bucket).send().await.map_err(at("s3:GetBucketLogging")))?;
    Ok(answer.and_then(|answer| answer.logging_enabled).map(|seen| LoggingConfiguration {
        destination_bucket_name: seen.target_bucket().into(),
        log_file_prefix: seen.target_prefix().to_owned(),
    }))
}

fn rule(cloud: &Cloud, rule: &SdkRule, desired: &Bucket) -> Result<LifecycleRule, ProviderError> {
    let id = rule.id().unwrap_or_default();
    let wanted = desired.lifecycle_configuration.iter().flat_map(|all| &all.rules).find(|wanted| wanted.id == id);
    let prefix = rule.filter().and_then(|filter| filter.prefix()).filter(|prefix| !prefix.is_empty());
    let transitions = rule.transitions().iter().map(|transition| {
        let class = transition.storage_class().ok_or_else(|| missing("s3:GetBucketLifecycleConfiguration", "StorageClass"))?;
        Ok(Transition { storage_class: class.as_str().to_owned(), transition_in_days: transition.days().unwrap_or_default().into() })
    });
    Ok(LifecycleRule {
        id: id.to_owned(),
        status: rule.status().as_str().to_owned(),
        // moto forgets filter and expiration of a rule that has transitions.
        prefix: untold(cloud, prefix.map(ToOwned::to_owned), wanted.and_then(|wanted| wanted.prefix.clone())),
        expiration_in_days: untold(
            cloud,
            rule.expiration().and_then(|expiration| expiration.days()).map(i64::from),
            wanted.and_then(|wanted| wanted.expiration_in_days),
        ),
        transitions: transitions.collect::<Result<_, ProviderError>>()?,
        noncurrent_version_expiration: rule
            .noncurrent_version_expiration()
            .and_then(|expiration| expiration.noncurrent_days())
            .map(|days| NoncurrentVersionExpiration { noncurrent_days: days.into() }),
        abort_incomplete_multipart_upload: rule
            .abort_incomplete_multipart_upload()
            .and_then(|abort| abort.days_after_initiation())
            .map(|days| AbortIncompleteMultipartUpload { days_after_initiation: days.into() }),
    })
}

async fn lifecycle(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<Option<LifecycleConfiguration>, ProviderError> {
    let answer = cloud.s3().get_bucket_lifecycle_configuration().bucket(bucket).send().await;
    let seen = found(answer.map_err(at("s3:GetBucketLifecycleConfiguration")))?.and_then(|answer| answer.rules).unwrap_or_default();
    let mut rules = seen.iter().map(|one| rule(cloud, one, desired)).collect::<Result<Vec<_>, _>>()?;
    rules.sort_by(|left, right| left.id.cmp(&right.id));
    Ok((!rules.is_empty()).then_some(LifecycleConfiguration { rules }))
}

fn filter(seen: &NotificationConfigurationFilter) -> Option<NotificationFilter> {
    let rules = seen.key()?.filter_rules().iter().map(|rule| FilterRule {
        // S3 answers `Prefix` where it takes `prefix`.
        name: rule.name().map(|name| name.as_str().to_lowercase()).unwrap_or_default(),
        value: rule.value().unwrap_or_default().to_owned(),
    });
    let mut rules: Vec<FilterRule> = rules.collect();
    rules.sort_by(|left, right| left.name.cmp(&right.name));
    (!rules.is_empty()).then_some(NotificationFilter { s3_key: S3KeyFilter { rules } })
}

async fn notification(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<Option<NotificationConfiguration>, ProviderError> {
    let answer = cloud.s3().get_bucket_notification_configuration().bucket(bucket).send().await;
    let Some(seen) = found(answer.map_err(at("s3:GetBucketNotificationConfiguration")))? else { return Ok(None) };
    let functions = seen.lambda_function_configurations().iter().flat_map(|one| {
        one.events().iter().map(|event| LambdaConfiguration {
            event: event.as_str().to_owned(),
            function: one.lambda_function_arn().into(),
            filter: one.filter().and_then(filter),
        })
    });
    let mut lambda_configurations: Vec<LambdaConfiguration> = functions.collect();
    lambda_configurations.sort_by(|left, right| (&left.event, &left.function).cmp(&(&right.event, &right.function)));
    let told = seen.event_bridge_configuration().map(|_| EventBridgeConfiguration { event_bridge_enabled: true });
    let wanted = desired.notification_configuration.as_ref().and_then(|wanted| wanted.event_bridge_configuration.clone());
    // moto never tells this one.
    let event_bridge_configuration = untold(cloud, told, wanted);
    let nobody = lambda_configurations.is_empty() && event_bridge_configuration.is_none();
    Ok((!nobody).then_some(NotificationConfiguration { lambda_configurations, event_bridge_configuration }))
}

async fn lock(cloud: &Cloud, bucket: &str, desired: &Bucket) -> Result<(Option<bool>, Option<ObjectLockConfiguration>), ProviderError> {
    let answer = cloud.s3().get_object_lock_configuration().bucket(bucket).send().await;
    let seen = found(answer.map_err(at("s3:GetObjectLockConfiguration")))?.and_then(|answer| answer.object_lock_configuration);
    let enabled = seen.as_ref().and_then(|seen| seen.object_lock_enabled()).map(|enabled| enabled.as_str().to_owned());
    let retention = seen.as_ref().and_then(|seen| seen.rule()).and_then(|rule| rule.default_retention());
    let configuration = retention.map(|retention| ObjectLockConfiguration {
        object_lock_enabled: enabled.clone().unwrap_or_else(|| "Enabled".to_owned()),
        rule: Some(ObjectLockRule {
            default_retention: DefaultRetention {
                mode: retention.mode().map(|mode| mode.as_str().to_owned()).unwrap_or_default(),
                days: retention.days().unwrap_or_default().into(),
            },
        }),
    });
    Ok((asked(desired.object_lock_enabled.as_ref(), Some(enabled.is_some())), configuration))
}

async fn read_tags(cloud: &Cloud, bucket: &str) -> Result<Tags, ProviderError> {
    let answer = found(cloud.s3().get_bucket_tagging().bucket(bucket).send().await.map_err(at("s3:GetBucketTagging")))?;
    let set = answer.map(|answer| answer.tag_set).unwrap_or_default();
    Ok(tags::read(set.iter().map(|tag| (tag.key(), tag.value()))))
}
