//! `AWS::S3::Bucket` by the S3 API. A bucket's id is its name.
//!
//! **Deleting a bucket deletes what is in it, every version of it.** A plan deletes a bucket only where the user named it
//! (`--delete-data`), or, for buckets of logs, asked for the foundations to go: the question has been asked before we are called.

mod empty;
mod read;
mod write;

use async_trait::async_trait;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership, Tag};
use strata_aws::s3::Bucket;
use strata_graph::{PhysicalId, Tags};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{at, unbuilt};

fn sdk_tags(all: &Tags) -> Result<Vec<Tag>, ProviderError> {
    tags::plain(all)?.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(unbuilt("s3:Tag"))).collect()
}

#[async_trait]
impl Handler for Bucket {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.bucket_name.as_str(), |id| id.0.as_str());
        // A bucket of somebody else's is refused here, and so is never read as ours.
        let head = cloud.s3().head_bucket().bucket(name).expected_bucket_owner(&cloud.account.account_id).send().await;
        if found(head.map_err(at("s3:HeadBucket")))?.is_none() {
            return Ok(None);
        }
        let properties = read::read(cloud, name, target.properties).await?;
        // The call that makes a bucket takes its tags too, but emulators drop them: there, one without any is one that is half made.
        let proven = cloud.settings.emulator && properties.tags.is_empty();
        let suffix = if cloud.account.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        Ok(Some(
            Observed::ready(name, properties)
                .proven(proven)
                .output("BucketName", name)
                .output("Arn", format!("arn:{}:s3:::{name}", cloud.account.partition))
                .output("DomainName", format!("{name}.s3.{suffix}"))
                .output("RegionalDomainName", format!("{name}.s3.{}.{suffix}", cloud.account.region)),
        ))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.bucket_name;
        let mut configuration = CreateBucketConfiguration::builder().set_tags(Some(sdk_tags(&desired.tags)?));
        // The oldest region must not be named.
        if cloud.account.region != "us-east-1" {
            configuration = configuration.location_constraint(BucketLocationConstraint::from(cloud.account.region.as_str()));
        }
        let ownership = desired.ownership_controls.rules.first().map(|rule| ObjectOwnership::from(rule.object_ownership.as_str()));
        cloud
            .s3()
            .create_bucket()
            .bucket(name)
            .create_bucket_configuration(configuration.build())
            .set_object_ownership(ownership)
            .set_object_lock_enabled_for_bucket(desired.object_lock_enabled)
            .send()
            .await
            .map_err(at("s3:CreateBucket"))?;
        write::write(cloud, name, desired, None).await?;
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        write::write(cloud, target.id()?, target.properties, Some(observed)).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        if found(empty::empty(cloud, name).await)?.is_none() {
            return Ok(());
        }
        gone(cloud.s3().delete_bucket().bucket(name).send().await.map_err(at("s3:DeleteBucket")))
    }
}
