//! `AWS::IAM::RolePolicy` by the IAM API. The physical id is `ROLE:POLICY`.

use async_trait::async_trait;
use strata_aws::iam::RolePolicy;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_policy, write_policy};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The role and the policy's name, from the id or else from what is asked for.
fn parts<'a>(target: &'a Target<'_, RolePolicy>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => id.0.split_once(':'),
        None => Some((target.properties.role_name.as_literal()?, &target.properties.policy_name)),
    }
}

async fn put(cloud: &Cloud, desired: &RolePolicy) -> Result<(), ProviderError> {
    let call = cloud
        .iam()
        .put_role_policy()
        .role_name(known(&desired.role_name)?)
        .policy_name(&desired.policy_name)
        .policy_document(write_policy("iam:PutRolePolicy", &desired.policy_document)?);
    call.send().await.map(|_| ()).map_err(|error| failed("iam:PutRolePolicy", error))
}

#[async_trait]
impl Handler for RolePolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((role, policy)) = parts(target) else { return Ok(None) };
        let answer = cloud.iam().get_role_policy().role_name(role).policy_name(policy).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("iam:GetRolePolicy", error)))? else { return Ok(None) };
        let properties = Self {
            role_name: role.into(),
            policy_name: policy.to_owned(),
            policy_document: read_policy("iam:GetRolePolicy", answer.policy_document())?,
        };
        Ok(Some(Observed::ready(format!("{role}:{policy}"), properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        put(cloud, target.properties).await?;
        Ok(PhysicalId(format!("{}:{}", known(&target.properties.role_name)?, target.properties.policy_name)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        put(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((role, policy)) = parts(target) else { return Ok(()) };
        let answer = cloud.iam().delete_role_policy().role_name(role).policy_name(policy).send().await;
        gone(answer.map_err(|error| failed("iam:DeleteRolePolicy", error)))
    }
}
