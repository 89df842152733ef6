//! `Strata::EC2::DefaultSecurityGroup` by the EC2 API.
//!
//! The group itself comes and goes with its network. It is ours while it carries our tags: creating empties it and writes them,
//! deleting takes them away and leaves it empty.

use async_trait::async_trait;
use aws_sdk_ec2::types::{SecurityGroupRule, Tag};
use strata_aws::ec2::DefaultSecurityGroup;
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::ProviderError;
use strata_provider::provider::ADDRESS_TAG;

use super::security_group_rule::rules_of;
use super::{filter, read_tags, retag};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// A rule in one line, for people who read drift.
fn line(rule: &SecurityGroupRule) -> String {
    let peer = rule.cidr_ipv4().or(rule.cidr_ipv6()).or(rule.prefix_list_id());
    let peer = peer.or(rule.referenced_group_info().and_then(|group| group.group_id())).unwrap_or("?");
    let (from, to) = (rule.from_port().unwrap_or(-1), rule.to_port().unwrap_or(-1));
    format!("{} {from}-{to} {peer}", rule.ip_protocol().unwrap_or("?"))
}

fn lines(rules: &[SecurityGroupRule], egress: bool) -> Vec<String> {
    let mut lines: Vec<String> = rules.iter().filter(|rule| rule.is_egress().unwrap_or_default() == egress).map(line).collect();
    lines.sort();
    lines
}

/// Takes away every rule that stands.
async fn empty(cloud: &Cloud, group: &str) -> Result<(), ProviderError> {
    let ids = |rules: &[SecurityGroupRule], egress: bool| -> Vec<String> {
        let rules = rules.iter().filter(|rule| rule.is_egress().unwrap_or_default() == egress);
        rules.filter_map(|rule| rule.security_group_rule_id()).map(ToOwned::to_owned).collect()
    };
    let rules = rules_of(cloud, group).await?.unwrap_or_default();
    let (ingress, egress) = (ids(&rules, false), ids(&rules, true));
    if !ingress.is_empty() {
        let call = cloud.ec2().revoke_security_group_ingress().group_id(group).set_security_group_rule_ids(Some(ingress));
        gone(call.send().await.map_err(|error| failed("ec2:RevokeSecurityGroupIngress", error)))?;
    }
    if !egress.is_empty() {
        let call = cloud.ec2().revoke_security_group_egress().group_id(group).set_security_group_rule_ids(Some(egress));
        gone(call.send().await.map_err(|error| failed("ec2:RevokeSecurityGroupEgress", error)))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for DefaultSecurityGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map(|id| id.0.as_str()).or(target.properties.group_id.as_literal());
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.ec2().describe_security_groups().filters(filter("group-id", id)).send().await;
        let answer = found(answer.map_err(|error| failed("ec2:DescribeSecurityGroups", error)))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.security_groups().first()) else {
            return Ok(None);
        };
        let tags = read_tags(group.tags());
        if tags.get(ADDRESS_TAG).and_then(Text::as_literal) != Some(&target.address.to_string()) {
            return Ok(None);
        }
        let rules = rules_of(cloud, id).await?.unwrap_or_default();
        let properties = Self {
            vpc_id: group.vpc_id().unwrap_or_default().into(),
            group_id: id.into(),
            ingress_rules: lines(&rules, false),
            egress_rules: lines(&rules, true),
            tags,
        };
        Ok(Some(Observed::ready(id, properties).output("GroupId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let id = known(&target.properties.group_id)?;
        retag(cloud, id, &Tags::new(), &target.properties.tags).await?;
        empty(cloud, id).await?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        if !observed.ingress_rules.is_empty() || !observed.egress_rules.is_empty() {
            empty(cloud, target.id()?).await?;
        }
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let tags = target.properties.tags.keys().map(|key| Tag::builder().key(key).build()).collect::<Vec<_>>();
        let call = cloud.ec2().delete_tags().resources(target.id()?).set_tags(Some(tags));
        gone(call.send().await.map_err(|error| failed("ec2:DeleteTags", error)))
    }
}
