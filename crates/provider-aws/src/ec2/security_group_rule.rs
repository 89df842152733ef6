//! What the rules of both directions share: a rule as the API takes it and as it shows it.
//!
//! A rule is what it lets through: two of one protocol, ports and peer cannot stand in one group, so without an id a rule is
//! found by these.

use aws_sdk_ec2::types::{IpPermission, IpRange, PrefixListId, SecurityGroupRule, UserIdGroupPair};
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::number;
use crate::client::Cloud;
use crate::error::{failed, found};
use crate::tags::known;

/// A rule of either direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) group: Text,
    pub(super) protocol: String,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) peer_group: Option<Text>,
    pub(super) cidr: Option<String>,
    pub(super) prefix_list: Option<Text>,
    pub(super) description: String,
}

impl Rule {
    /// The permission that the calls take that authorize a rule and that describe it anew.
    pub(super) fn permission(&self) -> Result<IpPermission, ProviderError> {
        let mut builder = IpPermission::builder().ip_protocol(&self.protocol);
        if self.protocol != "-1" {
            builder = builder.from_port(number(self.from)?).to_port(number(self.to)?);
        }
        if let Some(group) = &self.peer_group {
            let pair = UserIdGroupPair::builder().group_id(known(group)?).description(&self.description);
            builder = builder.user_id_group_pairs(pair.build());
        }
        if let Some(cidr) = &self.cidr {
            builder = builder.ip_ranges(IpRange::builder().cidr_ip(cidr).description(&self.description).build());
        }
        if let Some(list) = &self.prefix_list {
            let list = PrefixListId::builder().prefix_list_id(known(list)?).description(&self.description);
            builder = builder.prefix_list_ids(list.build());
        }
        Ok(builder.build())
    }

    fn read(cloud: &Cloud, seen: &SecurityGroupRule, wanted: &Self) -> Self {
        let mut rule = Self::seen(seen);
        // The emulator drops the description of rules whose peer is a group or a prefix list.
        if seen.description().is_none() && cloud.settings.emulator {
            rule.description.clone_from(&wanted.description);
        }
        rule
    }

    /// A rule as it is shown.
    pub(super) fn seen(seen: &SecurityGroupRule) -> Self {
        Self {
            group: seen.group_id().unwrap_or_default().into(),
            protocol: seen.ip_protocol().unwrap_or_default().to_owned(),
            from: seen.from_port().unwrap_or(-1).into(),
            to: seen.to_port().unwrap_or(-1).into(),
            peer_group: seen.referenced_group_info().and_then(|group| group.group_id()).map(Text::from),
            cidr: seen.cidr_ipv4().or(seen.cidr_ipv6()).map(ToOwned::to_owned),
            prefix_list: seen.prefix_list_id().map(Text::from),
            description: seen.description().unwrap_or_default().to_owned(),
        }
    }

    /// The rule as it stands, with its id: by the id where it is known, else by what it lets through.
    pub(super) async fn find(&self, cloud: &Cloud, id: Option<&PhysicalId>, egress: bool) -> Result<Option<(String, Self)>, ProviderError> {
        let Some(group) = self.group.as_literal() else { return Ok(None) };
        let Some(rules) = rules_of(cloud, group).await? else { return Ok(None) };
        Ok(rules.iter().filter(|rule| rule.is_egress().unwrap_or_default() == egress).find_map(|rule| {
            let (seen_id, seen) = (rule.security_group_rule_id()?, Self::read(cloud, rule, self));
            let is = match id {
                Some(id) => seen_id == id.0,
                None => Self { description: self.description.clone(), ..seen.clone() } == *self,
            };
            is.then(|| (seen_id.to_owned(), seen))
        }))
    }
}

/// Every rule of a group; `None` where the group is gone.
pub(super) async fn rules_of(cloud: &Cloud, group: &str) -> Result<Option<Vec<SecurityGroupRule>>, ProviderError> {
    let pages = cloud.ec2().describe_security_group_rules().filters(super::filter("group-id", group)).into_paginator().items().send();
    found(pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("ec2:DescribeSecurityGroupRules", error)))
}
