//! `AWS::ElasticLoadBalancingV2::ListenerRule` by the Elastic Load Balancing API. The ARN is the id; listener and priority
//! find it.

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use strata_aws::elasticloadbalancingv2::{Condition, ListenerRule, ValuesConfig};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::actions;
use crate::build::small;
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, as_it_is};
use crate::tags::known;

fn to_sdk(condition: &Condition) -> sdk::RuleCondition {
    let values = |config: &Option<ValuesConfig>| config.as_ref().map(|config| config.values.clone());
    let mut builder = sdk::RuleCondition::builder().field(&condition.field);
    if let Some(values) = values(&condition.host_header_config) {
        builder = builder.host_header_config(sdk::HostHeaderConditionConfig::builder().set_values(Some(values)).build());
    }
    if let Some(values) = values(&condition.path_pattern_config) {
        builder = builder.path_pattern_config(sdk::PathPatternConditionConfig::builder().set_values(Some(values)).build());
    }
    if let Some(values) = values(&condition.http_request_method_config) {
        let config = sdk::HttpRequestMethodConditionConfig::builder().set_values(Some(values));
        builder = builder.http_request_method_config(config.build());
    }
    if let Some(values) = values(&condition.source_ip_config) {
        builder = builder.source_ip_config(sdk::SourceIpConditionConfig::builder().set_values(Some(values)).build());
    }
    builder.build()
}

fn from_sdk(seen: &sdk::RuleCondition) -> Condition {
    let config = |values: &[String]| {
        let mut values = values.to_vec();
        values.sort();
        ValuesConfig { values }
    };
    let field = seen.field().unwrap_or_default();
    // The two oldest fields may come back in the condition's own list.
    let old = |name: &str| (field == name && !seen.values().is_empty()).then(|| config(seen.values()));
    Condition {
        field: field.to_owned(),
        host_header_config: seen.host_header_config().map(|host| config(host.values())).or_else(|| old("host-header")),
        path_pattern_config: seen.path_pattern_config().map(|path| config(path.values())).or_else(|| old("path-pattern")),
        http_request_method_config: seen.http_request_method_config().map(|method| config(method.values())),
        source_ip_config: seen.source_ip_config().map(|source| config(source.values())),
    }
}

fn conditions_from_sdk(seen: &[sdk::RuleCondition]) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = seen.iter().map(from_sdk).collect();
    conditions.sort();
    conditions
}

/// The listener's ARN in a rule's: `...:listener-rule/app/NAME/BALANCER/LISTENER/RULE`.
fn listener_of(rule: &str) -> Option<String> {
    let (listener, _) = rule.rsplit_once('/')?;
    Some(listener.replacen(":listener-rule/", ":listener/", 1))
}

/// A rule as it is shown.
pub(super) fn read(arn: &str, seen: &sdk::Rule) -> ListenerRule {
    ListenerRule {
        listener_arn: listener_of(arn).unwrap_or_default().into(),
        priority: seen.priority().and_then(|priority| priority.parse().ok()).unwrap_or_default(),
        conditions: conditions_from_sdk(seen.conditions()),
        actions: actions::all_from_sdk(seen.actions()),
    }
}

async fn find(cloud: &Cloud, target: &Target<'_, ListenerRule>) -> Result<Option<sdk::Rule>, ProviderError> {
    let call = cloud.elbv2().describe_rules();
    let call = match (target.id, target.properties.listener_arn.as_literal()) {
        (Some(id), _) => call.rule_arns(&id.0),
        (None, Some(listener)) => call.listener_arn(listener),
        (None, None) => return Ok(None),
    };
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let all = found(all.map_err(|error| failed("elasticloadbalancing:DescribeRules", error)))?;
    let priority = target.properties.priority.to_string();
    let is = |rule: &sdk::Rule| target.id.is_some() || rule.priority() == Some(&priority);
    Ok(all.into_iter().flatten().find(is))
}

#[async_trait]
impl Handler for ListenerRule {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(seen) = find(cloud, target).await? else {
            return Ok(None);
        };
        let arn = seen.rule_arn().ok_or_else(|| missing("elasticloadbalancing:DescribeRules", "RuleArn"))?;
        Ok(Some(Observed::ready(arn, read(arn, &seen)).output("RuleArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .elbv2()
            .create_rule()
            .listener_arn(known(&desired.listener_arn)?)
            .priority(small(desired.priority)?)
            .set_conditions(Some(desired.conditions.iter().map(to_sdk).collect()))
            .set_actions(Some(actions::all_to_sdk(&desired.actions)?))
            .send()
            .await
            .map_err(|error| failed("elasticloadbalancing:CreateRule", error))?;
        let arn = answer.rules().first().and_then(|rule| rule.rule_arn());
        arn.map(|arn| PhysicalId(arn.to_owned())).ok_or_else(|| missing("elasticloadbalancing:CreateRule", "RuleArn"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        // A second try must not repeat what the first one did.
        let observed = &as_it_is(cloud, target, observed).await?;
        let (arn, desired) = (target.id()?, target.properties);
        if observed.priority != desired.priority {
            let pair = sdk::RulePriorityPair::builder().rule_arn(arn).priority(small(desired.priority)?);
            let call = cloud.elbv2().set_rule_priorities().rule_priorities(pair.build());
            call.send().await.map_err(|error| failed("elasticloadbalancing:SetRulePriorities", error))?;
        }
        if observed.conditions != desired.conditions || observed.actions != desired.actions {
            cloud
                .elbv2()
                .modify_rule()
                .rule_arn(arn)
                .set_conditions(Some(desired.conditions.iter().map(to_sdk).collect()))
                .set_actions(Some(actions::all_to_sdk(&desired.actions)?))
                .send()
                .await
                .map_err(|error| failed("elasticloadbalancing:ModifyRule", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.elbv2().delete_rule().rule_arn(target.id()?);
        gone(call.send().await.map_err(|error| failed("elasticloadbalancing:DeleteRule", error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rules_arn_holds_its_listeners() {
        assert_eq!(
            listener_of("arn:aws:elasticloadbalancing:us-east-1:1:listener-rule/app/web/aaa/bbb/ccc").as_deref(),
            Some("arn:aws:elasticloadbalancing:us-east-1:1:listener/app/web/aaa/bbb")
        );
    }
}
