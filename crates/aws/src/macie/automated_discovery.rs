//! `Strata::Macie2::AutomatedDiscovery`: Macie samples every bucket by itself, every day.
//!
//! Neither CloudFormation nor Terraform has a type for it in an account that is not administered by another one, so exports name it and say the command.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// Whether Macie of an account and region looks for sensitive data without being asked bucket by bucket. The account's number is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AutomatedDiscovery {
    /// The session that it is a part of.
    pub aws_account_id: Text,
    /// `ENABLED` or `DISABLED`.
    pub status: String,
}

impl AwsResource for AutomatedDiscovery {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::Macie2::AutomatedDiscovery",
        kind: "macie2_automated_discovery",
        service: "macie2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "Switch it on with 'aws macie2 update-automated-discovery-configuration --status ENABLED'; neither CloudFormation nor Terraform has a type for it.",
        ),
        terraform: "",
        singleton: true,
    };

    fn terraform(&self, _to: &mut Terraform) {}
}
