//! Handlers of AWS Certificate Manager types, and what they share: tags and the state of a certificate.

pub mod certificate;
pub mod certificate_validation;

use aws_sdk_acm::types::{CertificateDetail, Tag};
use strata_graph::{Tags, Text};
use strata_provider::ProviderError;

use crate::build::built;
use crate::client::Cloud;
use crate::error::{failed, found};
use crate::registry::{HandlerEntry, handler};
use crate::tags;

/// The handlers of this service.
pub const HANDLERS: &[HandlerEntry] =
    &[handler::<strata_aws::certificatemanager::Certificate>(), handler::<strata_aws::certificatemanager::CertificateValidation>()];

/// The tag by which a validation, which AWS knows nothing of, stands in the cloud. It is no tag of the certificate's.
const VALIDATION_TAG: &str = "strata:validation";

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}

async fn describe(cloud: &Cloud, arn: &str) -> Result<Option<CertificateDetail>, ProviderError> {
    let answer = cloud.acm().describe_certificate().certificate_arn(arn).send().await;
    let answer = found(answer.map_err(|error| failed("acm:DescribeCertificate", error)))?;
    Ok(answer.and_then(|answer| answer.certificate))
}

/// The certificate's own tags, and the address of the validation that waits for it.
async fn read_tags(cloud: &Cloud, arn: &str) -> Result<(Tags, Option<Text>), ProviderError> {
    let answer = cloud.acm().list_tags_for_certificate().certificate_arn(arn).send().await;
    let answer = found(answer.map_err(|error| failed("acm:ListTagsForCertificate", error)))?;
    let mut all = tags::read(answer.iter().flat_map(|answer| answer.tags()).map(|tag| (tag.key(), tag.value().unwrap_or_default())));
    let validation = all.remove(VALIDATION_TAG);
    Ok((all, validation))
}
