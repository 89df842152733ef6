//! `AWS::EC2::SecurityGroupEgress` by the EC2 API.

use async_trait::async_trait;
use strata_aws::ec2::SecurityGroupEgress;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::security_group_rule::Rule;
use crate::client::Cloud;
use crate::error::{failed, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn rule(from: &SecurityGroupEgress) -> Rule {
    let from = from.clone();
    Rule {
        group: from.group_id,
        protocol: from.ip_protocol,
        from: from.from_port,
        to: from.to_port,
        peer_group: from.destination_security_group_id,
        cidr: from.cidr_ip,
        prefix_list: from.destination_prefix_list_id,
        description: from.description,
    }
}

pub(super) fn read(rule: Rule) -> SecurityGroupEgress {
    SecurityGroupEgress {
        group_id: rule.group,
        ip_protocol: rule.protocol,
        from_port: rule.from,
        to_port: rule.to,
        destination_security_group_id: rule.peer_group,
        cidr_ip: rule.cidr,
        destination_prefix_list_id: rule.prefix_list,
        description: rule.description,
    }
}

#[async_trait]
impl Handler for SecurityGroupEgress {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let found = rule(target.properties).find(cloud, target.id, true).await?;
        Ok(found.map(|(id, seen)| Observed::ready(&id, read(seen)).output("Id", &id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let rule = rule(target.properties);
        let call = cloud.ec2().authorize_security_group_egress().group_id(known(&rule.group)?).ip_permissions(rule.permission()?);
        let answer = call.send().await.map_err(|error| failed("ec2:AuthorizeSecurityGroupEgress", error))?;
        let id = answer.security_group_rules().first().and_then(|rule| rule.security_group_rule_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:AuthorizeSecurityGroupEgress", "securityGroupRuleId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let rule = rule(target.properties);
        let call =
            cloud.ec2().update_security_group_rule_descriptions_egress().group_id(known(&rule.group)?).ip_permissions(rule.permission()?);
        call.send().await.map(|_| ()).map_err(|error| failed("ec2:UpdateSecurityGroupRuleDescriptionsEgress", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let group = known(&target.properties.group_id)?;
        let call = cloud.ec2().revoke_security_group_egress().group_id(group).security_group_rule_ids(target.id()?);
        gone(call.send().await.map_err(|error| failed("ec2:RevokeSecurityGroupEgress", error)))
    }
}
