//! `AWS::ElastiCache::User`: who may sign in to a cache.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A user without a stored password: IAM signs it in, or (for the mandatory user `default`, whose rights are taken away) nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct User {
    /// Lower case, at most 40 characters; with IAM the same as the name.
    pub user_id: String,
    /// The name; `default` must be in every group of engine `redis`.
    pub user_name: String,
    /// `redis` or `valkey`.
    pub engine: String,
    /// The rights in the engine's own words, for example `on ~* +@all` or `off -@all`.
    pub access_string: String,
    /// How it signs in.
    pub authentication_mode: AuthenticationMode,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// How a user signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthenticationMode {
    /// `iam` or `no-password-required`; passwords are never written here.
    #[serde(rename = "Type")]
    pub kind: String,
}

impl AwsResource for User {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ElastiCache::User",
        kind: "cache_user",
        service: "elasticache",
        replace_on: &["UserId", "UserName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "UserId", cloudformation_ref: true, terraform: "user_id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_elasticache_user",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_elasticache_user");
        body.set("user_id", &self.user_id)
            .set("user_name", &self.user_name)
            .set("engine", &self.engine)
            .set("access_string", &self.access_string);
        body.block("authentication_mode").set("type", &self.authentication_mode.kind);
        body.tags(&self.tags);
    }
}
