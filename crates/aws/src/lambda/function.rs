//! `AWS::Lambda::Function`: code that runs when something happens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::{Closed, CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::{AwsResource, Part};
use crate::terraform::{Expression, Terraform};

/// A function from a zip file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Function {
    /// Unique in the account and region, at most 64 characters.
    pub function_name: String,
    /// For example `main.handler`.
    pub handler: String,
    /// For example `python3.13`.
    pub runtime: String,
    /// The role's ARN.
    pub role: Text,
    /// `arm64` or `x86_64`, exactly one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<String>,
    /// Mebibytes, 128 to 10240.
    pub memory_size: i64,
    /// Seconds, at most 900.
    pub timeout: i64,
    /// Its variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The network that it runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfig>,
    /// The key of its variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Text>,
    /// Whether X-Ray traces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracing_config: Option<TracingConfig>,
    /// Where events go that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// How many may run at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_concurrent_executions: Option<i64>,
    /// Where its log goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging_config: Option<LoggingConfig>,
    /// The zip file.
    pub code: Code,
    /// Never asked for: permissions are resources of their own. An observation shows those that somebody else put here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Part>,
    /// Never asked for: who may call it by an address of its own on the internet, `NONE` (everybody) or `AWS_IAM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Variables; no secret is among them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Environment {
    /// By name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, Text>,
}

/// The network that a function runs in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct VpcConfig {
    /// Its subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Text>,
    /// Its security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Text>,
}

/// Whether X-Ray traces.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TracingConfig {
    /// `Active` or `PassThrough`.
    pub mode: String,
}

/// Where events go that failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeadLetterConfig {
    /// A queue's or topic's ARN.
    pub target_arn: Text,
}

/// Where the log goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoggingConfig {
    /// The log group's name.
    pub log_group: Text,
    /// `JSON` or `Text`.
    pub log_format: String,
}

/// The zip file, by name and digest: its bytes lie in the artifact store, never in a document.
///
/// This is our own form. CloudFormation wants `S3Bucket` and `S3Key` here: the exporter writes those.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Code {
    /// The name in the artifact store, for example `receipt`.
    pub artifact: String,
    /// The SHA-256 of the zip file, in lower case hexadecimal digits.
    pub sha256: String,
}

impl Code {
    /// The file's path in an export.
    #[must_use]
    pub fn file(&self) -> String {
        format!("artifacts/{}.zip", self.artifact)
    }
}

impl AwsResource for Function {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Lambda::Function",
        kind: "lambda_function",
        service: "lambda",
        replace_on: &["FunctionName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["Code.Artifact"],
        unordered: &["VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds"],
        closed: &[
            Closed::parts("Permissions", "AWS::Lambda::Permission"),
            Closed::property("FunctionUrl"),
            Closed::property("Environment"),
            Closed::property("DeadLetterConfig"),
        ],
        outputs: &[
            OutputContract { name: "FunctionName", cloudformation_ref: true, terraform: "function_name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_lambda_function",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lambda_function");
        let file = self.code.file();
        body.set("function_name", &self.function_name)
            .set("role", &self.role)
            .set("handler", &self.handler)
            .set("runtime", &self.runtime)
            .set("architectures", &self.architectures)
            .set("memory_size", self.memory_size)
            .set("timeout", self.timeout)
            .set("filename", file.as_str())
            .set("source_code_hash", Expression::Call("filebase64sha256", vec![file.as_str().into()]))
            .set_some("kms_key_arn", self.kms_key_arn.as_ref())
            .set_some("reserved_concurrent_executions", self.reserved_concurrent_executions);
        if let Some(environment) = &self.environment {
            body.block("environment").set("variables", &environment.variables);
        }
        if let Some(network) = &self.vpc_config {
            body.block("vpc_config").set("subnet_ids", &network.subnet_ids).set("security_group_ids", &network.security_group_ids);
        }
        if let Some(tracing) = &self.tracing_config {
            body.block("tracing_config").set("mode", &tracing.mode);
        }
        if let Some(dead) = &self.dead_letter_config {
            body.block("dead_letter_config").set("target_arn", &dead.target_arn);
        }
        if let Some(logging) = &self.logging_config {
            body.block("logging_config").set("log_format", &logging.log_format).set("log_group", &logging.log_group);
        }
        body.tags(&self.tags);
    }
}
