//! `AWS::RDS::DBSubnetGroup`: the subnets that databases may live in.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A group of at least two subnets in two zones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DbSubnetGroup {
    /// Lower case, at most 255 characters.
    #[serde(rename = "DBSubnetGroupName")]
    pub db_subnet_group_name: String,
    /// What it is for.
    #[serde(rename = "DBSubnetGroupDescription")]
    pub db_subnet_group_description: String,
    /// The subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Text>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for DbSubnetGroup {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::RDS::DBSubnetGroup",
        kind: "db_subnet_group",
        service: "rds",
        replace_on: &["DBSubnetGroupName"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["SubnetIds"],
        closed: &[],
        outputs: &[OutputContract { name: "DBSubnetGroupName", cloudformation_ref: true, terraform: "name" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_db_subnet_group",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_db_subnet_group")
            .set("name", &self.db_subnet_group_name)
            .set("description", &self.db_subnet_group_description)
            .set("subnet_ids", &self.subnet_ids)
            .tags(&self.tags);
    }
}
