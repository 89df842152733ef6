//! `AWS::AccessAnalyzer::Analyzer`: finds what others can reach in the account.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An analyzer (CIS AWS 5.0 1.19); its id here is its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Analyzer {
    /// Unique in the account and region.
    pub analyzer_name: String,
    /// `ACCOUNT`.
    #[serde(rename = "Type")]
    pub analyzer_type: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Analyzer {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::AccessAnalyzer::Analyzer",
        kind: "accessanalyzer_analyzer",
        service: "access-analyzer",
        replace_on: &["AnalyzerName", "Type"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_accessanalyzer_analyzer",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_accessanalyzer_analyzer")
            .set("analyzer_name", &self.analyzer_name)
            .set("type", &self.analyzer_type)
            .tags(&self.tags);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        id.0.rsplit('/').next().unwrap_or_default().to_owned()
    }
}
