//! `Strata::EC2::DefaultVpcRemoval`: the network that AWS puts into every new account and region is gone.
//!
//! A network of AWS's making has public subnets, a way in from the internet and a group that trusts its own, and whoever starts a machine without a
//! word about its network starts it there. The physical id is the region's name. Deleting makes a default network anew, as AWS made the first.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// That there is no default network. It stands while there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DefaultVpcRemoval {
    /// Always true: a region with a default network has nothing to show here.
    pub removed: bool,
}

impl AwsResource for DefaultVpcRemoval {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "Strata::EC2::DefaultVpcRemoval",
        kind: "default_vpc_removal",
        service: "ec2",
        replace_on: &[],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Absent(
            "Remove each region's default network with 'aws ec2 delete-subnet', 'delete-internet-gateway' and 'delete-vpc'; neither CloudFormation nor Terraform can take away what it did not make.",
        ),
        terraform: "",
        singleton: true,
    };

    fn terraform(&self, _to: &mut Terraform) {}
}
