//! `AWS::SecretsManager::Secret`: a place for a value that nobody writes down.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A secret without its value: values come by `strata secret set` alone and never enter a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Secret {
    /// Unique in the account and region, for example `ticketing/dev/PAYMENT_API_KEY`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The key's ARN; without it AWS's own key for secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<Text>,
    /// Never asked for: who may reach it besides by its own permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<PolicyDocument>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Secret {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::SecretsManager::Secret",
        kind: "secret",
        service: "secretsmanager",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[Closed::property("ResourcePolicy")],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_secretsmanager_secret",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_secretsmanager_secret")
            .set("name", &self.name)
            .set("description", &self.description)
            .set_some("kms_key_id", self.kms_key_id.as_ref())
            .tags(&self.tags);
    }
}
