//! `Strata::CertificateManager::CertificateValidation`: waits until a certificate is issued.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// The waiting for a certificate. What needs the certificate issued (a listener) refers to this resource's output.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CertificateValidation {
    /// The certificate.
    pub certificate_arn: Text,
    /// The record by which it is proven; referring to it makes the record come first.
    pub validation_record_fqdn: Text,
}

impl AwsResource for CertificateValidation {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::CertificateManager::CertificateValidation",
        kind: "acm_certificate_validation",
        service: "acm",
        replace_on: &["CertificateArn"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &["ValidationRecordFqdn"],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "CertificateArn", cloudformation_ref: false, terraform: "certificate_arn" }],
        cloudformation: CloudFormationForm::Absent("CloudFormation's certificate waits for its own validation."),
        terraform: "aws_acm_certificate_validation",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_acm_certificate_validation")
            .set("certificate_arn", &self.certificate_arn)
            .set("validation_record_fqdns", Expression::List(vec![Expression::Text(self.validation_record_fqdn.clone())]));
    }
}
