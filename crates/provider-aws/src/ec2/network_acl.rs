//! `AWS::EC2::NetworkAcl` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::ResourceType;
use strata_aws::ec2::NetworkAcl;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{network_acl_entry, owned, read_tags, retag, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{part, strangers};

/// The number of the entry that AWS ends every list with.
const LAST: i32 = 32767;

#[async_trait]
impl Handler for NetworkAcl {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        // By id and not by filter: the emulator knows the filter of that name for other calls alone.
        let call = cloud.ec2().describe_network_acls();
        let call = match target.id {
            Some(id) => call.network_acl_ids(id.0.clone()),
            None => call.set_filters(Some(owned(target))),
        };
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeNetworkAcls", error)))?;
        let Some(acl) = answer.as_ref().and_then(|answer| answer.network_acls().first()) else {
            return Ok(None);
        };
        let id = acl.network_acl_id().ok_or_else(|| missing("ec2:DescribeNetworkAcls", "networkAclId"))?;
        // The last one of each direction denies the rest, stands in every list and cannot be taken away.
        let entries = acl.entries().iter().filter(|entry| entry.rule_number().is_some_and(|number| number < LAST)).map(|entry| {
            let entry = network_acl_entry::read(id, entry);
            part(network_acl_entry::id(&entry), &entry)
        });
        let properties = Self {
            vpc_id: acl.vpc_id().unwrap_or_default().into(),
            entries: entries.collect::<Result<_, _>>()?,
            tags: read_tags(acl.tags()),
        };
        Ok(Some(Observed::ready(id, properties).output("Id", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_network_acl()
            .vpc_id(known(&desired.vpc_id)?)
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::NetworkAcl, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateNetworkAcl", error))?;
        let id = answer.network_acl().and_then(|acl| acl.network_acl_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateNetworkAcl", "networkAclId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        for entry in strangers(&observed.entries, &target.properties.entries) {
            // `ACL:NUMBER:PROTOCOL:EGRESS`.
            let mut parts = entry.split(':').skip(1);
            let number = parts.next().and_then(|number| number.parse::<i32>().ok());
            let (Some(number), Some(egress)) = (number, parts.nth(1)) else { continue };
            let call = cloud.ec2().delete_network_acl_entry().network_acl_id(target.id()?);
            let call = call.rule_number(number).egress(egress == "true");
            gone(call.send().await.map_err(|error| failed("ec2:DeleteNetworkAclEntry", error)))?;
        }
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_network_acl().network_acl_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteNetworkAcl", error)))
    }
}
