//! `AWS::KMS::Alias`: a key's name.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An alias. The physical id is its name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Alias {
    /// Begins with `alias/`; unique in the account and region.
    pub alias_name: String,
    /// The key.
    pub target_key_id: Text,
}

impl AwsResource for Alias {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::KMS::Alias",
        kind: "kms_alias",
        service: "kms",
        replace_on: &["AliasName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "AliasName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_kms_alias",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_kms_alias").set("name", &self.alias_name).set("target_key_id", &self.target_key_id);
    }
}
