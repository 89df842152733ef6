//! `AWS::IAM::Role` by the IAM API.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strata_aws::Part;
use strata_aws::iam::{Role, RolePolicy};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError};

use super::{read_policy, read_tags, sdk_tags, write_policy};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{part, strangers};

/// The ARNs of the managed policies that a role has; `None` where the role is gone.
async fn attached(cloud: &Cloud, role: &str) -> Result<Option<BTreeSet<String>>, ProviderError> {
    let pages = cloud.iam().list_attached_role_policies().role_name(role).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("iam:ListAttachedRolePolicies", error));
    let all = found(all)?;
    Ok(all.map(|all| all.iter().filter_map(|policy| policy.policy_arn()).map(ToOwned::to_owned).collect()))
}

/// The role's own policies; none where the role is gone.
async fn own(cloud: &Cloud, role: &str) -> Result<Vec<Part>, ProviderError> {
    let pages = cloud.iam().list_role_policies().role_name(role).into_paginator().items().send();
    let names = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("iam:ListRolePolicies", error));
    let mut parts = Vec::new();
    for name in found(names)?.unwrap_or_default() {
        let answer = cloud.iam().get_role_policy().role_name(role).policy_name(&name).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("iam:GetRolePolicy", error)))? else { continue };
        let policy_document = read_policy("iam:GetRolePolicy", answer.policy_document())?;
        parts.push(part(format!("{role}:{name}"), &RolePolicy { role_name: role.into(), policy_name: name, policy_document })?);
    }
    Ok(parts)
}

async fn attach(cloud: &Cloud, role: &str, policy: &str) -> Result<(), ProviderError> {
    let answer = cloud.iam().attach_role_policy().role_name(role).policy_arn(policy).send().await;
    answer.map(|_| ()).map_err(|error| failed("iam:AttachRolePolicy", error))
}

async fn detach(cloud: &Cloud, role: &str, policy: &str) -> Result<(), ProviderError> {
    let answer = cloud.iam().detach_role_policy().role_name(role).policy_arn(policy).send().await;
    gone(answer.map_err(|error| failed("iam:DetachRolePolicy", error)))
}

/// A user or role that was made a moment ago is not known everywhere yet, and a trust policy that names it is refused until then (IAM user guide,
/// "Changes that I make are not always immediately visible").
fn settling(mut error: ProviderError) -> ProviderError {
    if error.message.contains("Invalid principal in policy") {
        error.kind = ErrorKind::Transient;
        error.to_do = Some(
            "a user or role that the policy names is new and not known everywhere yet: run the same command again in a minute".to_owned(),
        );
    }
    error
}

fn wanted_policies(role: &Role) -> Result<BTreeSet<String>, ProviderError> {
    role.managed_policy_arns.iter().map(|arn| known(arn).map(ToOwned::to_owned)).collect()
}

#[async_trait]
impl Handler for Role {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let name = target.id.map_or(wanted.role_name.as_str(), |id| id.0.as_str());
        let (role, policies, own) = tokio::join!(cloud.iam().get_role().role_name(name).send(), attached(cloud, name), own(cloud, name));
        let Some(answer) = found(role.map_err(|error| failed("iam:GetRole", error)))? else { return Ok(None) };
        let (Some(role), Some(policies)) = (answer.role(), policies?) else { return Ok(None) };
        let properties = Self {
            role_name: role.role_name().to_owned(),
            description: role.description().unwrap_or_default().to_owned(),
            path: asked(wanted.path.as_ref(), Some(role.path().to_owned())),
            assume_role_policy_document: read_policy("iam:GetRole", role.assume_role_policy_document().unwrap_or("{}"))?,
            managed_policy_arns: policies.into_iter().map(Text::from).collect(),
            max_session_duration: asked(wanted.max_session_duration.as_ref(), role.max_session_duration().map(i64::from)),
            permissions_boundary: role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()).map(Text::from),
            policies: own?,
            tags: read_tags(role.tags()),
        };
        let observed = Observed::ready(role.role_name(), properties).output("RoleName", role.role_name());
        Ok(Some(observed.output("Arn", role.arn()).output("RoleId", role.role_id())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let boundary = desired.permissions_boundary.as_ref().map(known).transpose()?;
        let call = cloud
            .iam()
            .create_role()
            .role_name(&desired.role_name)
            .description(&desired.description)
            .set_path(desired.path.clone())
            .assume_role_policy_document(write_policy("iam:CreateRole", &desired.assume_role_policy_document)?)
            .set_max_session_duration(seconds(desired.max_session_duration)?)
            .set_permissions_boundary(boundary.map(ToOwned::to_owned))
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        call.send().await.map_err(|error| settling(failed("iam:CreateRole", error)))?;
        for policy in wanted_policies(desired)? {
            attach(cloud, &desired.role_name, &policy).await?;
        }
        Ok(PhysicalId(desired.role_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.assume_role_policy_document != desired.assume_role_policy_document {
            let policy = write_policy("iam:UpdateAssumeRolePolicy", &desired.assume_role_policy_document)?;
            let call = cloud.iam().update_assume_role_policy().role_name(name).policy_document(policy);
            call.send().await.map_err(|error| settling(failed("iam:UpdateAssumeRolePolicy", error)))?;
        }
        if observed.description != desired.description || observed.max_session_duration != desired.max_session_duration {
            // An hour is AWS's own default.
            let duration = seconds(Some(desired.max_session_duration.unwrap_or(3600)))?;
            let call = cloud.iam().update_role().role_name(name).description(&desired.description);
            let answer = call.set_max_session_duration(duration).send().await;
            answer.map_err(|error| failed("iam:UpdateRole", error))?;
        }
        match (&observed.permissions_boundary, &desired.permissions_boundary) {
            (seen, Some(boundary)) if seen.as_ref() != Some(boundary) => {
                let call = cloud.iam().put_role_permissions_boundary().role_name(name).permissions_boundary(known(boundary)?);
                call.send().await.map_err(|error| failed("iam:PutRolePermissionsBoundary", error))?;
            }
            (Some(_), None) => {
                let answer = cloud.iam().delete_role_permissions_boundary().role_name(name).send().await;
                gone(answer.map_err(|error| failed("iam:DeleteRolePermissionsBoundary", error)))?;
            }
            _ => {}
        }
        let (seen, wanted) = (wanted_policies(observed)?, wanted_policies(desired)?);
        for policy in wanted.difference(&seen) {
            attach(cloud, name, policy).await?;
        }
        for policy in seen.difference(&wanted) {
            detach(cloud, name, policy).await?;
        }
        for policy in strangers(&observed.policies, &desired.policies) {
            let Some((role, policy)) = policy.split_once(':') else { continue };
            let answer = cloud.iam().delete_role_policy().role_name(role).policy_name(policy).send().await;
            gone(answer.map_err(|error| failed("iam:DeleteRolePolicy", error)))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.iam().tag_role().role_name(name).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("iam:TagRole", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.iam().untag_role().role_name(name).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("iam:UntagRole", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        // IAM refuses to delete a role that still has policies, whoever gave them to it.
        for policy in own(cloud, name).await? {
            let Some((role, policy)) = policy.id.split_once(':') else { continue };
            let answer = cloud.iam().delete_role_policy().role_name(role).policy_name(policy).send().await;
            gone(answer.map_err(|error| failed("iam:DeleteRolePolicy", error)))?;
        }
        for policy in attached(cloud, name).await?.unwrap_or_default() {
            detach(cloud, name, &policy).await?;
        }
        gone(cloud.iam().delete_role().role_name(name).send().await.map_err(|error| failed("iam:DeleteRole", error)))
    }
}

fn seconds(duration: Option<i64>) -> Result<Option<i32>, ProviderError> {
    duration
        .map(i32::try_from)
        .transpose()
        .map_err(|_| ProviderError::internal("strata", "MaxSessionDuration is too large a number for IAM"))
}
