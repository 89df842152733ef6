//! `AWS::EC2::EIP`: a public IPv4 address of the account's own.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An address; what it is associated with says so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Eip {
    /// Always `vpc`.
    pub domain: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for Eip {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::EIP",
        kind: "eip",
        service: "ec2",
        replace_on: &["Domain"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "AllocationId", cloudformation_ref: false, terraform: "allocation_id" },
            OutputContract { name: "PublicIp", cloudformation_ref: true, terraform: "public_ip" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_eip",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_eip").set("domain", &self.domain).tags(&self.tags);
    }
}
