//! `Strata::IAM::AccountPasswordPolicy`: what passwords of IAM users must be (CIS AWS 5.0 1.7 and 1.8, PCI DSS 4.0 8.3.6 to 8.3.9).
//!
//! The physical id is `iam-account-password-policy`, which is also what `terraform import` takes.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// The account's password policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AccountPasswordPolicy {
    /// 6 to 128.
    pub minimum_password_length: i64,
    /// At least one symbol.
    pub require_symbols: bool,
    /// At least one digit.
    pub require_numbers: bool,
    /// At least one capital.
    pub require_uppercase_characters: bool,
    /// At least one small letter.
    pub require_lowercase_characters: bool,
    /// Whether users change their own.
    pub allow_users_to_change_password: bool,
    /// Days until it must be changed, 1 to 1095; never where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_password_age: Option<i64>,
    /// How many former passwords are refused, 1 to 24; none where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_reuse_prevention: Option<i64>,
    /// Whether only an administrator can renew an expired one.
    pub hard_expiry: bool,
}

impl AwsResource for AccountPasswordPolicy {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::IAM::AccountPasswordPolicy",
        kind: "iam_account_password_policy",
        service: "iam",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "CloudFormation has no type for the password policy: run `aws iam update-account-password-policy` once in the account.",
        ),
        terraform: "aws_iam_account_password_policy",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_iam_account_password_policy")
            .set("minimum_password_length", self.minimum_password_length)
            .set("require_symbols", self.require_symbols)
            .set("require_numbers", self.require_numbers)
            .set("require_uppercase_characters", self.require_uppercase_characters)
            .set("require_lowercase_characters", self.require_lowercase_characters)
            .set("allow_users_to_change_password", self.allow_users_to_change_password)
            .set_some("max_password_age", self.max_password_age)
            .set_some("password_reuse_prevention", self.password_reuse_prevention)
            .set("hard_expiry", self.hard_expiry);
    }
}
