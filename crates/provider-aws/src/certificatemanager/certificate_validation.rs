//! `Strata::CertificateManager::CertificateValidation` by the ACM API. The certificate's ARN is the id.
//!
//! AWS knows no such thing, so a tag on the certificate says that it stands; the waiting is the readiness.

use async_trait::async_trait;
use aws_sdk_acm::types::CertificateStatus;
use strata_aws::certificatemanager::CertificateValidation;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{VALIDATION_TAG, certificate, describe, read_tags, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn tag(target: &Target<'_, CertificateValidation>) -> std::collections::BTreeMap<String, String> {
    [(VALIDATION_TAG.to_owned(), target.address.to_string())].into()
}

#[async_trait]
impl Handler for CertificateValidation {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let arn = match target.id {
            Some(id) => Some(id.0.as_str()),
            None => target.properties.certificate_arn.as_literal(),
        };
        let Some(arn) = arn else { return Ok(None) };
        let Some(seen) = describe(cloud, arn).await? else {
            return Ok(None);
        };
        let (_, owner) = read_tags(cloud, arn).await?;
        if owner != Some(target.address.to_string().into()) {
            return Ok(None);
        }
        let readiness = match seen.status() {
            Some(CertificateStatus::Issued) => Readiness::Ready,
            None | Some(CertificateStatus::PendingValidation) => {
                Readiness::Pending("waiting until the certificate authority has seen the validation record".to_owned())
            }
            Some(other) => Readiness::Failed(certificate::failure(&seen, other)),
        };
        let properties = Self { certificate_arn: arn.into(), validation_record_fqdn: target.properties.validation_record_fqdn.clone() };
        Ok(Some(Observed::ready(arn, properties).output("CertificateArn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let arn = known(&target.properties.certificate_arn)?;
        let call = cloud.acm().add_tags_to_certificate().certificate_arn(arn);
        let call = call.set_tags(Some(sdk_tags(tag(target))?));
        call.send().await.map_err(|error| failed("acm:AddTagsToCertificate", error))?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Another record for the same certificate is the record's change; nothing of it is kept here.
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.acm().remove_tags_from_certificate().certificate_arn(target.id()?);
        let call = call.set_tags(Some(sdk_tags(tag(target))?));
        gone(call.send().await.map_err(|error| failed("acm:RemoveTagsFromCertificate", error)))
    }
}
