//! `Strata::S3::AccountPublicAccessBlock` by the S3 Control API. An account has one at most, which is why its id is the account's.

use async_trait::async_trait;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use strata_aws::s3::AccountPublicAccessBlock;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

async fn put(cloud: &Cloud, desired: &AccountPublicAccessBlock) -> Result<(), ProviderError> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(desired.block_public_acls)
        .block_public_policy(desired.block_public_policy)
        .ignore_public_acls(desired.ignore_public_acls)
        .restrict_public_buckets(desired.restrict_public_buckets)
        .build();
    let call = cloud.s3control().put_public_access_block().account_id(&cloud.account.account_id);
    let call = call.public_access_block_configuration(configuration);
    call.send().await.map(|_| ()).map_err(at("s3control:PutPublicAccessBlock"))
}

#[async_trait]
impl Handler for AccountPublicAccessBlock {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let account = &cloud.account.account_id;
        let answer = cloud.s3control().get_public_access_block().account_id(account).send().await;
        let seen = found(answer.map_err(at("s3control:GetPublicAccessBlock")))?.and_then(|answer| answer.public_access_block_configuration);
        let Some(seen) = seen else { return Ok(None) };
        let properties = Self {
            block_public_acls: seen.block_public_acls().unwrap_or_default(),
            block_public_policy: seen.block_public_policy().unwrap_or_default(),
            ignore_public_acls: seen.ignore_public_acls().unwrap_or_default(),
            restrict_public_buckets: seen.restrict_public_buckets().unwrap_or_default(),
        };
        Ok(Some(Observed::ready(account, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(cloud.account.account_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.s3control().delete_public_access_block().account_id(&cloud.account.account_id);
        gone(call.send().await.map_err(at("s3control:DeletePublicAccessBlock")))
    }
}
