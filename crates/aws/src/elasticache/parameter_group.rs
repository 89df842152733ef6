//! `AWS::ElastiCache::ParameterGroup`: settings of a cache engine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of engine parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ParameterGroup {
    /// Lower case, at most 255 characters. CloudFormation chooses the name itself: the property is read-only there.
    pub cache_parameter_group_name: String,
    /// For example `redis7` or `valkey8`.
    pub cache_parameter_group_family: String,
    /// What it is for; cannot change.
    pub description: String,
    /// Parameters that differ from the family's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for ParameterGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElastiCache::ParameterGroup",
        kind: "cache_parameter_group",
        service: "elasticache",
        replace_on: &["CacheParameterGroupName", "CacheParameterGroupFamily", "Description"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "CacheParameterGroupName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_elasticache_parameter_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_elasticache_parameter_group");
        body.set("name", &self.cache_parameter_group_name)
            .set("family", &self.cache_parameter_group_family)
            .set("description", &self.description);
        for (name, value) in &self.properties {
            body.block("parameter").set("name", name).set("value", value);
        }
        body.tags(&self.tags);
    }
}
