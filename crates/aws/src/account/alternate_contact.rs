//! `Strata::Account::AlternateContact`: whom AWS calls beside the owner of the account.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A contact of the account for one sort of matter: AWS keeps one of each. The sort is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AlternateContact {
    /// `SECURITY`, `OPERATIONS` or `BILLING`.
    pub alternate_contact_type: String,
    /// Who: a person or a team.
    pub name: String,
    /// What they are.
    pub title: String,
    /// Their address of mail.
    pub email_address: String,
    /// Their telephone.
    pub phone_number: String,
}

impl AwsResource for AlternateContact {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::Account::AlternateContact",
        kind: "account_alternate_contact",
        service: "account",
        replace_on: &["AlternateContactType"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "Register the contact with 'aws account put-alternate-contact --alternate-contact-type SECURITY'; CloudFormation has no type for it.",
        ),
        terraform: "aws_account_alternate_contact",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_account_alternate_contact")
            .set("alternate_contact_type", &self.alternate_contact_type)
            .set("name", &self.name)
            .set("title", &self.title)
            .set("email_address", &self.email_address)
            .set("phone_number", &self.phone_number);
    }
}
