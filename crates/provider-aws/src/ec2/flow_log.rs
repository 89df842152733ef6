//! `AWS::EC2::FlowLog` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType};
use strata_aws::ec2::FlowLog;
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError};

use super::{number, owned, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{classify, failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// A log group's ARN without the `:*` that some of AWS's answers put at its end.
fn plain(arn: &str) -> &str {
    arn.strip_suffix(":*").unwrap_or(arn)
}

#[async_trait]
impl Handler for FlowLog {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_flow_logs();
        let call = match target.id {
            Some(id) => call.flow_log_ids(&id.0),
            None => call.set_filter(Some(owned(target))),
        };
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeFlowLogs", error)))?;
        let Some(log) = answer.as_ref().and_then(|answer| answer.flow_logs().first()) else {
            return Ok(None);
        };
        let id = log.flow_log_id().ok_or_else(|| missing("ec2:DescribeFlowLogs", "flowLogId"))?;
        let wanted = target.properties;
        let destination = match (log.log_destination(), log.log_group_name()) {
            (Some(arn), _) => plain(arn).to_owned(),
            (None, name) => cloud.arn("logs", &format!("log-group:{}", name.unwrap_or_default())),
        };
        let properties = Self {
            deliver_logs_permission_arn: log.deliver_logs_permission_arn().unwrap_or_default().into(),
            // The form in which it was asked for, where it names the same group.
            log_destination: match wanted.log_destination.as_literal() {
                Some(arn) if plain(arn) == destination => arn.into(),
                _ => Text::from(destination),
            },
            log_destination_type: log
                .log_destination_type()
                .map_or_else(|| wanted.log_destination_type.clone(), |kind| kind.as_str().to_owned()),
            // AWS's own default where the answer names none.
            max_aggregation_interval: log.max_aggregation_interval().unwrap_or(600).into(),
            resource_id: log.resource_id().unwrap_or_default().into(),
            // The answer names the resource alone; its id says of what kind it is.
            resource_type: match log.resource_id().and_then(|id| id.split_once('-')).map(|(kind, _)| kind) {
                Some("vpc") => "VPC".to_owned(),
                Some("subnet") => "Subnet".to_owned(),
                Some("eni") => "NetworkInterface".to_owned(),
                _ => wanted.resource_type.clone(),
            },
            traffic_type: log.traffic_type().map_or_else(String::new, |kind| kind.as_str().to_owned()),
            tags: read_tags(log.tags()),
        };
        Ok(Some(Observed::ready(id, properties).output("Id", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_flow_logs()
            .resource_ids(known(&desired.resource_id)?)
            .resource_type(FlowLogsResourceType::from(desired.resource_type.as_str()))
            .traffic_type(TrafficType::from(desired.traffic_type.as_str()))
            .log_destination_type(LogDestinationType::from(desired.log_destination_type.as_str()))
            .log_destination(plain(known(&desired.log_destination)?))
            .deliver_logs_permission_arn(known(&desired.deliver_logs_permission_arn)?)
            .max_aggregation_interval(number(desired.max_aggregation_interval)?)
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::VpcFlowLog, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateFlowLogs", error))?;
        // A refusal comes inside a successful answer.
        if let Some(refusal) = answer.unsuccessful().first().and_then(|item| item.error()) {
            let code = refusal.code().unwrap_or_default();
            let mut error = ProviderError::new(classify(code), "ec2:CreateFlowLogs", refusal.message().unwrap_or_default());
            if error.kind == ErrorKind::NotFound {
                // What is not found is the resource or the log group, not the flow log.
                error.kind = ErrorKind::Invalid;
            }
            error.code = Some(code.to_owned());
            return Err(error);
        }
        let id = answer.flow_log_ids().first();
        id.map(|id| PhysicalId(id.clone())).ok_or_else(|| missing("ec2:CreateFlowLogs", "flowLogIds"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_flow_logs().flow_log_ids(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteFlowLogs", error)))
    }
}
