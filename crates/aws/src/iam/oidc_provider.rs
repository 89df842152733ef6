//! `AWS::IAM::OIDCProvider`: an issuer of tokens whose bearers may take on roles.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// An OpenID Connect identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OidcProvider {
    /// The issuer, with `https://`.
    pub url: Text,
    /// Audiences that are accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_id_list: Vec<Text>,
    /// SHA-1 fingerprints of the issuer's certificate authority; AWS finds them itself where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thumbprint_list: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for OidcProvider {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::IAM::OIDCProvider",
        kind: "iam_openid_connect_provider",
        service: "iam",
        replace_on: &["Url"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["ClientIdList", "ThumbprintList"],
        closed: &[],
        outputs: &[OutputContract { name: "Arn", cloudformation_ref: true, terraform: "arn" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_iam_openid_connect_provider",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_iam_openid_connect_provider");
        body.set("url", &self.url).set("client_id_list", &self.client_id_list);
        if !self.thumbprint_list.is_empty() {
            body.set("thumbprint_list", &self.thumbprint_list);
        }
        body.tags(&self.tags);
    }
}
