//! `AWS::ServiceDiscovery::PrivateDnsNamespace`: names of services inside a network, in a private zone that Cloud Map keeps.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, PhysicalId, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A namespace. `terraform import` takes `NAMESPACE:NETWORK`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PrivateDnsNamespace {
    /// The zone's name.
    pub name: String,
    /// The network.
    pub vpc: Text,
    /// What it is for.
    pub description: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for PrivateDnsNamespace {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ServiceDiscovery::PrivateDnsNamespace",
        kind: "service_discovery_private_dns_namespace",
        service: "servicediscovery",
        replace_on: &["Name", "Vpc"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
            OutputContract { name: "HostedZoneId", cloudformation_ref: false, terraform: "hosted_zone" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_service_discovery_private_dns_namespace",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_service_discovery_private_dns_namespace")
            .set("name", &self.name)
            .set("vpc", &self.vpc)
            .set("description", &self.description)
            .tags(&self.tags);
    }

    fn terraform_import_id(&self, id: &PhysicalId) -> String {
        format!("{}:{}", id.0, self.vpc)
    }
}
