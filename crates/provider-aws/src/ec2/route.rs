//! `AWS::EC2::Route` by the EC2 API. The physical id is `TABLE_DESTINATION`.

use async_trait::async_trait;
use aws_sdk_ec2::types as sdk;
use strata_aws::ec2::Route;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::filter;
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The table and the destination, from the id or else from what is asked for.
fn parts<'a>(target: &'a Target<'_, Route>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => id.0.split_once('_'),
        None => Some((target.properties.route_table_id.as_literal()?, &target.properties.destination_cidr_block)),
    }
}

/// A route as it is shown.
pub(super) fn read(table: &str, destination: &str, route: &sdk::Route) -> Route {
    Route {
        route_table_id: table.into(),
        destination_cidr_block: destination.to_owned(),
        gateway_id: route.gateway_id().map(Text::from),
        nat_gateway_id: route.nat_gateway_id().map(Text::from),
        transit_gateway_id: route.transit_gateway_id().map(Text::from),
        vpc_peering_connection_id: route.vpc_peering_connection_id().map(Text::from),
    }
}

/// The same four arguments of the creating and the replacing call.
macro_rules! with_target {
    ($call:expr, $route:expr) => {{
        let route = $route;
        let text = |text: &Option<Text>| text.as_ref().map(|text| known(text).map(ToOwned::to_owned)).transpose();
        $call
            .route_table_id(known(&route.route_table_id)?)
            .destination_cidr_block(&route.destination_cidr_block)
            .set_gateway_id(text(&route.gateway_id)?)
            .set_nat_gateway_id(text(&route.nat_gateway_id)?)
            .set_transit_gateway_id(text(&route.transit_gateway_id)?)
            .set_vpc_peering_connection_id(text(&route.vpc_peering_connection_id)?)
    }};
}

#[async_trait]
impl Handler for Route {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((table, destination)) = parts(target) else { return Ok(None) };
        let call = cloud.ec2().describe_route_tables().filters(filter("route-table-id", table));
        let answer = found(call.send().await.map_err(|error| failed("ec2:DescribeRouteTables", error)))?;
        let route = answer
            .iter()
            .flat_map(|answer| answer.route_tables())
            .flat_map(|table| table.routes())
            .find(|route| route.destination_cidr_block() == Some(destination));
        let Some(route) = route else { return Ok(None) };
        let properties = read(table, destination, route);
        Ok(Some(Observed::ready(format!("{table}_{destination}"), properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = with_target!(cloud.ec2().create_route(), desired);
        call.send().await.map_err(|error| failed("ec2:CreateRoute", error))?;
        Ok(PhysicalId(format!("{}_{}", known(&desired.route_table_id)?, desired.destination_cidr_block)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        let call = with_target!(cloud.ec2().replace_route(), target.properties);
        call.send().await.map(|_| ()).map_err(|error| failed("ec2:ReplaceRoute", error))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((table, destination)) = parts(target) else { return Ok(()) };
        let answer = cloud.ec2().delete_route().route_table_id(table).destination_cidr_block(destination).send().await;
        gone(answer.map_err(|error| failed("ec2:DeleteRoute", error)))
    }
}
