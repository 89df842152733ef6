//! `AWS::S3::BucketPolicy` by the S3 API. A bucket has one at most, which is why its id is the bucket's name.

use async_trait::async_trait;
use strata_aws::s3::BucketPolicy;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{at, policy_json, read_policy};

async fn put(cloud: &Cloud, bucket: &str, policy: &BucketPolicy) -> Result<(), ProviderError> {
    let call = cloud.s3().put_bucket_policy().bucket(bucket).policy(policy_json(&policy.policy_document, "s3:PutBucketPolicy")?);
    call.send().await.map(|_| ()).map_err(at("s3:PutBucketPolicy"))
}

#[async_trait]
impl Handler for BucketPolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(bucket) = target.id.map(|id| id.0.as_str()).or(target.properties.bucket.as_literal()) else { return Ok(None) };
        let answer = cloud.s3().get_bucket_policy().bucket(bucket).send().await;
        let policy = found(answer.map_err(at("s3:GetBucketPolicy")))?.and_then(|answer| answer.policy);
        let Some(policy) = policy else { return Ok(None) };
        let properties = Self { bucket: bucket.into(), policy_document: read_policy(&policy, "s3:GetBucketPolicy")? };
        Ok(Some(Observed::ready(bucket, properties).output("Bucket", bucket)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let bucket = known(&target.properties.bucket)?;
        put(cloud, bucket, target.properties).await?;
        Ok(PhysicalId(bucket.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.id()?, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.s3().delete_bucket_policy().bucket(target.id()?).send().await.map_err(at("s3:DeleteBucketPolicy")))
    }
}
