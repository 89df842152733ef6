//! `AWS::WAFv2::WebACLAssociation`: which web ACL stands before a load balancer.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, PhysicalId, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An association. A resource has at most one, so the resource's ARN is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WebAclAssociation {
    /// The load balancer.
    pub resource_arn: Text,
    /// The web ACL.
    #[serde(rename = "WebACLArn")]
    pub web_acl_arn: Text,
}

impl AwsResource for WebAclAssociation {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::WAFv2::WebACLAssociation",
        kind: "wafv2_web_acl_association",
        service: "wafv2",
        replace_on: &["ResourceArn"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_wafv2_web_acl_association",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_wafv2_web_acl_association").set("resource_arn", &self.resource_arn).set("web_acl_arn", &self.web_acl_arn);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        format!("{},{}", self.web_acl_arn, id)
    }
}
