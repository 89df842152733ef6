//! `AWS::EC2::SubnetRouteTableAssociation` by the EC2 API.

use async_trait::async_trait;
use aws_sdk_ec2::types::RouteTableAssociation;
use strata_aws::ec2::SubnetRouteTableAssociation;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::filter;
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

#[async_trait]
impl Handler for SubnetRouteTableAssociation {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let by = match (target.id, wanted.subnet_id.as_literal(), wanted.route_table_id.as_literal()) {
            (Some(id), _, _) => filter("association.route-table-association-id", &id.0),
            (None, Some(subnet), Some(_)) => filter("association.subnet-id", subnet),
            _ => return Ok(None),
        };
        let answer = cloud.ec2().describe_route_tables().filters(by).send().await;
        let answer = found(answer.map_err(|error| failed("ec2:DescribeRouteTables", error)))?;
        let is = |association: &&RouteTableAssociation| match target.id {
            Some(id) => association.route_table_association_id() == Some(&id.0),
            None => {
                association.subnet_id() == wanted.subnet_id.as_literal()
                    && association.route_table_id() == wanted.route_table_id.as_literal()
            }
        };
        let association = answer.iter().flat_map(|answer| answer.route_tables()).flat_map(|table| table.associations()).find(is);
        let Some(association) = association else { return Ok(None) };
        let id = association.route_table_association_id().ok_or_else(|| missing("ec2:DescribeRouteTables", "routeTableAssociationId"))?;
        let properties = Self {
            subnet_id: association.subnet_id().unwrap_or_default().into(),
            route_table_id: association.route_table_id().unwrap_or_default().into(),
        };
        Ok(Some(Observed::ready(id, properties).output("Id", id)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        // A subnet has one table at most, and whoever gave it another one took ours away: AWS refuses a second association.
        let subnet = known(&desired.subnet_id)?;
        let answer = cloud.ec2().describe_route_tables().filters(filter("association.subnet-id", subnet)).send().await;
        let answer = answer.map_err(|error| failed("ec2:DescribeRouteTables", error))?;
        let associations = answer.route_tables().iter().flat_map(|table| table.associations());
        let other =
            associations.filter(|association| association.subnet_id() == Some(subnet)).find_map(|other| other.route_table_association_id());
        if let Some(other) = other {
            let call = cloud.ec2().replace_route_table_association().association_id(other).route_table_id(known(&desired.route_table_id)?);
            let answer = call.send().await.map_err(|error| failed("ec2:ReplaceRouteTableAssociation", error))?;
            let id = answer.new_association_id().ok_or_else(|| missing("ec2:ReplaceRouteTableAssociation", "newAssociationId"))?;
            return Ok(PhysicalId(id.to_owned()));
        }
        let call =
            cloud.ec2().associate_route_table().subnet_id(known(&desired.subnet_id)?).route_table_id(known(&desired.route_table_id)?);
        let answer = call.send().await.map_err(|error| failed("ec2:AssociateRouteTable", error))?;
        let id = answer.association_id().ok_or_else(|| missing("ec2:AssociateRouteTable", "associationId"))?;
        Ok(PhysicalId(id.to_owned()))
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // Both properties replace.
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.ec2().disassociate_route_table().association_id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("ec2:DisassociateRouteTable", error)))
    }
}
