//! `AWS::EC2::RouteTable` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, RouteOrigin};
use strata_aws::ec2::RouteTable;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{lookup, read_tags, retag, route, specification};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;
use crate::values::{part, strangers};

#[async_trait]
impl Handler for RouteTable {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let call = cloud.ec2().describe_route_tables().set_filters(Some(lookup(target, "route-table-id")));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeRouteTables", error)))?;
        let Some(table) = answer.as_ref().and_then(|answer| answer.route_tables().first()) else {
            return Ok(None);
        };
        let id = table.route_table_id().ok_or_else(|| missing("ec2:DescribeRouteTables", "routeTableId"))?;
        // The network's own route, those of gateway endpoints (they have a prefix list) and those that a gateway spreads come by themselves.
        let made = table
            .routes()
            .iter()
            .filter(|route| route.gateway_id() != Some("local") && !matches!(route.origin(), Some(RouteOrigin::EnableVgwRoutePropagation)));
        let routes = made.filter_map(|route| {
            let destination = route.destination_cidr_block().or(route.destination_ipv6_cidr_block())?;
            Some(part(format!("{id}_{destination}"), &route::read(id, destination, route)))
        });
        let properties = Self {
            vpc_id: table.vpc_id().unwrap_or_default().into(),
            routes: routes.collect::<Result<_, _>>()?,
            tags: read_tags(table.tags()),
        };
        Ok(Some(Observed::ready(id, properties).output("RouteTableId", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .ec2()
            .create_route_table()
            .vpc_id(known(&desired.vpc_id)?)
            .client_token(target.token)
            .tag_specifications(specification(ResourceType::RouteTable, &desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("ec2:CreateRouteTable", error))?;
        let id = answer.route_table().and_then(|table| table.route_table_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("ec2:CreateRouteTable", "routeTableId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        for route in strangers(&observed.routes, &target.properties.routes) {
            let Some((table, destination)) = route.split_once('_') else { continue };
            let call = cloud.ec2().delete_route().route_table_id(table);
            let call = match destination.contains(':') {
                true => call.destination_ipv6_cidr_block(destination),
                false => call.destination_cidr_block(destination),
            };
            gone(call.send().await.map_err(|error| failed("ec2:DeleteRoute", error)))?;
        }
        retag(cloud, target.id()?, &observed.tags, &target.properties.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().delete_route_table().route_table_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteRouteTable", error)))
    }
}
