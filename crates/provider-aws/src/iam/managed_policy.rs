//! `AWS::IAM::ManagedPolicy` by the IAM API. The ARN is the id; without it the name, which is unique in the account, makes it.

use async_trait::async_trait;
use strata_aws::iam::ManagedPolicy;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_policy, read_tags, sdk_tags, write_policy};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;
use crate::values::at;

/// Versions that IAM keeps of a policy at most.
const MOST_VERSIONS: usize = 5;

fn arn(cloud: &Cloud, target: &Target<'_, ManagedPolicy>) -> String {
    let account = &cloud.account;
    target.id.map_or_else(
        || format!("arn:{}:iam::{}:policy/{}", account.partition, account.account_id, target.properties.managed_policy_name),
        |id| id.0.clone(),
    )
}

/// The identifiers of the versions that are not in force, oldest first; none where the policy is gone.
async fn old_versions(cloud: &Cloud, arn: &str) -> Result<Vec<String>, ProviderError> {
    let pages = cloud.iam().list_policy_versions().policy_arn(arn).into_paginator().items().send();
    let all = found(pages.collect::<Result<Vec<_>, _>>().await.map_err(at("iam:ListPolicyVersions")))?.unwrap_or_default();
    let mut old: Vec<_> = all.into_iter().filter(|version| !version.is_default_version()).collect();
    old.sort_by_key(|version| version.create_date().map(|date| (date.secs(), date.subsec_nanos())));
    Ok(old.into_iter().filter_map(|version| version.version_id).collect())
}

async fn remove_version(cloud: &Cloud, arn: &str, version: &str) -> Result<(), ProviderError> {
    gone(cloud.iam().delete_policy_version().policy_arn(arn).version_id(version).send().await.map_err(at("iam:DeletePolicyVersion")))
}

#[async_trait]
impl Handler for ManagedPolicy {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let arn = arn(cloud, target);
        let Some(answer) = found(cloud.iam().get_policy().policy_arn(&arn).send().await.map_err(at("iam:GetPolicy")))? else {
            return Ok(None);
        };
        let policy = answer.policy().ok_or_else(|| missing("iam:GetPolicy", "Policy"))?;
        let version = policy.default_version_id().ok_or_else(|| missing("iam:GetPolicy", "DefaultVersionId"))?;
        let answer = cloud.iam().get_policy_version().policy_arn(&arn).version_id(version).send().await;
        let Some(answer) = found(answer.map_err(at("iam:GetPolicyVersion")))? else { return Ok(None) };
        let document = answer.policy_version().and_then(|version| version.document());
        let properties = Self {
            managed_policy_name: policy.policy_name().unwrap_or_default().to_owned(),
            description: policy.description().unwrap_or_default().to_owned(),
            policy_document: read_policy("iam:GetPolicyVersion", document.ok_or_else(|| missing("iam:GetPolicyVersion", "Document"))?)?,
            tags: read_tags(policy.tags()),
        };
        Ok(Some(Observed::ready(&arn, properties).output("PolicyArn", &arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud.iam().create_policy().policy_name(&desired.managed_policy_name).description(&desired.description);
        let call = call.policy_document(write_policy("iam:CreatePolicy", &desired.policy_document)?);
        let answer = call.set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?)).send().await.map_err(at("iam:CreatePolicy"))?;
        let arn = answer.policy().and_then(|policy| policy.arn()).ok_or_else(|| missing("iam:CreatePolicy", "Arn"))?;
        Ok(PhysicalId(arn.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (arn, desired) = (target.id()?, target.properties);
        if observed.policy_document != desired.policy_document {
            let old = old_versions(cloud, arn).await?;
            let spare = (old.len() + 1).saturating_sub(MOST_VERSIONS - 1);
            for version in old.iter().take(spare) {
                remove_version(cloud, arn, version).await?;
            }
            let call = cloud.iam().create_policy_version().policy_arn(arn).set_as_default(true);
            let call = call.policy_document(write_policy("iam:CreatePolicyVersion", &desired.policy_document)?);
            call.send().await.map_err(at("iam:CreatePolicyVersion"))?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        if !set.is_empty() {
            let call = cloud.iam().tag_policy().policy_arn(arn).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(at("iam:TagPolicy"))?;
        }
        if !remove.is_empty() {
            let call = cloud.iam().untag_policy().policy_arn(arn).set_tag_keys(Some(remove));
            call.send().await.map_err(at("iam:UntagPolicy"))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let arn = target.id()?;
        // IAM refuses to delete a policy that has other versions, and one that somebody still has: that is told.
        for version in old_versions(cloud, arn).await? {
            remove_version(cloud, arn, &version).await?;
        }
        gone(cloud.iam().delete_policy().policy_arn(arn).send().await.map_err(at("iam:DeletePolicy")))
    }
}
