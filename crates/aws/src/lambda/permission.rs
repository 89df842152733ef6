//! `AWS::Lambda::Permission`: who else may call a function.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// One statement of a function's policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Permission {
    /// The function's name or ARN.
    pub function_name: Text,
    /// `lambda:InvokeFunction`.
    pub action: String,
    /// For example `s3.amazonaws.com`.
    pub principal: String,
    /// Only for resources of this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_account: Option<Text>,
    /// Only for this resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_arn: Option<Text>,
}

impl AwsResource for Permission {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Lambda::Permission",
        kind: "lambda_permission",
        service: "lambda",
        replace_on: &["FunctionName", "Action", "Principal", "SourceAccount", "SourceArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_lambda_permission",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_lambda_permission")
            .set("function_name", &self.function_name)
            .set("action", &self.action)
            .set("principal", &self.principal)
            .set_some("source_account", self.source_account.as_ref())
            .set_some("source_arn", self.source_arn.as_ref());
    }
}
