//! `AWS::ElastiCache::ParameterGroup` by the ElastiCache API. A group's id is its name.

use async_trait::async_trait;
use aws_sdk_elasticache::types::ParameterNameValue;
use strata_aws::elasticache::ParameterGroup;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::at;

/// The most parameters that one call takes.
const CALL: usize = 20;

fn pairs<'a>(all: impl Iterator<Item = (&'a String, Option<&'a String>)>) -> Vec<ParameterNameValue> {
    all.map(|(name, value)| ParameterNameValue::builder().parameter_name(name).set_parameter_value(value.cloned()).build()).collect()
}

async fn change(cloud: &Cloud, name: &str, observed: &ParameterGroup, desired: &ParameterGroup) -> Result<(), ProviderError> {
    let (before, after) = (&observed.properties, &desired.properties);
    let set = pairs(after.iter().filter(|(key, value)| before.get(*key) != Some(value)).map(|(key, value)| (key, Some(value))));
    for some in set.chunks(CALL) {
        let call = cloud.elasticache().modify_cache_parameter_group().cache_parameter_group_name(name);
        let call = call.set_parameter_name_values(Some(some.to_vec()));
        call.send().await.map_err(at("elasticache:ModifyCacheParameterGroup"))?;
    }
    let remove = pairs(before.keys().filter(|key| !after.contains_key(*key)).map(|key| (key, None)));
    for some in remove.chunks(CALL) {
        let call = cloud.elasticache().reset_cache_parameter_group().cache_parameter_group_name(name);
        let call = call.set_parameter_name_values(Some(some.to_vec()));
        call.send().await.map_err(at("elasticache:ResetCacheParameterGroup"))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for ParameterGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.cache_parameter_group_name.as_str(), |id| id.0.as_str());
        let answer = cloud.elasticache().describe_cache_parameter_groups().cache_parameter_group_name(name).send().await;
        let answer = found(answer.map_err(at("elasticache:DescribeCacheParameterGroups")))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.cache_parameter_groups().first()) else { return Ok(None) };
        let arn = group.arn().ok_or_else(|| missing("elasticache:DescribeCacheParameterGroups", "ARN"))?;
        let call = cloud.elasticache().describe_cache_parameters().cache_parameter_group_name(name).source("user");
        let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
        let pages = pages.map_err(at("elasticache:DescribeCacheParameters"))?;
        let properties = Self {
            cache_parameter_group_name: name.to_owned(),
            cache_parameter_group_family: group.cache_parameter_group_family().unwrap_or_default().to_owned(),
            description: group.description().unwrap_or_default().to_owned(),
            properties: pages
                .iter()
                .flat_map(|page| page.parameters())
                .filter_map(|one| Some((one.parameter_name()?.to_owned(), one.parameter_value()?.to_owned())))
                .collect(),
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(name, properties).output("CacheParameterGroupName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.cache_parameter_group_name;
        let call = cloud
            .elasticache()
            .create_cache_parameter_group()
            .cache_parameter_group_name(name)
            .cache_parameter_group_family(&desired.cache_parameter_group_family)
            .description(&desired.description)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        call.send().await.map_err(at("elasticache:CreateCacheParameterGroup"))?;
        change(cloud, name, &Self::default(), desired).await?;
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        change(cloud, name, observed, desired).await?;
        retag(cloud, &cloud.arn("elasticache", &format!("parametergroup:{name}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.elasticache().delete_cache_parameter_group().cache_parameter_group_name(target.id()?);
        gone(call.send().await.map_err(at("elasticache:DeleteCacheParameterGroup")))
    }
}
