//! `AWS::IAM::InstanceProfile` by the IAM API.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strata_aws::iam::InstanceProfile;
use strata_graph::{PhysicalId, Text};
use strata_provider::ProviderError;

use super::{read_tags, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone};
use crate::handler::{Handler, Observed, Target, as_it_is, asked};
use crate::tags::{self, known};

async fn add(cloud: &Cloud, profile: &str, role: &str) -> Result<(), ProviderError> {
    let answer = cloud.iam().add_role_to_instance_profile().instance_profile_name(profile).role_name(role).send().await;
    answer.map(|_| ()).map_err(|error| failed("iam:AddRoleToInstanceProfile", error))
}

async fn remove(cloud: &Cloud, profile: &str, role: &str) -> Result<(), ProviderError> {
    let call = cloud.iam().remove_role_from_instance_profile().instance_profile_name(profile).role_name(role);
    gone(call.send().await.map_err(|error| failed("iam:RemoveRoleFromInstanceProfile", error)))
}

fn names(roles: &[Text]) -> Result<BTreeSet<&str>, ProviderError> {
    roles.iter().map(known).collect()
}

#[async_trait]
impl Handler for InstanceProfile {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let wanted = target.properties;
        let name = target.id.map_or(wanted.instance_profile_name.as_str(), |id| id.0.as_str());
        let answer = cloud.iam().get_instance_profile().instance_profile_name(name).send().await;
        let answer = found(answer.map_err(|error| failed("iam:GetInstanceProfile", error)))?;
        let Some(profile) = answer.as_ref().and_then(|answer| answer.instance_profile()) else { return Ok(None) };
        let properties = Self {
            instance_profile_name: profile.instance_profile_name().to_owned(),
            path: asked(wanted.path.as_ref(), Some(profile.path().to_owned())),
            roles: profile.roles().iter().map(|role| role.role_name().into()).collect(),
            tags: read_tags(profile.tags()),
        };
        let observed = Observed::ready(name, properties).output("InstanceProfileName", name);
        Ok(Some(observed.output("Arn", profile.arn())))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .iam()
            .create_instance_profile()
            .instance_profile_name(&desired.instance_profile_name)
            .set_path(desired.path.clone())
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        call.send().await.map_err(|error| failed("iam:CreateInstanceProfile", error))?;
        for role in names(&desired.roles)? {
            add(cloud, &desired.instance_profile_name, role).await?;
        }
        Ok(PhysicalId(desired.instance_profile_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        // A second try must not repeat what the first one did.
        let observed = &as_it_is(cloud, target, observed).await?;
        let (name, desired) = (target.id()?, target.properties);
        let (seen, wanted) = (names(&observed.roles)?, names(&desired.roles)?);
        // AWS allows one role at a time: the old one goes first.
        for role in seen.difference(&wanted) {
            remove(cloud, name, role).await?;
        }
        for role in wanted.difference(&seen) {
            add(cloud, name, role).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.iam().tag_instance_profile().instance_profile_name(name).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("iam:TagInstanceProfile", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.iam().untag_instance_profile().instance_profile_name(name).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("iam:UntagInstanceProfile", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        let Some(seen) = Self::observe(cloud, target).await? else { return Ok(()) };
        for role in names(&seen.properties.roles)? {
            remove(cloud, name, role).await?;
        }
        let answer = cloud.iam().delete_instance_profile().instance_profile_name(name).send().await;
        gone(answer.map_err(|error| failed("iam:DeleteInstanceProfile", error)))
    }
}
