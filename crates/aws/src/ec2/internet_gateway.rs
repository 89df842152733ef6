//! `AWS::EC2::InternetGateway`: a network's door to the internet. It is attached by a resource of its own.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An internet gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct InternetGateway {
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for InternetGateway {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::InternetGateway",
        kind: "internet_gateway",
        service: "ec2",
        replace_on: &[],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "InternetGatewayId", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_internet_gateway",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_internet_gateway").tags(&self.tags);
    }
}
