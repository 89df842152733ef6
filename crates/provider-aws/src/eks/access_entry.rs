//! `AWS::EKS::AccessEntry` by the EKS API. The physical id is `CLUSTER:PRINCIPAL`.

use async_trait::async_trait;
use aws_sdk_eks::types::{AccessScope as SdkAccessScope, AccessScopeType};
use strata_aws::eks::{AccessEntry, AccessPolicy, AccessScope};
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags, split};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

fn parts<'a>(target: &'a Target<'_, AccessEntry>) -> Option<(&'a str, &'a str)> {
    match target.id {
        Some(id) => split(&id.0),
        None => Some((target.properties.cluster_name.as_literal()?, target.properties.principal_arn.as_literal()?)),
    }
}

async fn policies(cloud: &Cloud, cluster: &str, principal: &str) -> Result<Vec<AccessPolicy>, ProviderError> {
    let call = cloud.eks().list_associated_access_policies().cluster_name(cluster).principal_arn(principal);
    let pages = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let all = pages.map_err(|error| failed("eks:ListAssociatedAccessPolicies", error))?;
    let mut policies: Vec<AccessPolicy> = all
        .iter()
        .map(|policy| {
            let scope = policy.access_scope();
            let mut namespaces = scope.map(|scope| scope.namespaces().to_vec()).unwrap_or_default();
            namespaces.sort();
            AccessPolicy {
                access_scope: AccessScope {
                    scope_type: scope.and_then(|scope| scope.r#type()).map_or("cluster", AccessScopeType::as_str).to_owned(),
                    namespaces,
                },
                policy_arn: policy.policy_arn().unwrap_or_default().to_owned(),
            }
        })
        .collect();
    policies.sort_by(|left, right| left.policy_arn.cmp(&right.policy_arn));
    Ok(policies)
}

async fn associate(cloud: &Cloud, cluster: &str, principal: &str, policy: &AccessPolicy) -> Result<(), ProviderError> {
    let namespaces = Some(policy.access_scope.namespaces.clone()).filter(|all| !all.is_empty());
    let scope =
        SdkAccessScope::builder().r#type(AccessScopeType::from(policy.access_scope.scope_type.as_str())).set_namespaces(namespaces).build();
    let call = cloud.eks().associate_access_policy().cluster_name(cluster).principal_arn(principal);
    let answer = call.policy_arn(&policy.policy_arn).access_scope(scope).send().await;
    answer.map(|_| ()).map_err(|error| failed("eks:AssociateAccessPolicy", error))
}

#[async_trait]
impl Handler for AccessEntry {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((cluster, principal)) = parts(target) else { return Ok(None) };
        let answer = cloud.eks().describe_access_entry().cluster_name(cluster).principal_arn(principal).send().await;
        let answer = found(answer.map_err(|error| failed("eks:DescribeAccessEntry", error)))?;
        let Some(entry) = answer.as_ref().and_then(|answer| answer.access_entry()) else { return Ok(None) };
        let mut groups = entry.kubernetes_groups().to_vec();
        groups.sort();
        let properties = Self {
            cluster_name: cluster.into(),
            principal_arn: principal.into(),
            entry_type: asked(target.properties.entry_type.as_ref(), entry.r#type().map(ToOwned::to_owned)),
            // Entries of nodes have groups by themselves.
            kubernetes_groups: if target.properties.kubernetes_groups.is_empty() { Vec::new() } else { groups },
            access_policies: policies(cloud, cluster, principal).await?,
            tags: read_tags(entry.tags()),
        };
        let arn = entry.access_entry_arn().ok_or_else(|| missing("eks:DescribeAccessEntry", "accessEntryArn"))?;
        Ok(Some(Observed::ready(format!("{cluster}:{principal}"), properties).output("AccessEntryArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let (cluster, principal) = (known(&desired.cluster_name)?, known(&desired.principal_arn)?);
        let call = cloud
            .eks()
            .create_access_entry()
            .cluster_name(cluster)
            .principal_arn(principal)
            .set_type(desired.entry_type.clone())
            .set_kubernetes_groups(Some(desired.kubernetes_groups.clone()).filter(|all| !all.is_empty()))
            .client_request_token(target.token)
            .set_tags(sdk_tags(&desired.tags)?);
        call.send().await.map_err(|error| failed("eks:CreateAccessEntry", error))?;
        for policy in &desired.access_policies {
            associate(cloud, cluster, principal, policy).await?;
        }
        Ok(PhysicalId(format!("{cluster}:{principal}")))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let desired = target.properties;
        let id = target.id()?;
        let (cluster, principal) =
            split(id).ok_or_else(|| ProviderError::internal("strata", format!("{id} is no id of an access entry")))?;
        if observed.kubernetes_groups != desired.kubernetes_groups {
            let call = cloud.eks().update_access_entry().cluster_name(cluster).principal_arn(principal);
            let answer = call.set_kubernetes_groups(Some(desired.kubernetes_groups.clone())).send().await;
            answer.map_err(|error| failed("eks:UpdateAccessEntry", error))?;
        }
        for policy in desired.access_policies.iter().filter(|policy| !observed.access_policies.contains(policy)) {
            associate(cloud, cluster, principal, policy).await?;
        }
        let kept = |arn: &str| desired.access_policies.iter().any(|policy| policy.policy_arn == arn);
        for policy in observed.access_policies.iter().filter(|policy| !kept(&policy.policy_arn)) {
            let call = cloud.eks().disassociate_access_policy().cluster_name(cluster).principal_arn(principal);
            let answer = call.policy_arn(&policy.policy_arn).send().await;
            gone(answer.map_err(|error| failed("eks:DisassociateAccessPolicy", error)))?;
        }
        if observed.tags != desired.tags {
            let answer = cloud.eks().describe_access_entry().cluster_name(cluster).principal_arn(principal).send().await;
            let answer = answer.map_err(|error| failed("eks:DescribeAccessEntry", error))?;
            let arn = answer.access_entry().and_then(|entry| entry.access_entry_arn());
            let arn = arn.ok_or_else(|| missing("eks:DescribeAccessEntry", "accessEntryArn"))?;
            retag(cloud, arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((cluster, principal)) = parts(target) else { return Ok(()) };
        let answer = cloud.eks().delete_access_entry().cluster_name(cluster).principal_arn(principal).send().await;
        gone(answer.map_err(|error| failed("eks:DeleteAccessEntry", error)))
    }
}
