//! `AWS::EC2::SubnetNetworkAclAssociation` by the EC2 API.
//!
//! A subnet always has exactly one association: creating replaces the one that stands, deleting leads back to the network's
//! default ACL. Either gives the association a new id.

use async_trait::async_trait;
use aws_sdk_ec2::types::NetworkAclAssociation;
use strata_aws::ec2::SubnetNetworkAclAssociation;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::filter;
use crate::client::Cloud;
use crate::error::{failed, found, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The association of a subnet, with its ACL's network; `None` where the subnet is gone.
async fn current(cloud: &Cloud, subnet: &str) -> Result<Option<(NetworkAclAssociation, String)>, ProviderError> {
    let answer = cloud.ec2().describe_network_acls().filters(filter("association.subnet-id", subnet)).send().await;
    let answer = found(answer.map_err(|error| failed("ec2:DescribeNetworkAcls", error)))?;
    let acls = answer.iter().flat_map(|answer| answer.network_acls());
    Ok(acls
        .flat_map(|acl| acl.associations().iter().map(move |association| (association, acl.vpc_id().unwrap_or_default())))
        .find(|(association, _)| association.subnet_id() == Some(subnet))
        .map(|(association, vpc)| (association.clone(), vpc.to_owned())))
}

async fn replace(cloud: &Cloud, association: &NetworkAclAssociation, acl: &str) -> Result<String, ProviderError> {
    let id = association.network_acl_association_id().ok_or_else(|| missing("ec2:DescribeNetworkAcls", "networkAclAssociationId"))?;
    let answer = cloud.ec2().replace_network_acl_association().association_id(id).network_acl_id(acl).send().await;
    let answer = answer.map_err(|error| failed("ec2:ReplaceNetworkAclAssociation", error))?;
    let new = answer.new_association_id();
    new.map(ToOwned::to_owned).ok_or_else(|| missing("ec2:ReplaceNetworkAclAssociation", "newAssociationId"))
}

#[async_trait]
impl Handler for SubnetNetworkAclAssociation {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let (Some(subnet), Some(acl)) = (wanted.subnet_id.as_literal(), wanted.network_acl_id.as_literal()) else {
            return Ok(None);
        };
        let Some((association, _)) = current(cloud, subnet).await? else { return Ok(None) };
        // An association with another ACL is not this one, whatever its id.
        if association.network_acl_id() != Some(acl) {
            return Ok(None);
        }
        let id = association.network_acl_association_id().ok_or_else(|| missing("ec2:DescribeNetworkAcls", "networkAclAssociationId"))?;
        let properties = Self { subnet_id: subnet.into(), network_acl_id: acl.into() };
        Ok(Some(Observed::ready(id, properties).output("AssociationId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let (subnet, acl) = (known(&target.properties.subnet_id)?, known(&target.properties.network_acl_id)?);
        let Some((association, _)) = current(cloud, subnet).await? else {
            return Err(missing("ec2:DescribeNetworkAcls", "associations"));
        };
        replace(cloud, &association, acl).await.map(PhysicalId)
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Both properties replace.
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let (subnet, acl) = (known(&target.properties.subnet_id)?, known(&target.properties.network_acl_id)?);
        let Some((association, vpc)) = current(cloud, subnet).await? else { return Ok(()) };
        if association.network_acl_id() != Some(acl) {
            return Ok(());
        }
        let call = cloud.ec2().describe_network_acls().filters(filter("vpc-id", vpc)).filters(filter("default", "true"));
        let answer = call.send().await.map_err(|error| failed("ec2:DescribeNetworkAcls", error))?;
        let default = answer.network_acls().first().and_then(|acl| acl.network_acl_id());
        let default = default.ok_or_else(|| missing("ec2:DescribeNetworkAcls", "the default network ACL"))?;
        replace(cloud, &association, default).await.map(|_| ())
    }
}
