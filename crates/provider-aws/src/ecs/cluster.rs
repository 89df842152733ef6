//! `AWS::ECS::Cluster` by the ECS API. The name is the id.

use async_trait::async_trait;
use aws_sdk_ecs::types as sdk;
use strata_aws::ecs::{
    Cluster, ClusterConfiguration, ClusterSetting, ExecuteCommandConfiguration, ExecuteCommandLogConfiguration,
    ManagedStorageConfiguration, ServiceConnectDefaults,
};
use strata_graph::PhysicalId;
use strata_provider::{ProviderError, Readiness};

use super::{read_strategy, read_tags, retag, sdk_strategy, sdk_tags};
use crate::build::{built, known_some, some, text};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

fn sdk_settings(desired: &Cluster) -> Vec<sdk::ClusterSetting> {
    let setting =
        |setting: &ClusterSetting| sdk::ClusterSetting::builder().name(setting.name.as_str().into()).value(&setting.value).build();
    desired.cluster_settings.iter().map(setting).collect()
}

fn sdk_configuration(desired: &Cluster) -> Result<Option<sdk::ClusterConfiguration>, ProviderError> {
    let Some(configuration) = &desired.configuration else {
        return Ok(None);
    };
    let mut builder = sdk::ClusterConfiguration::builder();
    if let Some(execute) = &configuration.execute_command_configuration {
        let mut inner = sdk::ExecuteCommandConfiguration::builder()
            .set_kms_key_id(known_some(execute.kms_key_id.as_ref())?)
            .logging(execute.logging.as_str().into());
        if let Some(log) = &execute.log_configuration {
            inner = inner.log_configuration(
                sdk::ExecuteCommandLogConfiguration::builder()
                    .set_cloud_watch_log_group_name(known_some(log.cloud_watch_log_group_name.as_ref())?)
                    .cloud_watch_encryption_enabled(log.cloud_watch_encryption_enabled)
                    .set_s3_bucket_name(known_some(log.s3_bucket_name.as_ref())?)
                    .set_s3_encryption_enabled(log.s3_encryption_enabled)
                    .set_s3_key_prefix(log.s3_key_prefix.clone())
                    .build(),
            );
        }
        builder = builder.execute_command_configuration(inner.build());
    }
    if let Some(storage) = &configuration.managed_storage_configuration {
        builder = builder.managed_storage_configuration(
            sdk::ManagedStorageConfiguration::builder()
                .set_kms_key_id(known_some(storage.kms_key_id.as_ref())?)
                .set_fargate_ephemeral_storage_kms_key_id(known_some(storage.fargate_ephemeral_storage_kms_key_id.as_ref())?)
                .build(),
        );
    }
    Ok(Some(builder.build()))
}

fn sdk_service_connect(desired: &Cluster) -> Result<Option<sdk::ClusterServiceConnectDefaultsRequest>, ProviderError> {
    let Some(defaults) = &desired.service_connect_defaults else {
        return Ok(None);
    };
    let builder = sdk::ClusterServiceConnectDefaultsRequest::builder().namespace(known(&defaults.namespace)?);
    built(builder.build()).map(Some)
}

fn read_configuration(seen: &sdk::ClusterConfiguration) -> ClusterConfiguration {
    let log = |log: &sdk::ExecuteCommandLogConfiguration| ExecuteCommandLogConfiguration {
        cloud_watch_log_group_name: text(log.cloud_watch_log_group_name()),
        cloud_watch_encryption_enabled: log.cloud_watch_encryption_enabled(),
        s3_bucket_name: text(log.s3_bucket_name()),
        s3_encryption_enabled: log.s3_bucket_name().map(|_| log.s3_encryption_enabled()),
        s3_key_prefix: log.s3_key_prefix().map(ToOwned::to_owned),
    };
    ClusterConfiguration {
        execute_command_configuration: seen.execute_command_configuration().map(|execute| ExecuteCommandConfiguration {
            kms_key_id: text(execute.kms_key_id()),
            logging: execute.logging().map_or("DEFAULT", aws_sdk_ecs::types::ExecuteCommandLogging::as_str).to_owned(),
            log_configuration: execute.log_configuration().map(log),
        }),
        managed_storage_configuration: seen.managed_storage_configuration().map(|storage| ManagedStorageConfiguration {
            fargate_ephemeral_storage_kms_key_id: text(storage.fargate_ephemeral_storage_kms_key_id()),
            kms_key_id: text(storage.kms_key_id()),
        }),
    }
}

fn read(seen: &sdk::Cluster) -> Cluster {
    let mut cluster_settings: Vec<ClusterSetting> = seen
        .settings()
        .iter()
        .map(|setting| ClusterSetting {
            name: setting.name().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            value: setting.value().unwrap_or_default().to_owned(),
        })
        .collect();
    cluster_settings.sort();
    let mut capacity_providers = seen.capacity_providers().to_vec();
    capacity_providers.sort();
    Cluster {
        cluster_name: seen.cluster_name().unwrap_or_default().to_owned(),
        cluster_settings,
        configuration: seen.configuration().map(read_configuration),
        capacity_providers,
        default_capacity_provider_strategy: read_strategy(seen.default_capacity_provider_strategy()),
        service_connect_defaults: seen
            .service_connect_defaults()
            .and_then(|defaults| text(defaults.namespace()))
            .map(|namespace| ServiceConnectDefaults { namespace }),
        tags: read_tags(seen.tags()),
    }
}

#[async_trait]
impl Handler for Cluster {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.cluster_name.as_str(), |id| id.0.as_str());
        let answer = cloud
            .ecs()
            .describe_clusters()
            .clusters(name)
            .include(sdk::ClusterField::Configurations)
            .include(sdk::ClusterField::Settings)
            .include(sdk::ClusterField::Tags)
            .send()
            .await
            .map_err(|error| failed("ecs:DescribeClusters", error));
        let Some(answer) = found(answer)? else { return Ok(None) };
        let Some(seen) = answer.clusters().first() else { return Ok(None) };
        let readiness = match seen.status() {
            Some("INACTIVE") => return Ok(None),
            Some("DEPROVISIONING") => Readiness::Deleting,
            Some("PROVISIONING") => Readiness::Pending("PROVISIONING".to_owned()),
            Some("FAILED") => Readiness::Failed("the cluster's capacity providers could not be made".to_owned()),
            _ => Readiness::Ready,
        };
        let arn = seen.cluster_arn().ok_or_else(|| missing("ecs:DescribeClusters", "clusterArn"))?;
        Ok(Some(Observed::ready(name, read(seen)).output("ClusterName", name).output("Arn", arn).readiness(readiness)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        cloud
            .ecs()
            .create_cluster()
            .cluster_name(&desired.cluster_name)
            .set_settings(some(sdk_settings(desired)))
            .set_configuration(sdk_configuration(desired)?)
            .set_capacity_providers(some(desired.capacity_providers.clone()))
            .set_default_capacity_provider_strategy(some(sdk_strategy(&desired.default_capacity_provider_strategy)?))
            .set_service_connect_defaults(sdk_service_connect(desired)?)
            .set_tags(some(sdk_tags(&desired.tags)?))
            .send()
            .await
            .map_err(|error| failed("ecs:CreateCluster", error))?;
        Ok(PhysicalId(desired.cluster_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        if observed.cluster_settings != desired.cluster_settings
            || observed.configuration != desired.configuration
            || observed.service_connect_defaults != desired.service_connect_defaults
        {
            cloud
                .ecs()
                .update_cluster()
                .cluster(name)
                .set_settings(some(sdk_settings(desired)))
                .set_configuration(sdk_configuration(desired)?)
                .set_service_connect_defaults(sdk_service_connect(desired)?)
                .send()
                .await
                .map_err(|error| failed("ecs:UpdateCluster", error))?;
        }
        if observed.capacity_providers != desired.capacity_providers
            || observed.default_capacity_provider_strategy != desired.default_capacity_provider_strategy
        {
            cloud
                .ecs()
                .put_cluster_capacity_providers()
                .cluster(name)
                // Both are demanded, empty where there are none.
                .set_capacity_providers(Some(desired.capacity_providers.clone()))
                .set_default_capacity_provider_strategy(Some(sdk_strategy(&desired.default_capacity_provider_strategy)?))
                .send()
                .await
                .map_err(|error| failed("ecs:PutClusterCapacityProviders", error))?;
        }
        if observed.tags != desired.tags {
            let arn = cloud.arn("ecs", &format!("cluster/{name}"));
            retag(cloud, &arn, &observed.tags, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let call = cloud.ecs().delete_cluster().cluster(target.id()?);
        gone(call.send().await.map_err(|error| failed("ecs:DeleteCluster", error)))
    }
}
