//! `AWS::CertificateManager::Certificate`: a TLS certificate, proven by a DNS record.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A certificate. It is ready as soon as its validation record is known; that it is issued is what a
/// [`CertificateValidation`](super::CertificateValidation) waits for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Certificate {
    /// The first name.
    pub domain_name: String,
    /// More names, without the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub subject_alternative_names: Vec<String>,
    /// `DNS`.
    pub validation_method: String,
    /// In which zone CloudFormation writes the validation records by itself. The API knows nothing of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub domain_validation_options: Vec<DomainValidationOption>,
    /// `RSA_2048`, `EC_prime256v1`, ...; AWS takes the first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_algorithm: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// In which zone CloudFormation validates a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DomainValidationOption {
    /// The name.
    pub domain_name: String,
    /// The zone.
    pub hosted_zone_id: Text,
}

impl AwsResource for Certificate {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::CertificateManager::Certificate",
        kind: "acm_certificate",
        service: "acm",
        replace_on: &["DomainName", "SubjectAlternativeNames", "ValidationMethod", "KeyAlgorithm"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &["DomainValidationOptions"],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "CertificateArn", cloudformation_ref: true, terraform: "arn" },
            // CloudFormation writes the record by itself and gives these two out by nothing. In Terraform the options are a set:
            // `{}` stands for the resource's own traversal.
            OutputContract {
                name: "ValidationRecordName",
                cloudformation_ref: false,
                terraform: "tolist({}.domain_validation_options)[0].resource_record_name",
            },
            OutputContract {
                name: "ValidationRecordValue",
                cloudformation_ref: false,
                terraform: "tolist({}.domain_validation_options)[0].resource_record_value",
            },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_acm_certificate",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_acm_certificate");
        body.set("domain_name", &self.domain_name);
        if !self.subject_alternative_names.is_empty() {
            body.set("subject_alternative_names", &self.subject_alternative_names);
        }
        body.set("validation_method", &self.validation_method).set_some("key_algorithm", self.key_algorithm.as_ref()).tags(&self.tags);
        // A certificate in use cannot be deleted, so its successor comes first (checkov CKV2_AWS_71, CKV_AWS_233).
        body.block("lifecycle").set("create_before_destroy", true);
    }
}
