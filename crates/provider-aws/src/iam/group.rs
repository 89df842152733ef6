//! `AWS::IAM::Group` by the IAM API. The name is the id.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strata_aws::iam::Group;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::values::{all_known, at};

/// The ARNs of the managed policies of a group; `None` where the group is gone.
async fn attached(cloud: &Cloud, group: &str) -> Result<Option<BTreeSet<String>>, ProviderError> {
    let pages = cloud.iam().list_attached_group_policies().group_name(group).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListAttachedGroupPolicies")))?;
    Ok(all.map(|all| all.iter().filter_map(|policy| policy.policy_arn()).map(ToOwned::to_owned).collect()))
}

/// The names of the policies that stand in the group itself.
async fn own(cloud: &Cloud, group: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_group_policies().group_name(group).into_paginator().items().send();
    Ok(found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListGroupPolicies")))?.unwrap_or_default())
}

async fn attach(cloud: &Cloud, group: &str, policy: &str) -> Result<(), ProviderError> {
    let answer = cloud.iam().attach_group_policy().group_name(group).policy_arn(policy).send().await;
    answer.map(|_| ()).map_err(at("iam:AttachGroupPolicy"))
}

async fn detach(cloud: &Cloud, group: &str, policy: &str) -> Result<(), ProviderError> {
    gone(cloud.iam().detach_group_policy().group_name(group).policy_arn(policy).send().await.map_err(at("iam:DetachGroupPolicy")))
}

async fn remove_own(cloud: &Cloud, group: &str, policy: &str) -> Result<(), ProviderError> {
    gone(cloud.iam().delete_group_policy().group_name(group).policy_name(policy).send().await.map_err(at("iam:DeleteGroupPolicy")))
}

#[async_trait]
impl Handler for Group {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.group_name.as_str(), |id| id.0.as_str());
        let (group, policies, own) = tokio::join!(cloud.iam().get_group().group_name(name).send(), attached(cloud, name), own(cloud, name));
        let Some(answer) = found(group.map_err(at("iam:GetGroup")))? else { return Ok(None) };
        let (Some(group), Some(policies)) = (answer.group(), policies?) else { return Ok(None) };
        let properties = Self {
            group_name: group.group_name().to_owned(),
            managed_policy_arns: policies.into_iter().map(Text::from).collect(),
            policy_names: own?,
        };
        Ok(Some(Observed::ready(group.group_name(), properties).output("GroupName", group.group_name()).output("Arn", group.arn())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let policies = all_known(&desired.managed_policy_arns)?;
        cloud.iam().create_group().group_name(&desired.group_name).send().await.map_err(at("iam:CreateGroup"))?;
        for policy in policies {
            attach(cloud, &desired.group_name, &policy).await?;
        }
        Ok(PhysicalId(desired.group_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let seen: BTreeSet<String> = all_known(&observed.managed_policy_arns)?.into_iter().collect();
        let wanted: BTreeSet<String> = all_known(&desired.managed_policy_arns)?.into_iter().collect();
        for policy in wanted.difference(&seen) {
            attach(cloud, name, policy).await?;
        }
        for policy in seen.difference(&wanted) {
            detach(cloud, name, policy).await?;
        }
        for policy in &observed.policy_names {
            remove_own(cloud, name, policy).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        // IAM refuses to delete a group that still has policies, whoever gave them to it. Members of others' making stop it, and are told.
        for policy in own(cloud, name).await? {
            remove_own(cloud, name, &policy).await?;
        }
        for policy in attached(cloud, name).await?.unwrap_or_default() {
            detach(cloud, name, &policy).await?;
        }
        gone(cloud.iam().delete_group().group_name(name).send().await.map_err(at("iam:DeleteGroup")))
    }
}
