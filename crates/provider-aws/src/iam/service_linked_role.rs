//! `AWS::IAM::ServiceLinkedRole` by the IAM API. The physical id is the role's ARN.
//!
//! The role belongs to the account: other things that we do not know of may need it, so deleting leaves it where it is.

use async_trait::async_trait;
use strata_aws::iam::ServiceLinkedRole;
use strata_graph::PhysicalId;
use strata_provider::{ErrorKind, ProviderError};

use crate::client::Cloud;
use crate::error::{failed, missing};
use crate::handler::{Handler, Observed, Target};

/// The ARN and the name of a service's role; one without a suffix, since others belong to single things.
async fn find(cloud: &Cloud, service: &str) -> Result<Option<(String, String)>, ProviderError> {
    let answer = cloud.iam().list_roles().path_prefix(format!("/aws-service-role/{service}/")).send().await;
    let answer = answer.map_err(|error| failed("iam:ListRoles", error))?;
    let role = answer.roles().iter().find(|role| !role.role_name().contains('_'));
    Ok(role.map(|role| (role.arn().to_owned(), role.role_name().to_owned())))
}

#[async_trait]
impl Handler for ServiceLinkedRole {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let service = &target.properties.aws_service_name;
        let Some((arn, name)) = find(cloud, service).await? else { return Ok(None) };
        Ok(Some(Observed::ready(arn, Self { aws_service_name: service.clone() }).output("RoleName", name)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let service = &target.properties.aws_service_name;
        let answer = cloud.iam().create_service_linked_role().aws_service_name(service).send().await;
        match answer.map_err(|error| failed("iam:CreateServiceLinkedRole", error)) {
            Ok(answer) => {
                let role = answer.role().ok_or_else(|| missing("iam:CreateServiceLinkedRole", "Role"))?;
                Ok(PhysicalId(role.arn().to_owned()))
            }
            // AWS says `InvalidInput` where the service made its role by itself in the meantime; the emulator says 'exists'.
            Err(error) if matches!(error.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
                find(cloud, service).await?.map(|(arn, _)| PhysicalId(arn)).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn update(_cloud: &Cloud, _target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        // The one property replaces.
        Ok(())
    }

    async fn delete(_cloud: &Cloud, _target: &Target<'_, Self>) -> Result<(), ProviderError> {
        Ok(())
    }
}
