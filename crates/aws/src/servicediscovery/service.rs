//! `AWS::ServiceDiscovery::Service`: one service's name in a namespace; its instances register themselves.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Service {
    /// The first label of its name.
    pub name: String,
    /// The namespace.
    pub namespace_id: Text,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The records that each instance gets.
    pub dns_config: DnsConfig,
    /// Health as ECS reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_custom_config: Option<HealthCheckCustomConfig>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// The records that each instance gets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DnsConfig {
    /// The records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_records: Vec<DnsRecord>,
    /// `MULTIVALUE` or `WEIGHTED`.
    pub routing_policy: String,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DnsRecord {
    /// Seconds that others may keep the answer.
    #[serde(rename = "TTL")]
    pub ttl: i64,
    /// `A` or `SRV`.
    #[serde(rename = "Type")]
    pub record_type: String,
}

/// Health as ECS reports it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HealthCheckCustomConfig {
    /// Always 1: AWS takes no other.
    pub failure_threshold: i64,
}

impl AwsResource for Service {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::ServiceDiscovery::Service",
        kind: "service_discovery_service",
        service: "servicediscovery",
        replace_on: &["Name", "NamespaceId", "HealthCheckCustomConfig", "DnsConfig.RoutingPolicy"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[
            OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" },
            OutputContract { name: "Arn", cloudformation_ref: false, terraform: "arn" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_service_discovery_service",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_service_discovery_service");
        body.set("name", &self.name).set_some("description", self.description.as_ref());
        let dns = body.block("dns_config");
        dns.set("namespace_id", &self.namespace_id).set("routing_policy", &self.dns_config.routing_policy);
        for record in &self.dns_config.dns_records {
            dns.block("dns_records").set("type", &record.record_type).set("ttl", record.ttl);
        }
        if let Some(health) = &self.health_check_custom_config {
            body.block("health_check_custom_config").set("failure_threshold", health.failure_threshold);
        }
        body.tags(&self.tags);
    }
}
