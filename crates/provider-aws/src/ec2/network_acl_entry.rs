//! `AWS::EC2::NetworkAclEntry` by the EC2 API. The physical id is `ACL:NUMBER:PROTOCOL:EGRESS`.

use async_trait::async_trait;
use aws_sdk_ec2::types as sdk;
use aws_sdk_ec2::types::{IcmpTypeCode, PortRange as SdkPortRange, RuleAction};
use strata_aws::ec2::{Icmp, NetworkAclEntry, PortRange};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::number;
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::untold;

/// What names an entry in its ACL.
struct Name {
    acl: String,
    number: i32,
    egress: bool,
}

fn name(target: &Target<'_, NetworkAclEntry>) -> Option<Name> {
    if let Some(id) = target.id {
        let mut parts = id.0.split(':');
        let (acl, number, _protocol) = (parts.next()?, parts.next()?, parts.next()?);
        return Some(Name { acl: acl.to_owned(), number: number.parse().ok()?, egress: parts.next()? == "true" });
    }
    let wanted = target.properties;
    let acl = wanted.network_acl_id.as_literal()?.to_owned();
    Some(Name { acl, number: i32::try_from(wanted.rule_number).ok()?, egress: wanted.egress })
}

pub(super) fn id(entry: &NetworkAclEntry) -> String {
    format!("{}:{}:{}:{}", entry.network_acl_id, entry.rule_number, entry.protocol, entry.egress)
}

/// An entry as it is shown.
pub(super) fn read(acl: &str, entry: &sdk::NetworkAclEntry) -> NetworkAclEntry {
    NetworkAclEntry {
        network_acl_id: acl.into(),
        rule_number: entry.rule_number().unwrap_or_default().into(),
        protocol: entry.protocol().and_then(|protocol| protocol.parse().ok()).unwrap_or(-1),
        rule_action: entry.rule_action().map_or_else(String::new, |action| action.as_str().to_owned()),
        egress: entry.egress().unwrap_or_default(),
        cidr_block: entry.cidr_block().or(entry.ipv6_cidr_block()).unwrap_or_default().to_owned(),
        port_range: entry
            .port_range()
            .map(|ports| PortRange { from: ports.from().unwrap_or_default().into(), to: ports.to().unwrap_or_default().into() }),
        icmp: entry
            .icmp_type_code()
            .filter(|icmp| icmp.code().is_some())
            .map(|icmp| Icmp { code: icmp.code().unwrap_or(-1).into(), message_type: icmp.r#type().unwrap_or(-1).into() }),
    }
}

/// The arguments of the creating and the replacing call are the same.
macro_rules! with_entry {
    ($call:expr, $entry:expr) => {{
        let entry: &NetworkAclEntry = $entry;
        let ports = match &entry.port_range {
            Some(ports) => Some(SdkPortRange::builder().from(number(ports.from)?).to(number(ports.to)?).build()),
            None => None,
        };
        let icmp = match &entry.icmp {
            Some(icmp) => Some(IcmpTypeCode::builder().code(number(icmp.code)?).r#type(number(icmp.message_type)?).build()),
            None => None,
        };
        $call
            .network_acl_id(known(&entry.network_acl_id)?)
            .rule_number(number(entry.rule_number)?)
            .protocol(entry.protocol.to_string())
            .rule_action(RuleAction::from(entry.rule_action.as_str()))
            .egress(entry.egress)
            .cidr_block(&entry.cidr_block)
            .set_port_range(ports)
            .set_icmp_type_code(icmp)
    }};
}

#[async_trait]
impl Handler for NetworkAclEntry {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(name) = name(target) else { return Ok(None) };
        let call = cloud.ec2().describe_network_acls().network_acl_ids(&name.acl);
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeNetworkAcls", error)))?;
        let entry = answer
            .iter()
            .flat_map(|answer| answer.network_acls())
            .flat_map(|acl| acl.entries())
            .find(|entry| entry.rule_number() == Some(name.number) && entry.egress() == Some(name.egress));
        let Some(entry) = entry else { return Ok(None) };
        let mut properties = read(&name.acl, entry);
        // moto takes type and code and does not give them back.
        properties.icmp = untold(cloud, properties.icmp, target.properties.icmp.clone());
        Ok(Some(Observed::ready(id(&properties), properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let call = with_entry!(cloud.ec2().create_network_acl_entry(), target.properties);
        call.send().await.map_err(|error| failed("ec2:CreateNetworkAclEntry", error))?;
        Ok(PhysicalId(id(target.properties)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let call = with_entry!(cloud.ec2().replace_network_acl_entry(), target.properties);
        call.send().await.map(|_| ()).map_err(|error| failed("ec2:ReplaceNetworkAclEntry", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        // EC2 has a code for an entry that is gone; the emulator fails on it.
        if Self::observe(cloud, target).await?.is_none() {
            return Ok(());
        }
        let Some(name) = name(target) else { return Ok(()) };
        let call = cloud.ec2().delete_network_acl_entry().network_acl_id(name.acl).rule_number(name.number).egress(name.egress);
        gone(call.send().await.map_err(|error| failed("ec2:DeleteNetworkAclEntry", error)))
    }
}
