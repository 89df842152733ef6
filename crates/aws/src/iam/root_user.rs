//! `Strata::IAM::RootUser`: the user that opened the account and may do everything in it. It is looked at, never made or changed.
//!
//! What it asks for is nothing, so a plan never changes anything about it; an observation shows how it is secured, for the rules that judge the live
//! cloud. Only who holds the account can change that, at the console: no call of the API can.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// How the root user is secured, as `iam:GetAccountSummary` tells it. The account's number is the physical id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RootUser {
    /// How many access keys it has; only in observations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_keys: Option<i64>,
    /// Whether it signs in with a second factor; only in observations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor: Option<bool>,
}

impl AwsResource for RootUser {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::IAM::RootUser",
        kind: "iam_root_user",
        service: "iam",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "Nothing is made: who holds the account gives its root user a second factor and takes away its access keys, at the console.",
        ),
        terraform: "",
        singleton: true,
    };

    fn terraform(&self, _to: &mut Terraform) {}
}
