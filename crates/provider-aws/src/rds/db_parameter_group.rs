//! `AWS::RDS::DBParameterGroup` by the RDS API. A group's id is its name.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_rds::types::{ApplyMethod, Parameter};
use strata_aws::rds::DbParameterGroup;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::values::at;

/// The most parameters that one call takes.
const CALL: usize = 20;

async fn parameters(cloud: &Cloud, name: &str, source: Option<&str>) -> Result<Vec<Parameter>, ProviderError> {
    let call = cloud.rds().describe_db_parameters().db_parameter_group_name(name).set_source(source.map(ToOwned::to_owned));
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.map_err(at("rds:DescribeDBParameters"));
    Ok(found(all)?.unwrap_or_default())
}

/// The parameters for a changing call. A static one can only wait for the next restart; a dynamic one is applied at once.
async fn sdk_parameters<'a>(
    cloud: &Cloud,
    name: &str,
    changes: impl Iterator<Item = (&'a String, Option<&'a String>)>,
) -> Result<Vec<Parameter>, ProviderError> {
    let all = parameters(cloud, name, None).await?;
    let dynamic = |name: &str| all.iter().any(|one| one.parameter_name() == Some(name) && one.apply_type() == Some("dynamic"));
    Ok(changes
        .map(|(parameter, value)| {
            let method = if dynamic(parameter) { ApplyMethod::Immediate } else { ApplyMethod::PendingReboot };
            Parameter::builder().parameter_name(parameter).set_parameter_value(value.cloned()).apply_method(method).build()
        })
        .collect())
}

async fn change(
    cloud: &Cloud,
    name: &str,
    observed: &BTreeMap<String, String>,
    desired: &BTreeMap<String, String>,
) -> Result<(), ProviderError> {
    let set = desired.iter().filter(|(key, value)| observed.get(*key) != Some(value)).map(|(key, value)| (key, Some(value)));
    for some in sdk_parameters(cloud, name, set).await?.chunks(CALL) {
        let call = cloud.rds().modify_db_parameter_group().db_parameter_group_name(name).set_parameters(Some(some.to_vec()));
        call.send().await.map_err(at("rds:ModifyDBParameterGroup"))?;
    }
    let remove = observed.keys().filter(|key| !desired.contains_key(*key)).map(|key| (key, None));
    for some in sdk_parameters(cloud, name, remove).await?.chunks(CALL) {
        let call = cloud.rds().reset_db_parameter_group().db_parameter_group_name(name).set_parameters(Some(some.to_vec()));
        call.send().await.map_err(at("rds:ResetDBParameterGroup"))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for DbParameterGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.db_parameter_group_name.as_str(), |id| id.0.as_str());
        let answer = cloud.rds().describe_db_parameter_groups().db_parameter_group_name(name).send().await;
        let answer = found(answer.map_err(at("rds:DescribeDBParameterGroups")))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.db_parameter_groups().first()) else { return Ok(None) };
        let arn = group.db_parameter_group_arn().ok_or_else(|| missing("rds:DescribeDBParameterGroups", "DBParameterGroupArn"))?;
        let set = parameters(cloud, name, Some("user")).await?;
        let properties = Self {
            db_parameter_group_name: name.to_owned(),
            family: group.db_parameter_group_family().unwrap_or_default().to_owned(),
            description: group.description().unwrap_or_default().to_owned(),
            parameters: set.into_iter().filter_map(|one| Some((one.parameter_name?, one.parameter_value?))).collect(),
            tags: read_tags(cloud, arn).await?,
        };
        Ok(Some(Observed::ready(name, properties).output("DBParameterGroupName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let name = &desired.db_parameter_group_name;
        let call = cloud
            .rds()
            .create_db_parameter_group()
            .db_parameter_group_name(name)
            .db_parameter_group_family(&desired.family)
            .description(&desired.description)
            .set_tags(Some(sdk_tags(&desired.tags)?));
        call.send().await.map_err(at("rds:CreateDBParameterGroup"))?;
        change(cloud, name, &BTreeMap::new(), &desired.parameters).await?;
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.parameters != desired.parameters {
            change(cloud, name, &observed.parameters, &desired.parameters).await?;
        }
        retag(cloud, &cloud.arn("rds", &format!("pg:{name}")), &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.rds().delete_db_parameter_group().db_parameter_group_name(target.id()?);
        gone(call.send().await.map_err(at("rds:DeleteDBParameterGroup")))
    }
}
