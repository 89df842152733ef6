//! `AWS::WAFv2::LoggingConfiguration`: where a web ACL writes what it saw.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The log of a web ACL (checkov CKV2_AWS_31). An ACL has at most one, so the ACL's ARN is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingConfiguration {
    /// The web ACL.
    pub resource_arn: Text,
    /// Exactly one: a log group, bucket or stream whose name starts with `aws-waf-logs-`. A log group's ARN is taken with or
    /// without `:*` behind it.
    pub log_destination_configs: Vec<Text>,
    /// What is not written.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub redacted_fields: Vec<FieldToMatch>,
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FieldToMatch {
    /// A header, for example `authorization` or `cookie`.
    SingleHeader(SingleHeader),
    /// The method.
    Method {},
    /// The query.
    QueryString {},
    /// The path.
    UriPath {},
}

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SingleHeader {
    /// Its name in lower case.
    pub name: String,
}

impl AwsResource for LoggingConfiguration {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::WAFv2::LoggingConfiguration",
        kind: "wafv2_web_acl_logging_configuration",
        service: "wafv2",
        replace_on: &["ResourceArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_wafv2_web_acl_logging_configuration",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_wafv2_web_acl_logging_configuration");
        body.set("resource_arn", &self.resource_arn).set("log_destination_configs", &self.log_destination_configs);
        for field in &self.redacted_fields {
            let block = body.block("redacted_fields");
            match field {
                FieldToMatch::SingleHeader(header) => {
                    block.block("single_header").set("name", &header.name);
                }
                FieldToMatch::Method {} => {
                    block.block("method");
                }
                FieldToMatch::QueryString {} => {
                    block.block("query_string");
                }
                FieldToMatch::UriPath {} => {
                    block.block("uri_path");
                }
            }
        }
    }
}
