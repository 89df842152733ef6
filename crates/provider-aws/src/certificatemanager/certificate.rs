//! `AWS::CertificateManager::Certificate` by the ACM API. The ARN is the id.
//!
//! ACM's idempotency token lasts an hour, so after a crash the certificate is looked for by name and ownership tags.

use async_trait::async_trait;
use aws_sdk_acm::types as sdk;
use sha2::{Digest, Sha256};
use strata_aws::certificatemanager::Certificate;
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ProviderError, Readiness};

use super::{describe, read_tags, sdk_tags};
use crate::build::{is_ours, some};
use crate::client::Cloud;
use crate::error::{failed, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

/// A token as ACM takes it: at most 32 letters and digits.
fn token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

async fn find(cloud: &Cloud, target: &Target<'_, Certificate>) -> Result<Option<String>, ProviderError> {
    // Without a filter ACM lists RSA keys of 2048 bits alone.
    let every = sdk::Filters::builder().set_key_types(Some(
        ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"].map(sdk::KeyAlgorithm::from).to_vec(),
    ));
    let all = cloud.acm().list_certificates().includes(every.build()).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    for summary in all.map_err(|error| failed("acm:ListCertificates", error))? {
        if summary.domain_name() != Some(target.properties.domain_name.as_str()) {
            continue;
        }
        let Some(arn) = summary.certificate_arn() else { continue };
        let (tags, _) = read_tags(cloud, arn).await?;
        if is_ours(&tags, target) {
            return Ok(Some(arn.to_owned()));
        }
    }
    Ok(None)
}

fn read(seen: &sdk::CertificateDetail, known: &Certificate, tags: Tags) -> Certificate {
    let domain_name = seen.domain_name().unwrap_or_default().to_owned();
    // ACM repeats the first name among the others.
    let mut subject_alternative_names: Vec<String> =
        seen.subject_alternative_names().iter().filter(|name| **name != domain_name).cloned().collect();
    subject_alternative_names.sort();
    let method = seen.domain_validation_options().first().and_then(|option| option.validation_method());
    Certificate {
        domain_name,
        subject_alternative_names,
        validation_method: method.map_or_else(|| known.validation_method.clone(), |method| method.as_str().to_owned()),
        // CloudFormation's own; the API knows no zone.
        domain_validation_options: known.domain_validation_options.clone(),
        // Asked for as RSA_2048, answered as RSA-2048.
        key_algorithm: seen.key_algorithm().map(|algorithm| algorithm.as_str().replace('-', "_")),
        tags,
    }
}

#[async_trait]
impl Handler for Certificate {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let arn = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target).await?,
        };
        let Some(arn) = arn else { return Ok(None) };
        let Some(seen) = describe(cloud, &arn).await? else {
            return Ok(None);
        };
        let (tags, _) = read_tags(cloud, &arn).await?;
        let record = seen
            .domain_validation_options()
            .iter()
            .find(|option| seen.domain_name() == Some(option.domain_name()))
            .and_then(|option| option.resource_record());
        let readiness = match (seen.status(), record) {
            (Some(sdk::CertificateStatus::PendingValidation) | None, None) => {
                Readiness::Pending("the validation record is not known yet".to_owned())
            }
            (Some(sdk::CertificateStatus::PendingValidation | sdk::CertificateStatus::Issued) | None, _) => Readiness::Ready,
            (Some(other), _) => Readiness::Failed(failure(&seen, other)),
        };
        let mut observed = Observed::ready(&arn, read(&seen, target.properties, tags)).output("CertificateArn", &arn);
        if let Some(record) = record {
            observed = observed.output("ValidationRecordName", record.name()).output("ValidationRecordValue", record.value());
        }
        Ok(Some(observed.readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .acm()
            .request_certificate()
            .domain_name(&desired.domain_name)
            .set_subject_alternative_names(some(desired.subject_alternative_names.clone()))
            .validation_method(desired.validation_method.as_str().into())
            .set_key_algorithm(desired.key_algorithm.as_deref().map(Into::into))
            .idempotency_token(token(target.token))
            .set_tags(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("acm:RequestCertificate", error))?;
        let arn = answer.certificate_arn().ok_or_else(|| missing("acm:RequestCertificate", "CertificateArn"))?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let arn = target.id()?;
        let (set, remove) = tags::change(&observed.tags, &target.properties.tags)?;
        if !set.is_empty() {
            let call = cloud.acm().add_tags_to_certificate().certificate_arn(arn);
            let call = call.set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("acm:AddTagsToCertificate", error))?;
        }
        if !remove.is_empty() {
            // Removed by key and value, so the value must be the one that stands.
            let stale = tags::plain(&observed.tags)?.into_iter().filter(|(key, _)| remove.contains(key)).collect();
            let call = cloud.acm().remove_tags_from_certificate().certificate_arn(arn);
            let call = call.set_tags(Some(sdk_tags(stale)?));
            call.send().await.map_err(|error| failed("acm:RemoveTagsFromCertificate", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.acm().delete_certificate().certificate_arn(target.id()?);
        gone(call.send().await.map_err(|error| failed("acm:DeleteCertificate", error)))
    }
}

/// Why a certificate will never be issued.
pub(super) fn failure(seen: &sdk::CertificateDetail, status: &sdk::CertificateStatus) -> String {
    match seen.failure_reason() {
        Some(reason) => format!("the certificate is {}: {}", status.as_str(), reason.as_str()),
        None => format!("the certificate is {}", status.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_acm_and_is_the_same_for_the_same_intent() {
        assert_eq!(token("intent-1"), token("intent-1"));
        assert_ne!(token("intent-1"), token("intent-2"));
        assert_eq!(token("intent-1").len(), 32);
    }
}
