//! `AWS::EC2::SecurityGroupIngress` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{IpPermission, IpRange, PrefixListId, SecurityGroupRule, SecurityGroupRuleDescription, UserIdGroupPair};
use strata_aws::ec2::SecurityGroupIngress;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The permission that AuthorizeSecurityGroupIngress takes.
fn permission(rule: &SecurityGroupIngress) -> Result<IpPermission, ProviderError> {
    let mut builder = IpPermission::builder().ip_protocol(&rule.ip_protocol);
    if rule.ip_protocol != "-1" {
        builder = builder.from_port(port(rule.from_port)?).to_port(port(rule.to_port)?);
    }
    if let Some(group) = &rule.source_security_group_id {
        builder = builder.user_id_group_pairs(
            UserIdGroupPair::builder()
                .group_id(known(group)?)
                .description(&rule.description)
                .build(),
        );
    }
    if let Some(range) = &rule.cidr_ip {
        builder = builder.ip_ranges(IpRange::builder().cidr_ip(range).description(&rule.description).build());
    }
    if let Some(list) = &rule.source_prefix_list_id {
        builder = builder.prefix_list_ids(
            PrefixListId::builder()
                .prefix_list_id(known(list)?)
                .description(&rule.description)
                .build(),
        );
    }
    Ok(builder.build())
}

/// A port as the API takes it.
pub(super) fn port(number: i64) -> Result<i32, ProviderError> {
    i32::try_from(number).map_err(|_| ProviderError::internal("strata", format!("{number} is no port")))
}

/// Every rule of a group.
pub(super) async fn rules_of(cloud: &Cloud, group: &str) -> Result<Option<Vec<SecurityGroupRule>>, ProviderError> {
    let pages = cloud
        .ec2()
        .describe_security_group_rules()
        .filters(super::filter("group-id", group))
        .into_paginator()
        .items()
        .send();
    found(
        pages
            .collect::<Result<Vec<_>, _>>()
            .await
            .map_err(|error| failed("ec2:DescribeSecurityGroupRules", error)),
    )
}

fn read(rule: &SecurityGroupRule) -> SecurityGroupIngress {
    SecurityGroupIngress {
        group_id: rule.group_id().unwrap_or_default().into(),
        ip_protocol: rule.ip_protocol().unwrap_or_default().to_owned(),
        from_port: rule.from_port().unwrap_or(-1).into(),
        to_port: rule.to_port().unwrap_or(-1).into(),
        source_security_group_id: rule.referenced_group_info().and_then(|group| group.group_id()).map(Text::from),
        cidr_ip: rule.cidr_ipv4().map(ToOwned::to_owned),
        source_prefix_list_id: rule.prefix_list_id().map(Text::from),
        description: rule.description().unwrap_or_default().to_owned(),
    }
}

#[async_trait]
impl Handler for SecurityGroupIngress {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(group) = target.properties.group_id.as_literal() else {
            return Ok(None);
        };
        let Some(rules) = rules_of(cloud, group).await? else {
            return Ok(None);
        };
        let wanted = target.properties;
        // A rule is what it lets through: two of one protocol, ports and source cannot stand in one group.
        let found = rules
            .iter()
            .filter(|rule| !rule.is_egress().unwrap_or_default())
            .find(|rule| match target.id {
                Some(id) => rule.security_group_rule_id() == Some(&id.0),
                None => {
                    SecurityGroupIngress {
                        description: wanted.description.clone(),
                        ..read(rule)
                    } == *wanted
                }
            });
        let Some(rule) = found else { return Ok(None) };
        let id = rule
            .security_group_rule_id()
            .ok_or_else(|| missing("ec2:DescribeSecurityGroupRules", "securityGroupRuleId"))?;
        Ok(Some(Observed::ready(id, read(rule)).output("Id", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let answer = cloud
            .ec2()
            .authorize_security_group_ingress()
            .group_id(known(&desired.group_id)?)
            .ip_permissions(permission(desired)?)
            .send()
            .await
            .map_err(|error| failed("ec2:AuthorizeSecurityGroupIngress", error))?;
        let id = answer.security_group_rules().first().and_then(|rule| rule.security_group_rule_id());
        id.map(|id| PhysicalId(id.to_owned()))
            .ok_or_else(|| missing("ec2:AuthorizeSecurityGroupIngress", "securityGroupRuleId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let description = SecurityGroupRuleDescription::builder()
            .security_group_rule_id(target.id()?)
            .description(&target.properties.description)
            .build();
        cloud
            .ec2()
            .update_security_group_rule_descriptions_ingress()
            .group_id(known(&target.properties.group_id)?)
            .security_group_rule_descriptions(description)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failed("ec2:UpdateSecurityGroupRuleDescriptionsIngress", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud
            .ec2()
            .revoke_security_group_ingress()
            .group_id(known(&target.properties.group_id)?)
            .security_group_rule_ids(target.id()?)
            .send()
            .await;
        gone(answer.map_err(|error| failed("ec2:RevokeSecurityGroupIngress", error)))
    }
}
