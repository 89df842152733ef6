//! `AWS::ElastiCache::SubnetGroup` by the ElastiCache API. A group's id is its name.

use async_trait::async_trait;
use strata_aws::elasticache::SubnetGroup;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{all_known, at, sorted};

#[async_trait]
impl Handler for SubnetGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.cache_subnet_group_name.as_str(), |id| id.0.as_str());
        let answer = cloud.elasticache().describe_cache_subnet_groups().cache_subnet_group_name(name).send().await;
        let answer = found(answer.map_err(at("elasticache:DescribeCacheSubnetGroups")))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.cache_subnet_groups().first()) else { return Ok(None) };
        let arn = group.arn().ok_or_else(|| missing("elasticache:DescribeCacheSubnetGroups", "ARN"))?;
        let properties = Self {
            cache_subnet_group_name: name.to_owned(),
            description: group.cache_subnet_group_description().unwrap_or_default().to_owned(),
            subnet_ids: sorted(group.subnets().iter().filter_map(|subnet| subnet.subnet_identifier())),
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(name, properties).output("CacheSubnetGroupName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .elasticache()
            .create_cache_subnet_group()
            .cache_subnet_group_name(&desired.cache_subnet_group_name)
            .cache_subnet_group_description(&desired.description)
            .set_subnet_ids(Some(all_known(&desired.subnet_ids)?))
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        call.send().await.map_err(at("elasticache:CreateCacheSubnetGroup"))?;
        Ok(PhysicalId(desired.cache_subnet_group_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        retag(cloud, &cloud.arn("elasticache", &format!("subnetgroup:{name}")), &observed.tags, &desired.tags).await?;
        if (Self { tags: desired.tags.clone(), ..observed.clone() }) == *desired {
            return Ok(());
        }
        let call = cloud
            .elasticache()
            .modify_cache_subnet_group()
            .cache_subnet_group_name(name)
            .cache_subnet_group_description(&desired.description)
            .set_subnet_ids(Some(all_known(&desired.subnet_ids)?));
        call.send().await.map(|_| ()).map_err(at("elasticache:ModifyCacheSubnetGroup"))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.elasticache().delete_cache_subnet_group().cache_subnet_group_name(target.id()?);
        gone(call.send().await.map_err(at("elasticache:DeleteCacheSubnetGroup")))
    }
}
