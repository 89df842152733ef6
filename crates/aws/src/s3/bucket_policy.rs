//! `AWS::S3::BucketPolicy`: who may do what with a bucket.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Text, TypeContract};

use crate::iam::PolicyDocument;
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The policy of a bucket. For a target of S3 access logs, deny with the principal `{"AWS": "*"}` as this type writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BucketPolicy {
    /// The bucket's name.
    pub bucket: Text,
    /// The policy.
    pub policy_document: PolicyDocument,
}

impl AwsResource for BucketPolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::S3::BucketPolicy",
        kind: "bucket_policy",
        service: "s3",
        replace_on: &["Bucket"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["PolicyDocument.Statement.*.Resource", "PolicyDocument.Statement.*.Condition.*.*"],
        closed: &[],
        outputs: &[OutputContract { name: "Bucket", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_s3_bucket_policy",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_s3_bucket_policy").set("bucket", &self.bucket).set_json("policy", &self.policy_document);
    }
}
