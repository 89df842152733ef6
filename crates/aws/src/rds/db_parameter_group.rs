//! `AWS::RDS::DBParameterGroup`: settings of a database engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of engine parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DbParameterGroup {
    /// Lower case, at most 255 characters.
    #[serde(rename = "DBParameterGroupName")]
    pub db_parameter_group_name: String,
    /// For example `postgres16`.
    pub family: String,
    /// What it is for; cannot change.
    pub description: String,
    /// Parameters that differ from the family's, for example `rds.force_ssl` = `1`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for DbParameterGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::RDS::DBParameterGroup",
        kind: "db_parameter_group",
        service: "rds",
        replace_on: &["DBParameterGroupName", "Family", "Description"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "DBParameterGroupName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_db_parameter_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_db_parameter_group");
        body.set("name", &self.db_parameter_group_name).set("family", &self.family).set("description", &self.description);
        for (name, value) in &self.parameters {
            // The only method that static and dynamic parameters both take.
            body.block("parameter").set("name", name).set("value", value).set("apply_method", "pending-reboot");
        }
        body.tags(&self.tags);
    }
}
