//! `AWS::Lambda::EventSourceMapping`: a queue or a stream that feeds a function.

use serde::{Deserialize, Serialize};
use strata_graph::{CloudFormationForm, OutputContract, ReplaceOrder, Tags, Text, TypeContract};

use crate::resource::AwsResource;
use crate::terraform::Terraform;

/// A mapping from a queue or a stream to a function. What only streams have is absent for queues.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EventSourceMapping {
    /// The function's name.
    pub function_name: Text,
    /// The ARN of the queue or stream.
    pub event_source_arn: Text,
    /// Most messages a call gets, 1 to 10000.
    pub batch_size: i64,
    /// Whether it polls.
    pub enabled: bool,
    /// Seconds that messages are gathered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_batching_window_in_seconds: Option<i64>,
    /// `ReportBatchItemFailures` lets the function name the messages that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub function_response_types: Vec<String>,
    /// How many calls at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling_config: Option<ScalingConfig>,
    /// Where reading of a stream begins: `LATEST` or `TRIM_HORIZON`, its oldest record. Only at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starting_position: Option<String>,
    /// How often records of a stream are tried again, -1 for as long as the stream has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i64>,
    /// Whether records of a stream that fail together are tried in two halves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bisect_batch_on_function_error: Option<bool>,
    /// Where word of a stream's records goes that failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_config: Option<DestinationConfig>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// Where word of records goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DestinationConfig {
    /// Of those that failed for good.
    pub on_failure: OnFailure,
}

/// Where word of records goes that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OnFailure {
    /// The ARN of a queue or topic.
    pub destination: Text,
}

/// How many calls at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScalingConfig {
    /// 2 to 1000.
    pub maximum_concurrency: i64,
}

impl AwsResource for EventSourceMapping {
    const CONTRACT: &'static TypeContract = &TypeContract {
        type_name: "AWS::Lambda::EventSourceMapping",
        kind: "lambda_event_source_mapping",
        service: "lambda",
        replace_on: &["EventSourceArn", "StartingPosition"],
        replace_order: ReplaceOrder::DeleteBeforeCreate,
        unobservable: &[],
        unordered: &[],
        closed: &[],
        outputs: &[OutputContract { name: "Id", cloudformation_ref: true, terraform: "id" }],
        cloudformation: CloudFormationForm::TagList,
        terraform: "aws_lambda_event_source_mapping",
        singleton: false,
    };

    fn tags_mut(&mut self) -> Option<&mut Tags> {
        Some(&mut self.tags)
    }

    fn terraform(&self, to: &mut Terraform) {
        let body = to.resource("aws_lambda_event_source_mapping");
        body.set("function_name", &self.function_name)
            .set("event_source_arn", &self.event_source_arn)
            .set("batch_size", self.batch_size)
            .set("enabled", self.enabled)
            .set_some("maximum_batching_window_in_seconds", self.maximum_batching_window_in_seconds)
            .set_some("starting_position", self.starting_position.as_ref())
            .set_some("maximum_retry_attempts", self.maximum_retry_attempts)
            .set_some("bisect_batch_on_function_error", self.bisect_batch_on_function_error);
        if !self.function_response_types.is_empty() {
            body.set("function_response_types", &self.function_response_types);
        }
        if let Some(scaling) = &self.scaling_config {
            body.block("scaling_config").set("maximum_concurrency", scaling.maximum_concurrency);
        }
        if let Some(destination) = &self.destination_config {
            body.block("destination_config").block("on_failure").set("destination_arn", &destination.on_failure.destination);
        }
        body.tags(&self.tags);
    }
}
