//! `AWS::Route53::RecordSet`: the records of one name and type.
//!
//! The physical id is `ZONE_NAME_TYPE`, which is also what `terraform import` takes. The name servers of another zone are one text, that
//! zone's output `NameServers`: a list in Terraform and CloudFormation, so an export writes it in the list's place.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, ReplaceOrder, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// Records with values, or an alias of an AWS resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RecordSet {
    /// The zone.
    pub hosted_zone_id: Text,
    /// The full name, without a dot at its end.
    pub name: Text,
    /// For example `A`, `CNAME` or `NS`.
    #[serde(rename = "Type")]
    pub record_type: String,
    /// Seconds that others may keep the answer; absent for aliases.
    #[serde(rename = "TTL", default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<i64>,
    /// The values; none for aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_records: Vec<Text>,
    /// The AWS resource that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_target: Option<AliasTarget>,
}

/// The AWS resource that answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AliasTarget {
    /// Its own name.
    #[serde(rename = "DNSName")]
    pub dns_name: Text,
    /// Whether an unhealthy target is left out of answers.
    pub evaluate_target_health: bool,
    /// The zone of its own name.
    pub hosted_zone_id: Text,
}

impl AwsResource for RecordSet {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Route53::RecordSet",
        kind: "route53_record",
        service: "route53",
        replace_on: &["HostedZoneId", "Name", "Type"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &["ResourceRecords"],
        closed: &[],
        outputs: &[],
        cloudformation: CloudFormationForm::Untagged,
        terraform: "aws_route53_record",
        singleton: false,
    };

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_route53_record");
        body.set("zone_id", &self.hosted_zone_id).set("name", &self.name).set("type", &self.record_type).set_some("ttl", self.ttl);
        match self.resource_records.as_slice() {
            [] => {}
            [Text::Output(reference)] if reference.output == "NameServers" => {
                body.set("records", Text::Output(reference.clone()));
            }
            _ => {
                body.set("records", &self.resource_records);
            }
        }
        if let Some(alias) = &self.alias_target {
            body.block("alias")
                .set("name", &alias.dns_name)
                .set("zone_id", &alias.hosted_zone_id)
                .set("evaluate_target_health", alias.evaluate_target_health);
        }
    }
}
