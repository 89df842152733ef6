//! `AWS::IAM::User` by the IAM API. The name is the id.
//!
//! Invariant: no password and no key is ever made, read or written here; whether there is one is all that is looked at.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strata_aws::iam::User;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::{read_tags, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::{all_known, at};

/// The names of the groups of a user; none where the user is gone.
async fn groups(cloud: &Cloud, user: &str) -> Result<BTreeSet<String>, ProviderError> {
    let pages = cloud.iam().list_groups_for_user().user_name(user).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListGroupsForUser")))?.unwrap_or_default();
    Ok(all.into_iter().map(|group| group.group_name).collect())
}

async fn attached(cloud: &Cloud, user: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_attached_user_policies().user_name(user).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListAttachedUserPolicies")))?.unwrap_or_default();
    Ok(all.into_iter().filter_map(|policy| policy.policy_arn).collect())
}

async fn own(cloud: &Cloud, user: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_user_policies().user_name(user).into_paginator().items().send();
    Ok(found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListUserPolicies")))?.unwrap_or_default())
}

async fn keys(cloud: &Cloud, user: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_access_keys().user_name(user).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListAccessKeys")))?.unwrap_or_default();
    Ok(all.into_iter().filter_map(|key| key.access_key_id).collect())
}

/// The serial numbers of the devices by which the user proves that it is that person.
async fn devices(cloud: &Cloud, user: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_mfa_devices().user_name(user).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListMFADevices")))?.unwrap_or_default();
    Ok(all.into_iter().map(|device| device.serial_number).collect())
}

async fn has_password(cloud: &Cloud, user: &str) -> Result<bool, ProviderError> {
    Ok(found(cloud.iam().get_login_profile().user_name(user).send().await.map_err(at("iam:GetLoginProfile")))?.is_some())
}

async fn join(cloud: &Cloud, user: &str, group: &str) -> Result<(), ProviderError> {
    cloud.iam().add_user_to_group().user_name(user).group_name(group).send().await.map(|_| ()).map_err(at("iam:AddUserToGroup"))
}

async fn leave(cloud: &Cloud, user: &str, group: &str) -> Result<(), ProviderError> {
    gone(cloud.iam().remove_user_from_group().user_name(user).group_name(group).send().await.map_err(at("iam:RemoveUserFromGroup")))
}

/// Takes away what somebody else gave to the user itself.
async fn strip(cloud: &Cloud, user: &str, managed: &[String], own: &[String], keys: &[String]) -> Result<(), ProviderError> {
    let iam = cloud.iam();
    for policy in managed {
        gone(iam.detach_user_policy().user_name(user).policy_arn(policy).send().await.map_err(at("iam:DetachUserPolicy")))?;
    }
    for policy in own {
        gone(iam.delete_user_policy().user_name(user).policy_name(policy).send().await.map_err(at("iam:DeleteUserPolicy")))?;
    }
    for key in keys {
        gone(iam.delete_access_key().user_name(user).access_key_id(key).send().await.map_err(at("iam:DeleteAccessKey")))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for User {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.user_name.as_str(), |id| id.0.as_str());
        let Some(answer) = found(cloud.iam().get_user().user_name(name).send().await.map_err(at("iam:GetUser")))? else {
            return Ok(None);
        };
        let Some(user) = answer.user() else { return Ok(None) };
        let (groups, attached, own, keys, devices, password) = tokio::try_join!(
            groups(cloud, name),
            attached(cloud, name),
            own(cloud, name),
            keys(cloud, name),
            devices(cloud, name),
            has_password(cloud, name),
        )?;
        let properties = Self {
            user_name: user.user_name().to_owned(),
            groups: groups.into_iter().map(Text::from).collect(),
            managed_policy_arns: attached.into_iter().map(Text::from).collect(),
            policy_names: own,
            access_keys: keys,
            password: password.then_some(true),
            second_factor: (!devices.is_empty()).then_some(true),
            tags: read_tags(user.tags()),
        };
        Ok(Some(Observed::ready(user.user_name(), properties).output("UserName", user.user_name()).output("Arn", user.arn())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let groups = all_known(&desired.groups)?;
        let call = cloud.iam().create_user().user_name(&desired.user_name).set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        call.send().await.map_err(at("iam:CreateUser"))?;
        for group in groups {
            join(cloud, &desired.user_name, &group).await?;
        }
        Ok(PhysicalId(desired.user_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let seen: BTreeSet<String> = all_known(&observed.groups)?.into_iter().collect();
        let wanted: BTreeSet<String> = all_known(&desired.groups)?.into_iter().collect();
        for group in wanted.difference(&seen) {
            join(cloud, name, group).await?;
        }
        for group in seen.difference(&wanted) {
            leave(cloud, name, group).await?;
        }
        strip(cloud, name, &all_known(&observed.managed_policy_arns)?, &observed.policy_names, &observed.access_keys).await?;
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.iam().tag_user().user_name(name).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(at("iam:TagUser"))?;
        }
        if !remove.is_empty() {
            let call = cloud.iam().untag_user().user_name(name).set_tag_keys(Some(remove));
            call.send().await.map_err(at("iam:UntagUser"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let (name, iam) = (target.id()?, cloud.iam());
        // IAM refuses to delete a user that has anything left: its ways to sign in, its groups, what others gave to it.
        gone(iam.delete_login_profile().user_name(name).send().await.map_err(at("iam:DeleteLoginProfile")))?;
        for device in devices(cloud, name).await? {
            gone(iam.deactivate_mfa_device().user_name(name).serial_number(&device).send().await.map_err(at("iam:DeactivateMFADevice")))?;
            // Only a virtual device is a thing of its own in the account; its serial number is an ARN.
            if device.starts_with("arn:") && device.contains(":mfa/") {
                gone(iam.delete_virtual_mfa_device().serial_number(&device).send().await.map_err(at("iam:DeleteVirtualMFADevice")))?;
            }
        }
        strip(cloud, name, &attached(cloud, name).await?, &own(cloud, name).await?, &keys(cloud, name).await?).await?;
        for group in groups(cloud, name).await? {
            leave(cloud, name, &group).await?;
        }
        gone(iam.delete_user().user_name(name).send().await.map_err(at("iam:DeleteUser")))
    }
}
