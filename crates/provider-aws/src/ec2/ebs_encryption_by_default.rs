//! `Strata::EC2::EbsEncryptionByDefault` by the EC2 API. The physical id is the region's name.

use async_trait::async_trait;
use strata_aws::ec2::EbsEncryptionByDefault;
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::error::failed;
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

/// An answer, or `None` where an emulator lacks the operation: both that read or reset the key are such.
fn where_supported<T>(cloud: &Cloud, answer: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match answer {
        Err(error) if error.kind == ErrorKind::Unsupported && cloud.settings.emulator => Ok(None),
        answer => answer.map(Some),
    }
}

async fn set(cloud: &Cloud, desired: &EbsEncryptionByDefault, had_key: bool) -> Result<(), ProviderError> {
    // The key first: were it the other way round, a volume made in between would have the wrong one.
    match &desired.kms_key_id {
        Some(key) => {
            let answer = cloud.ec2().modify_ebs_default_kms_key_id().kms_key_id(known(key)?).send().await;
            answer.map_err(|error| failed("ec2:ModifyEbsDefaultKmsKeyId", error))?;
        }
        None if had_key => {
            let answer = cloud.ec2().reset_ebs_default_kms_key_id().send().await;
            where_supported(cloud, answer.map_err(|error| failed("ec2:ResetEbsDefaultKmsKeyId", error)))?;
        }
        None => {}
    }
    if desired.enabled {
        let answer = cloud.ec2().enable_ebs_encryption_by_default().send().await;
        answer.map(|_| ()).map_err(|error| failed("ec2:EnableEbsEncryptionByDefault", error))
    } else {
        let answer = cloud.ec2().disable_ebs_encryption_by_default().send().await;
        answer.map(|_| ()).map_err(|error| failed("ec2:DisableEbsEncryptionByDefault", error))
    }
}

#[async_trait]
impl Handler for EbsEncryptionByDefault {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let answer = cloud.ec2().get_ebs_encryption_by_default().send().await;
        let answer = answer.map_err(|error| failed("ec2:GetEbsEncryptionByDefault", error))?;
        // Off is AWS's own default, so nothing was set.
        if !answer.ebs_encryption_by_default().unwrap_or_default() {
            return Ok(None);
        }
        let wanted = target.properties.kms_key_id.as_ref();
        let key = cloud.ec2().get_ebs_default_kms_key_id().send().await;
        let key = match where_supported(cloud, key.map_err(|error| failed("ec2:GetEbsDefaultKmsKeyId", error)))? {
            Some(answer) => answer.kms_key_id().map(Text::from),
            None => wanted.cloned(),
        };
        let properties = Self { enabled: true, kms_key_id: asked(wanted, key) };
        Ok(Some(Observed::ready(&cloud.account.region, properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        set(cloud, target.properties, false).await?;
        Ok(PhysicalId(cloud.account.region.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        set(cloud, target.properties, observed.kms_key_id.is_some()).await
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        set(cloud, &EbsEncryptionByDefault::default(), true).await
    }
}
