//! `AWS::ElastiCache::SubnetGroup`: the subnets that caches may live in.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of subnets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SubnetGroup {
    /// Lower case, at most 255 characters.
    pub cache_subnet_group_name: String,
    /// What it is for.
    pub description: String,
    /// The subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for SubnetGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElastiCache::SubnetGroup",
        kind: "cache_subnet_group",
        service: "elasticache",
        replace_on: &["CacheSubnetGroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["SubnetIds"],
        closed: &[],
        outputs: &[OutputContract { name: "CacheSubnetGroupName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_elasticache_subnet_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_elasticache_subnet_group")
            .set("name", &self.cache_subnet_group_name)
            .set("description", &self.description)
            .set("subnet_ids", &self.subnet_ids)
            .tags(&self.tags);
    }
}
