//! `Strata::EC2::DefaultNetworkAcl` by the EC2 API.
//!
//! The list itself comes and goes with its network. It is ours while it carries our tags: creating empties it and writes them,
//! deleting takes them away and leaves it empty.

use async_trait::async_trait;
use aws_sdk_ec2::types::{NetworkAclEntry, Tag};
use strata_aws::ec2::DefaultNetworkAcl;
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::ProviderError;
use strata_provider::provider::ADDRESS_TAG;

use super::{read_tags, retag};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The number of AWS's own last entry, which denies the rest and can be neither changed nor deleted.
const LAST: i32 = 32767;

/// An entry in one line, for people who read drift.
fn line(entry: &NetworkAclEntry) -> String {
    let direction = if entry.egress().unwrap_or_default() { "out" } else { "in" };
    let peer = entry.cidr_block().or(entry.ipv6_cidr_block()).unwrap_or("?");
    let action = entry.rule_action().map_or("?", |action| action.as_str());
    format!("{direction} {} {action} {} {peer}", entry.rule_number().unwrap_or_default(), entry.protocol().unwrap_or("?"))
}

fn is_ours_to_change(entry: &NetworkAclEntry) -> bool {
    entry.rule_number().is_some_and(|number| number < LAST)
}

/// The list, where it stands.
async fn look(cloud: &Cloud, id: &str) -> Result<Option<aws_sdk_ec2::types::NetworkAcl>, ProviderError> {
    let answer = cloud.ec2().describe_network_acls().network_acl_ids(id).send().await;
    let answer = found(answer.map_err(|error| failed("ec2:DescribeNetworkAcls", error)))?;
    Ok(answer.and_then(|answer| answer.network_acls().first().cloned()))
}

/// Takes away every entry that stands.
pub(super) async fn empty(cloud: &Cloud, id: &str) -> Result<(), ProviderError> {
    let Some(list) = look(cloud, id).await? else { return Ok(()) };
    for entry in list.entries().iter().filter(|entry| is_ours_to_change(entry)) {
        let call = cloud
            .ec2()
            .delete_network_acl_entry()
            .network_acl_id(id)
            .rule_number(entry.rule_number().unwrap_or_default())
            .egress(entry.egress().unwrap_or_default());
        gone(call.send().await.map_err(|error| failed("ec2:DeleteNetworkAclEntry", error)))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for DefaultNetworkAcl {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map(|id| id.0.as_str()).or(target.properties.network_acl_id.as_literal());
        let Some(id) = id else { return Ok(None) };
        let Some(list) = look(cloud, id).await? else { return Ok(None) };
        let tags = read_tags(list.tags());
        if tags.get(ADDRESS_TAG).and_then(Text::as_literal) != Some(&target.address.to_string()) {
            return Ok(None);
        }
        let mut entries: Vec<String> = list.entries().iter().filter(|entry| is_ours_to_change(entry)).map(line).collect();
        entries.sort();
        let properties = Self { vpc_id: list.vpc_id().unwrap_or_default().into(), network_acl_id: id.into(), entries, tags };
        Ok(Some(Observed::ready(id, properties).output("Id", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let id = known(&target.properties.network_acl_id)?;
        retag(cloud, id, &Tags::new(), &target.properties.tags).await?;
        empty(cloud, id).await?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        if !observed.entries.is_empty() {
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
