//! `AWS::Route53::HostedZone`: a zone of the DNS, public or inside networks.
//!
//! Where our document differs from CloudFormation's: `Tags` is a map (there: the list `HostedZoneTags`). The output `NameServers` is the
//! names joined by commas; in Terraform and CloudFormation it is a list.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A hosted zone: private where it names networks, else public.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HostedZone {
    /// The zone, without a dot at its end.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_zone_config: Option<HostedZoneConfig>,
    /// The networks that see it.
    #[serde(rename = "VPCs", default, skip_serializing_if = "Vec::is_empty")]
    pub vpcs: Vec<HostedZoneVpc>,
    /// Where queries to a public zone are written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_logging_config: Option<QueryLoggingConfig>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// What a zone is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HostedZoneConfig {
    /// At most 256 characters.
    pub comment: String,
}

/// Where queries are written down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryLoggingConfig {
    /// The ARN of a log group in us-east-1, whose region's policy lets `route53.amazonaws.com` write.
    pub cloud_watch_logs_log_group_arn: Text,
}

/// A network that sees a private zone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HostedZoneVpc {
    /// The network.
    #[serde(rename = "VPCId")]
    pub vpc_id: Text,
    /// Its region.
    #[serde(rename = "VPCRegion")]
    pub vpc_region: Text,
}

impl AwsResource for HostedZone {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Route53::HostedZone",
        kind: "route53_zone",
        service: "route53",
        replace_on: &["Name"],
        replace_order: ReplaceOrder::CreateBeforeDelete,
        unobservable: &[],
        unordered: &["VPCs"],
        closed: &[],
        outputs: &[
            OutputContract { name: "Id", cloudformation_ref: true, terraform: "zone_id" },
            OutputContract { name: "NameServers", cloudformation_ref: false, terraform: "name_servers" },
            // Nothing refers to it: the id by which Terraform imports the zone's query log.
            OutputContract { name: "QueryLoggingConfigId", cloudformation_ref: false, terraform: "id" },
        ],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_route53_zone",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_route53_zone");
        body.set("name", &self.name).set_some("comment", self.hosted_zone_config.as_ref().map(|config| &config.comment));
        for vpc in &self.vpcs {
            body.block("vpc").set("vpc_id", &vpc.vpc_id).set("vpc_region", &vpc.vpc_region);
        }
        body.tags(&self.tags);
        if let Some(logging) = &self.query_logging_config {
            let zone = to.own("aws_route53_zone", "zone_id");
            to.resource("aws_route53_query_log")
                .set("zone_id", zone)
                .set("cloudwatch_log_group_arn", &logging.cloud_watch_logs_log_group_arn);
        }
    }
}
