//! `AWS::EKS::PodIdentityAssociation` by the EKS API. A service account has at most one.

use async_trait::async_trait;
use strata_aws::eks::PodIdentityAssociation;
use strata_graph::PhysicalId;
use strata_provider::ProviderError;

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The id of the association of a service account.
async fn find(cloud: &Cloud, cluster: &str, wanted: &PodIdentityAssociation) -> Result<Option<String>, ProviderError> {
    let call = cloud.eks().list_pod_identity_associations().cluster_name(cluster);
    let call = call.namespace(&wanted.namespace).service_account(&wanted.service_account);
    let answer = found(call.send().await.map_err(|error| failed("eks:ListPodIdentityAssociations", error)))?;
    let first = answer.as_ref().and_then(|answer| answer.associations().first());
    Ok(first.and_then(|association| association.association_id()).map(ToOwned::to_owned))
}

#[async_trait]
impl Handler for PodIdentityAssociation {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some(cluster) = target.properties.cluster_name.as_literal() else { return Ok(None) };
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, cluster, target.properties).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let answer = cloud.eks().describe_pod_identity_association().cluster_name(cluster).association_id(&id).send().await;
        let answer = found(answer.map_err(|error| failed("eks:DescribePodIdentityAssociation", error)))?;
        let Some(association) = answer.as_ref().and_then(|answer| answer.association()) else { return Ok(None) };
        let properties = Self {
            cluster_name: cluster.into(),
            namespace: association.namespace().unwrap_or_default().to_owned(),
            service_account: association.service_account().unwrap_or_default().to_owned(),
            role_arn: association.role_arn().unwrap_or_default().into(),
            tags: read_tags(association.tags()),
        };
        let arn = association.association_arn().ok_or_else(|| missing("eks:DescribePodIdentityAssociation", "associationArn"))?;
        Ok(Some(Observed::ready(&id, properties).output("AssociationId", &id).output("AssociationArn", arn)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let call = cloud
            .eks()
            .create_pod_identity_association()
            .cluster_name(known(&desired.cluster_name)?)
            .namespace(&desired.namespace)
            .service_account(&desired.service_account)
            .role_arn(known(&desired.role_arn)?)
            .client_request_token(target.token)
            .set_tags(sdk_tags(&desired.tags)?);
        let answer = call.send().await.map_err(|error| failed("eks:CreatePodIdentityAssociation", error))?;
        let id = answer.association().and_then(|association| association.association_id());
        id.map(|id| PhysicalId(id.to_owned())).ok_or_else(|| missing("eks:CreatePodIdentityAssociation", "associationId"))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        let cluster = known(&desired.cluster_name)?;
        if observed.role_arn != desired.role_arn {
            let call = cloud.eks().update_pod_identity_association().cluster_name(cluster).association_id(id);
            let answer = call.role_arn(known(&desired.role_arn)?).send().await;
            answer.map_err(|error| failed("eks:UpdatePodIdentityAssociation", error))?;
        }
        let arn = cloud.arn("eks", &format!("podidentityassociation/{cluster}/{id}"));
        retag(cloud, &arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let cluster = known(&target.properties.cluster_name)?;
        let call = cloud.eks().delete_pod_identity_association().cluster_name(cluster).association_id(target.id()?);
        gone(call.send().await.map_err(|error| failed("eks:DeletePodIdentityAssociation", error)))
    }
}
