//! `AWS::ECR::Repository` by the ECR API. The name is the id.

use async_trait::async_trait;
use aws_sdk_ecr::types as sdk;
use strata_aws::ecr::{EncryptionConfiguration, ImageScanningConfiguration, LifecyclePolicy, Repository};
use strata_aws::iam::PolicyDocument;
use strata_graph::{PhysicalId, Tags};
use strata_provider::ProviderError;

use crate::build::{built, known_some, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags;

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<sdk::Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| built(sdk::Tag::builder().key(key).value(value).build())).collect()
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.ecr().list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| failed("ecr:ListTagsForResource", error))?;
    Ok(tags::read(answer.tags().iter().map(|tag| (tag.key(), tag.value()))))
}

async fn read_lifecycle(cloud: &Cloud, name: &str) -> Result<Option<LifecyclePolicy>, ProviderError> {
    let answer = cloud.ecr().get_lifecycle_policy().repository_name(name).send().await;
    let answer = found(answer.map_err(|error| failed("ecr:GetLifecyclePolicy", error)))?;
    Ok(answer
        .and_then(|answer| answer.lifecycle_policy_text().map(ToOwned::to_owned))
        .map(|lifecycle_policy_text| LifecyclePolicy { lifecycle_policy_text }))
}

async fn read_policy(cloud: &Cloud, name: &str) -> Result<Option<PolicyDocument>, ProviderError> {
    let answer = cloud.ecr().get_repository_policy().repository_name(name).send().await;
    let answer = found(answer.map_err(|error| failed("ecr:GetRepositoryPolicy", error)))?;
    answer
        .and_then(|answer| answer.policy_text().map(PolicyDocument::parse))
        .transpose()
        .map_err(|error| ProviderError::internal("ecr:GetRepositoryPolicy", error.to_string()))
}

/// Sets or removes the lifecycle policy.
async fn set_lifecycle(cloud: &Cloud, name: &str, policy: Option<&LifecyclePolicy>) -> Result<(), ProviderError> {
    match policy {
        Some(policy) => cloud
            .ecr()
            .put_lifecycle_policy()
            .repository_name(name)
            .lifecycle_policy_text(&policy.lifecycle_policy_text)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| failed("ecr:PutLifecyclePolicy", error)),
        None => gone(
            cloud
                .ecr()
                .delete_lifecycle_policy()
                .repository_name(name)
                .send()
                .await
                .map_err(|error| failed("ecr:DeleteLifecyclePolicy", error)),
        ),
    }
}

/// Sets or removes the repository's policy.
async fn set_policy(cloud: &Cloud, name: &str, policy: Option<&PolicyDocument>) -> Result<(), ProviderError> {
    match policy {
        Some(policy) => {
            let json = policy.to_json().map_err(|error| ProviderError::internal("ecr:SetRepositoryPolicy", error.to_string()))?;
            cloud
                .ecr()
                .set_repository_policy()
                .repository_name(name)
                .policy_text(json)
                .send()
                .await
                .map(|_| ())
                .map_err(|error| failed("ecr:SetRepositoryPolicy", error))
        }
        None => gone(
            cloud
                .ecr()
                .delete_repository_policy()
                .repository_name(name)
                .send()
                .await
                .map_err(|error| failed("ecr:DeleteRepositoryPolicy", error)),
        ),
    }
}

fn sdk_scanning(desired: &Repository) -> sdk::ImageScanningConfiguration {
    sdk::ImageScanningConfiguration::builder().scan_on_push(desired.image_scanning_configuration.scan_on_push).build()
}

#[async_trait]
impl Handler for Repository {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.repository_name.as_str(), |id| id.0.as_str());
        let answer = cloud.ecr().describe_repositories().repository_names(name).send().await;
        let Some(answer) = found(answer.map_err(|error| failed("ecr:DescribeRepositories", error)))? else {
            return Ok(None);
        };
        let Some(seen) = answer.repositories().first() else { return Ok(None) };
        let arn = seen.repository_arn().ok_or_else(|| missing("ecr:DescribeRepositories", "repositoryArn"))?;
        let (tags, lifecycle, policy) = tokio::try_join!(read_tags(cloud, arn), read_lifecycle(cloud, name), read_policy(cloud, name))?;
        let encryption = seen.encryption_configuration();
        let properties = Self {
            repository_name: name.to_owned(),
            encryption_configuration: EncryptionConfiguration {
                encryption_type: encryption.map_or("AES256", |encryption| encryption.encryption_type().as_str()).to_owned(),
                kms_key: encryption.and_then(|encryption| text(encryption.kms_key())),
            },
            image_scanning_configuration: ImageScanningConfiguration {
                scan_on_push: seen.image_scanning_configuration().is_some_and(|scanning| scanning.scan_on_push()),
            },
            image_tag_mutability: seen.image_tag_mutability().map_or("MUTABLE", sdk::ImageTagMutability::as_str).to_owned(),
            lifecycle_policy: lifecycle,
            repository_policy_text: policy,
            tags,
        };
        Ok(Some(
            Observed::ready(name, properties)
                .output("RepositoryName", name)
                .output("Arn", arn)
                .output("RepositoryUri", seen.repository_uri().unwrap_or_default()),
        ))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let (desired, name) = (target.properties, &target.properties.repository_name);
        let encryption = sdk::EncryptionConfiguration::builder()
            .encryption_type(desired.encryption_configuration.encryption_type.as_str().into())
            .set_kms_key(known_some(desired.encryption_configuration.kms_key.as_ref())?);
        cloud
            .ecr()
            .create_repository()
            .repository_name(name)
            .encryption_configuration(built(encryption.build())?)
            .image_scanning_configuration(sdk_scanning(desired))
            .image_tag_mutability(desired.image_tag_mutability.as_str().into())
            .set_tags(some(sdk_tags(tags::plain(&desired.tags)?)?))
            .send()
            .await
            .map_err(|error| failed("ecr:CreateRepository", error))?;
        if desired.lifecycle_policy.is_some() {
            set_lifecycle(cloud, name, desired.lifecycle_policy.as_ref()).await?;
        }
        if desired.repository_policy_text.is_some() {
            set_policy(cloud, name, desired.repository_policy_text.as_ref()).await?;
        }
        Ok(PhysicalId(name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.image_scanning_configuration != desired.image_scanning_configuration {
            let call = cloud.ecr().put_image_scanning_configuration().repository_name(name);
            let call = call.image_scanning_configuration(sdk_scanning(desired));
            call.send().await.map_err(|error| failed("ecr:PutImageScanningConfiguration", error))?;
        }
        if observed.image_tag_mutability != desired.image_tag_mutability {
            let call = cloud.ecr().put_image_tag_mutability().repository_name(name);
            let call = call.image_tag_mutability(desired.image_tag_mutability.as_str().into());
            call.send().await.map_err(|error| failed("ecr:PutImageTagMutability", error))?;
        }
        if observed.lifecycle_policy != desired.lifecycle_policy {
            set_lifecycle(cloud, name, desired.lifecycle_policy.as_ref()).await?;
        }
        if observed.repository_policy_text != desired.repository_policy_text {
            set_policy(cloud, name, desired.repository_policy_text.as_ref()).await?;
        }
        let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
        let arn = cloud.arn("ecr", &format!("repository/{name}"));
        if !set.is_empty() {
            let call = cloud.ecr().tag_resource().resource_arn(&arn).set_tags(Some(sdk_tags(set)?));
            call.send().await.map_err(|error| failed("ecr:TagResource", error))?;
        }
        if !remove.is_empty() {
            let call = cloud.ecr().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
            call.send().await.map_err(|error| failed("ecr:UntagResource", error))?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        // With its images: the plan deletes a repository only after the user has named it.
        let call = cloud.ecr().delete_repository().repository_name(target.id()?).force(true);
        gone(call.send().await.map_err(|error| failed("ecr:DeleteRepository", error)))
    }
}
