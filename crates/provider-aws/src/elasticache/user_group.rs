//! `AWS::ElastiCache::UserGroup` by the ElastiCache API. A group's id is the id that we choose.

use async_trait::async_trait;
use strata_aws::elasticache::UserGroup;
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{all_known, at, sorted};

#[async_trait]
impl Handler for UserGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map_or(target.properties.user_group_id.as_str(), |id| id.0.as_str());
        let answer = cloud.elasticache().describe_user_groups().user_group_id(id).send().await;
        let answer = found(answer.map_err(at("elasticache:DescribeUserGroups")))?;
        let Some(group) = answer.as_ref().and_then(|answer| answer.user_groups().first()) else { return Ok(None) };
        let arn = group.arn().ok_or_else(|| missing("elasticache:DescribeUserGroups", "ARN"))?;
        let properties = Self {
            user_group_id: id.to_owned(),
            engine: group.engine().unwrap_or_default().to_owned(),
            user_ids: sorted(group.user_ids()),
            tags: read_tags(cloud, arn).await?,
        };
        let readiness = match group.status() {
            Some("deleting") => Readiness::Deleting,
            Some("active") | None => Readiness::Ready,
            Some(status) => Readiness::Pending(status.to_owned()),
        };
        Ok(Some(Observed::ready(id, properties).output("UserGroupId", id).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .elasticache()
            .create_user_group()
            .user_group_id(&desired.user_group_id)
            .engine(&desired.engine)
            .set_user_ids(Some(all_known(&desired.user_ids)?))
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        call.send().await.map_err(at("elasticache:CreateUserGroup"))?;
        Ok(PhysicalId(desired.user_group_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        retag(cloud, &cloud.arn("elasticache", &format!("usergroup:{id}")), &observed.tags, &desired.tags).await?;
        let (before, after) = (all_known(&observed.user_ids)?, all_known(&desired.user_ids)?);
        let missing = |from: &[String], of: &[String]| {
            let some: Vec<String> = of.iter().filter(|one| !from.contains(one)).cloned().collect();
            (!some.is_empty()).then_some(some)
        };
        let (add, remove) = (missing(&before, &after), missing(&after, &before));
        if add.is_none() && remove.is_none() && observed.engine == desired.engine {
            return Ok(());
        }
        let call = cloud.elasticache().modify_user_group().user_group_id(id).engine(&desired.engine);
        let call = call.set_user_ids_to_add(add).set_user_ids_to_remove(remove);
        call.send().await.map(|_| ()).map_err(at("elasticache:ModifyUserGroup"))
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        gone(cloud.elasticache().delete_user_group().user_group_id(target.id()?).send().await.map_err(at("elasticache:DeleteUserGroup")))
    }
}
