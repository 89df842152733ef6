//! `Strata::Inspector2::Enabler`: what Inspector looks for vulnerabilities in.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, PhysicalId, Pseudo, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// That Inspector looks at these kinds of resources in the account and region. The account's number is its id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Enabler {
    /// `EC2`, `ECR`, `LAMBDA`.
    #[serde(serialize_with = "crate::normal::sorted")]
    pub resource_types: Vec<String>,
}

impl AwsResource for Enabler {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::Inspector2::Enabler",
        kind: "inspector2_enabler",
        service: "inspector2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "Enable Amazon Inspector with 'aws inspector2 enable'; CloudFormation has no type for it.",
        ),
        terraform: "aws_inspector2_enabler",
        singleton: true,
    };

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_inspector2_enabler")
            .set("account_ids", vec![Text::Pseudo(Pseudo::AccountId)])
            .set("resource_types", &self.resource_types);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        let mut types = self.resource_types.clone();
        types.sort();
        format!("{id}-{}", types.join(":"))
    }
}
