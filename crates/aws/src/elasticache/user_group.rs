//! `AWS::ElastiCache::UserGroup`: the users of a cache.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UserGroup {
    /// Lower case, at most 40 characters.
    pub user_group_id: String,
    /// `redis` or `valkey`.
    pub engine: String,
    /// The users.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_ids: Vec<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for UserGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElastiCache::UserGroup",
        kind: "cache_user_group",
        service: "elasticache",
        replace_on: &["UserGroupId"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["UserIds"],
        closed: &[],
        outputs: &[
            OutputContract { name: "UserGroupId", cloudformation_ref: true, terraform: "user_group_id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_elasticache_user_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_elasticache_user_group")
            .set("user_group_id", &self.user_group_id)
            .set("engine", &self.engine)
            .set("user_ids", &self.user_ids)
            .tags(&self.tags);
    }
}
