//! `AWS::WAFv2::WebACL`: the web application firewall in front of a load balancer.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Tags, TypeContract};

use super::{Rule, VisibilityConfig};
use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A web ACL; its id here is its ARN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WebAcl {
    /// Unique in its scope, account and region.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `REGIONAL` for load balancers.
    pub scope: String,
    /// What happens to a request that no rule takes.
    pub default_action: DefaultAction,
    /// The rules, written by priority.
    #[serde(default, skip_serializing_if = "Vec::is_empty", serialize_with = "crate::normal::sorted")]
    pub rules: Vec<Rule>,
    /// What is measured.
    pub visibility_config: VisibilityConfig,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// What happens to a request that no rule takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum DefaultAction {
    /// It passes.
    Allow {},
    /// It is refused with 403.
    Block {},
}

impl Default for DefaultAction {
    fn default() -> Self {
        Self::Allow {}
    }
}

impl AwsResource for WebAcl {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::WAFv2::WebACL",
        kind: "wafv2_web_acl",
        service: "wafv2",
        replace_on: &["Name", "Scope"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "Id", cloudformation_ref: false, terraform: "id" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_wafv2_web_acl",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_wafv2_web_acl");
        body.set("name", &self.name).set_some("description", self.description.as_ref()).set("scope", &self.scope);
        body.block("default_action").block(match self.default_action {
            DefaultAction::Allow {} => "allow",
            DefaultAction::Block {} => "block",
        });
        for rule in &self.rules {
            rule.terraform(body);
        }
        self.visibility_config.terraform(body);
        body.tags(&self.tags);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        let short = id.0.rsplit('/').next().unwrap_or_default();
        format!("{short}/{}/{}", self.name, self.scope)
    }
}
