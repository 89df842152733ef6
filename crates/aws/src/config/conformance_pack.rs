//! `AWS::Config::ConformancePack`: rules of AWS's own by which Config judges what its recorder wrote down.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A pack of rules. AWS makes them, and lets nobody change one of them alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ConformancePack {
    /// Letters, digits and hyphens, a letter first; unique in the account and region.
    pub conformance_pack_name: String,
    /// The rules as a template of CloudFormation in JSON, 51,200 bytes at most. No call returns it.
    pub template_body: String,
}

impl AwsResource for ConformancePack {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Config::ConformancePack",
        kind: "config_conformance_pack",
        service: "config",
        replace_on: &["ConformancePackName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &["TemplateBody"],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "ConformancePackName", cloudformation_ref: true, terraform: "name" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_config_conformance_pack",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_config_conformance_pack").set("name", &self.conformance_pack_name).set("template_body", &self.template_body);
    }
}
