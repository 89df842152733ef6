//! `AWS::EC2::FlowLog`: who spoke with whom in a network (PCI DSS 10.2, CIS AWS 5.0 3.7).

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A flow log to CloudWatch Logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FlowLog {
    /// The role by which the service writes.
    pub deliver_logs_permission_arn: Text,
    /// The log group's ARN.
    pub log_destination: Text,
    /// Always `cloud-watch-logs`.
    pub log_destination_type: String,
    /// Seconds over which flows are summed: 60 or 600.
    pub max_aggregation_interval: i64,
    /// What is watched.
    pub resource_id: Text,
    /// `VPC`.
    pub resource_type: String,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic_type: String,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl AwsResource for FlowLog {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::EC2::FlowLog",
        kind: "flow_log",
        service: "ec2",
        replace_on: &[
            "DeliverLogsPermissionArn",
            "LogDestination",
            "LogDestinationType",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "TrafficType",
        ],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_flow_log",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        to.resource("aws_flow_log")
            .set("vpc_id", &self.resource_id)
            .set("traffic_type", &self.traffic_type)
            .set("iam_role_arn", &self.deliver_logs_permission_arn)
            .set("log_destination", &self.log_destination)
            .set("log_destination_type", &self.log_destination_type)
            .set("max_aggregation_interval", self.max_aggregation_interval)
            .tags(&self.tags);
    }
}
