//! `Strata::EC2::DefaultVpcRemoval` by the EC2 API. The physical id is the region's name.
//!
//! Invariant: a default network that anybody uses is left whole. What lives in it is looked for before the first call that removes something, and
//! AWS itself refuses to delete a subnet or a network in use.

use async_trait::async_trait;
use strata_aws::ec2::DefaultVpcRemoval;
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use super::default_network_acl::empty;
use super::filter;
use crate::client::Cloud;
use crate::error::{failed, gone};
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

/// Of what is in the way, so many are named.
const NAMED: usize = 5;

/// The id of the region's default network, where there is one.
async fn look(cloud: &Cloud) -> Result<Option<String>, ProviderError> {
    let answer = cloud.ec2().describe_vpcs().filters(filter("is-default", "true")).send().await.map_err(at("ec2:DescribeVpcs"))?;
    Ok(answer.vpcs().first().and_then(|vpc| vpc.vpc_id()).map(ToOwned::to_owned))
}

/// What somebody has put into a network: everything that AWS does not make with it.
async fn users(cloud: &Cloud, vpc: &str) -> Result<Vec<String>, ProviderError> {
    let ec2 = cloud.ec2();
    let within = || filter("vpc-id", vpc);
    let mut found = Vec::new();
    let interfaces = ec2.describe_network_interfaces().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for interface in interfaces.await.map_err(at("ec2:DescribeNetworkInterfaces"))? {
        let what = interface.description().filter(|text| !text.is_empty()).map(|text| format!(" ({text})")).unwrap_or_default();
        found.push(format!("{}{what}", interface.network_interface_id().unwrap_or("a network interface")));
    }
    let subnets = ec2.describe_subnets().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for subnet in subnets.await.map_err(at("ec2:DescribeSubnets"))? {
        if subnet.default_for_az() != Some(true) {
            found.push(subnet.subnet_id().unwrap_or("a subnet").to_owned());
        }
    }
    let groups = ec2.describe_security_groups().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for group in groups.await.map_err(at("ec2:DescribeSecurityGroups"))? {
        if group.group_name() != Some("default") {
            found.push(format!("{} ({})", group.group_id().unwrap_or("a security group"), group.group_name().unwrap_or_default()));
        }
    }
    let tables = ec2.describe_route_tables().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for table in tables.await.map_err(at("ec2:DescribeRouteTables"))? {
        if !table.associations().iter().any(|association| association.main() == Some(true)) {
            found.push(table.route_table_id().unwrap_or("a route table").to_owned());
        }
    }
    let lists = ec2.describe_network_acls().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for list in lists.await.map_err(at("ec2:DescribeNetworkAcls"))? {
        if list.is_default() != Some(true) {
            found.push(list.network_acl_id().unwrap_or("an access list").to_owned());
        }
    }
    let endpoints = ec2.describe_vpc_endpoints().filters(within()).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for endpoint in endpoints.await.map_err(at("ec2:DescribeVpcEndpoints"))? {
        if endpoint.state().is_none_or(|state| !state.as_str().eq_ignore_ascii_case("deleted")) {
            found.push(endpoint.vpc_endpoint_id().unwrap_or("an endpoint").to_owned());
        }
    }
    Ok(found)
}

/// The gateway, the subnets and the network itself, in the only order that AWS takes.
async fn remove(cloud: &Cloud, vpc: &str) -> Result<(), ProviderError> {
    let ec2 = cloud.ec2();
    let gateways = ec2.describe_internet_gateways().filters(filter("attachment.vpc-id", vpc)).send().await;
    for gateway in gateways.map_err(at("ec2:DescribeInternetGateways"))?.internet_gateways() {
        let Some(id) = gateway.internet_gateway_id() else { continue };
        let answer = ec2.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send().await;
        gone(answer.map_err(at("ec2:DetachInternetGateway")))?;
        gone(ec2.delete_internet_gateway().internet_gateway_id(id).send().await.map_err(at("ec2:DeleteInternetGateway")))?;
    }
    let subnets = ec2.describe_subnets().filters(filter("vpc-id", vpc)).into_paginator().items().send().collect::<Result<Vec<_>, _>>();
    for subnet in subnets.await.map_err(at("ec2:DescribeSubnets"))? {
        let Some(id) = subnet.subnet_id() else { continue };
        gone(ec2.delete_subnet().subnet_id(id).send().await.map_err(at("ec2:DeleteSubnet")))?;
    }
    gone(ec2.delete_vpc().vpc_id(vpc).send().await.map_err(at("ec2:DeleteVpc")))?;
    // AWS takes the network's own access list along. The emulator leaves it behind, open as AWS made it.
    if cloud.settings.emulator {
        let lists = ec2.describe_network_acls().filters(filter("vpc-id", vpc)).send().await.map_err(at("ec2:DescribeNetworkAcls"))?;
        for id in lists.network_acls().iter().filter_map(|list| list.network_acl_id()) {
            empty(cloud, id).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl Handler for DefaultVpcRemoval {
    async fn observe(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let none = look(cloud).await?.is_none();
        Ok(none.then(|| Observed::ready(&cloud.account.region, Self { removed: true })))
    }

    async fn create(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        if let Some(vpc) = look(cloud).await? {
            let users = users(cloud, &vpc).await?;
            if !users.is_empty() {
                let more = users.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let named = users.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
                let message = format!("the default network {vpc} is in use by {named}{more}; nothing of it was removed");
                let mut error = ProviderError::new(ErrorKind::Dependency, "ec2:DeleteVpc", message);
                error.to_do = Some(
                    "move what is there into a network of the platform file, or write `default_network: keep` beside the account"
                        .to_owned(),
                );
                return Err(error);
            }
            remove(cloud, &vpc).await?;
        }
        Ok(PhysicalId(cloud.account.region.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        Self::create(cloud, target).await.map(|_| ())
    }

    async fn delete(cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        if look(cloud).await?.is_none() {
            cloud.ec2().create_default_vpc().send().await.map_err(|error| failed("ec2:CreateDefaultVpc", error))?;
        }
        Ok(())
    }
}
