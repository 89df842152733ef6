//! `AWS::ECR::Repository`: holds the images of one service.

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::{Expression, Terraform};

/// A repository. Deleting it deletes its images: the plan demands that the user names it first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Repository {
    /// Unique in the account and region, lower case.
    pub repository_name: String,
    /// How images are encrypted at rest.
    pub encryption_configuration: EncryptionConfiguration,
    /// Whether images are scanned when they come in.
    pub image_scanning_configuration: ImageScanningConfiguration,
    /// `IMMUTABLE`: a tag never moves to another image (checkov CKV_AWS_51).
    pub image_tag_mutability: String,
    /// When old images go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle_policy: Option<LifecyclePolicy>,
    /// Who besides the account's own identities may pull or push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository_policy_text: Option<PolicyDocument>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// How images are encrypted at rest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EncryptionConfiguration {
    /// `KMS` or `AES256`.
    pub encryption_type: String,
    /// The key's ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<Text>,
}

/// Whether images are scanned when they come in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ImageScanningConfiguration {
    /// Whether they are (checkov CKV_AWS_163).
    pub scan_on_push: bool,
}

/// When old images go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LifecyclePolicy {
    /// The rules in ECR's own JSON; always written with sorted keys and without blanks.
    #[serde(serialize_with = "crate::normal::json_text")]
    pub lifecycle_policy_text: String,
}

impl LifecyclePolicy {
    /// Untagged images go after some days; of the tagged ones the newest so many stay.
    #[must_use]
    pub fn keep(untagged_days: u32, newest: u32) -> Self {
        let rules = serde_json::json!({"rules": [
            {
                "rulePriority": 1,
                "description": format!("Untagged images go after {untagged_days} days"),
                "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": untagged_days},
                "action": {"type": "expire"},
            },
            {
                "rulePriority": 2,
                "description": format!("The newest {newest} images stay"),
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": newest},
                "action": {"type": "expire"},
            },
        ]});
        Self { lifecycle_policy_text: rules.to_string() }
    }
}

impl AwsResource for Repository {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ECR::Repository",
        kind: "ecr_repository",
        service: "ecr",
        replace_on: &["RepositoryName", "EncryptionConfiguration"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["RepositoryPolicyText.Statement.*.Resource", "RepositoryPolicyText.Statement.*.Condition.*.*"],
        closed: &[Closed::property("RepositoryPolicyText")],
        outputs: &[
            OutputContract { name: "RepositoryName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "RepositoryUri", cloudformation_ref: false, terraform: "repository_url" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_ecr_repository",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_ecr_repository");
        body.set("name", &self.repository_name).set("image_tag_mutability", &self.image_tag_mutability);
        body.block("encryption_configuration")
            .set("encryption_type", &self.encryption_configuration.encryption_type)
            .set_some("kms_key", self.encryption_configuration.kms_key.as_ref());
        body.block("image_scanning_configuration").set("scan_on_push", self.image_scanning_configuration.scan_on_push);
        body.tags(&self.tags);
        if let Some(policy) = &self.lifecycle_policy {
            let name = to.own("aws_ecr_repository", "name");
            let text = match serde_json::from_str(&policy.lifecycle_policy_text) {
                Ok(rules) => Expression::JsonEncode(rules),
                Err(_) => Expression::Text(policy.lifecycle_policy_text.as_str().into()),
            };
            to.resource("aws_ecr_lifecycle_policy").set("repository", name).set("policy", text);
        }
        if let Some(policy) = &self.repository_policy_text {
            let name = to.own("aws_ecr_repository", "name");
            to.resource("aws_ecr_repository_policy").set("repository", name).set_json("policy", policy);
        }
    }
}
