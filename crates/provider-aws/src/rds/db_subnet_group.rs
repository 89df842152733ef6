//! `AWS::RDS::DBSubnetGroup` by the RDS API. A group's id is its name.

use async_trait::async_trait;
use strata_aws::rds::DbSubnetGroup;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::values::{all_known, at, sorted};

#[async_trait]
impl Handler for DbSubnetGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.db_subnet_group_name.as_str(), |id| id.0.as_str());
        let answer = cloud.rds().describe_db_subnet_groups().db_subnet_group_name(name).send().await;
        let answer = found(answer.map_err(at("rds:DescribeDBSubnetGroups")))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.db_subnet_groups().first()) else { return Ok(None) };
        let arn = group.db_subnet_group_arn().ok_or_else(|| missing("rds:DescribeDBSubnetGroups", "DBSubnetGroupArn"))?;
        let properties = Self {
            db_subnet_group_name: name.to_owned(),
            db_subnet_group_description: group.db_subnet_group_description().unwrap_or_default().to_owned(),
            subnet_ids: sorted(group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier())),
            tags: read_tags(cloud, arn).await?,
        };
        let readiness = match group.subnet_group_status() {
            Some("Complete") | None => Readiness::Ready,
            Some(status) => Readiness::Pending(status.to_owned()),
        };
        Ok(Some(Observed::ready(name, properties).output("DBSubnetGroupName", name).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .rds()
            .create_db_subnet_group()
            .db_subnet_group_name(&desired.db_subnet_group_name)
            .db_subnet_group_description(&desired.db_subnet_group_description)
            .set_subnet_ids(Some(all_known(&desired.subnet_ids)?))
            .set_tags(Some(sdk_tags(&desired.tags)?));
        call.send().await.map_err(at("rds:CreateDBSubnetGroup"))?;
        Ok(PhysicalId(desired.db_subnet_group_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) != *desired {
            let call = cloud
                .rds()
                .modify_db_subnet_group()
                .db_subnet_group_name(name)
                .db_subnet_group_description(&desired.db_subnet_group_description)
                .set_subnet_ids(Some(all_known(&desired.subnet_ids)?));
            call.send().await.map_err(at("rds:ModifyDBSubnetGroup"))?;
        }
        retag(cloud, &cloud.arn("rds", &format!("subgrp:{name}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.rds().delete_db_subnet_group().db_subnet_group_name(target.id()?).send().await.map_err(at("rds:DeleteDBSubnetGroup")))
    }
}
