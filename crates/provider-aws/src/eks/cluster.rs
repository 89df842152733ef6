//! `AWS::EKS::Cluster` by the EKS API.
//!
//! EKS carries out one update of a cluster at a time, each of one kind: an update of several waits for each but the last.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_eks::types::{
    AuthenticationMode, Cluster as Seen, ClusterStatus, CreateAccessConfigRequest, EncryptionConfig as SdkEncryptionConfig, LogSetup,
    LogType as SdkLogType, Logging as SdkLogging, Provider, UpdateAccessConfigRequest, VpcConfigRequest,
};
use strata_aws::eks::{AccessConfig, Cluster, ClusterLogging, EncryptionConfig, EncryptionProvider, LogType, Logging, ResourcesVpcConfig};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::known;

/// Every kind of log of a control plane.
const LOGS: [&str; 5] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

fn strings(texts: &[Text]) -> Result<Vec<String>, ProviderError> {
    texts.iter().map(|text| known(text).map(ToOwned::to_owned)).collect()
}

fn texts(strings: &[String]) -> Vec<Text> {
    let mut texts: Vec<Text> = strings.iter().map(|text| text.as_str().into()).collect();
    texts.sort();
    texts
}

fn network(desired: &ResourcesVpcConfig) -> Result<VpcConfigRequest, ProviderError> {
    let mut builder = VpcConfigRequest::builder()
        .set_subnet_ids(Some(strings(&desired.subnet_ids)?))
        .endpoint_private_access(desired.endpoint_private_access)
        .endpoint_public_access(desired.endpoint_public_access);
    if !desired.security_group_ids.is_empty() {
        builder = builder.set_security_group_ids(Some(strings(&desired.security_group_ids)?));
    }
    if !desired.public_access_cidrs.is_empty() {
        builder = builder.set_public_access_cidrs(Some(desired.public_access_cidrs.clone()));
    }
    Ok(builder.build())
}

/// The kinds that are on, then those that are off: EKS leaves what is not named as it is.
fn logging(desired: Option<&Logging>) -> SdkLogging {
    let is_on = |name: &str| desired.is_some_and(|logs| logs.cluster_logging.enabled_types.iter().any(|log| log.log_type == name));
    let setup = |enabled: bool| {
        let types: Vec<SdkLogType> = LOGS.iter().filter(|name| is_on(name) == enabled).map(|name| SdkLogType::from(*name)).collect();
        (!types.is_empty()).then(|| LogSetup::builder().enabled(enabled).set_types(Some(types)).build())
    };
    SdkLogging::builder().set_cluster_logging(Some([setup(true), setup(false)].into_iter().flatten().collect())).build()
}

fn read_logging(seen: &Seen, wanted: Option<&Logging>) -> Option<Logging> {
    let setups = seen.logging().map(|logging| logging.cluster_logging()).unwrap_or_default();
    let mut enabled_types: Vec<LogType> = setups
        .iter()
        .filter(|setup| setup.enabled().unwrap_or_default())
        .flat_map(|setup| setup.types())
        .map(|log| LogType { log_type: log.as_str().to_owned() })
        .collect();
    enabled_types.sort_by(|left, right| left.log_type.cmp(&right.log_type));
    let logging = Logging { cluster_logging: ClusterLogging { enabled_types } };
    (wanted.is_some() || logging != Logging::default()).then_some(logging)
}

// AWS encrypts all that the API keeps whatever `resources` says, but its own schema still requires the one word `secrets`.
#[allow(deprecated)]
fn encryption(desired: &EncryptionConfig) -> Result<SdkEncryptionConfig, ProviderError> {
    let provider = Provider::builder().key_arn(known(&desired.provider.key_arn)?).build();
    Ok(SdkEncryptionConfig::builder().provider(provider).set_resources(Some(desired.resources.clone())).build())
}

#[allow(deprecated)]
fn read_encryption(seen: &SdkEncryptionConfig) -> EncryptionConfig {
    let key = seen.provider().and_then(|provider| provider.key_arn()).unwrap_or_default();
    EncryptionConfig { resources: seen.resources().to_vec(), provider: EncryptionProvider { key_arn: key.into() } }
}

fn read(cloud: &Cloud, seen: &Seen, wanted: &Cluster) -> Cluster {
    let vpc = seen.resources_vpc_config();
    let mut cidrs = vpc.map(|vpc| vpc.public_access_cidrs().to_vec()).unwrap_or_default();
    cidrs.sort();
    let public = vpc.is_some_and(|vpc| vpc.endpoint_public_access());
    let access = match (seen.access_config(), &wanted.access_config) {
        (Some(access), Some(wanted)) => Some(AccessConfig {
            authentication_mode: access.authentication_mode().map_or_else(String::new, |mode| mode.as_str().to_owned()),
            bootstrap_cluster_creator_admin_permissions: wanted.bootstrap_cluster_creator_admin_permissions,
        }),
        // The emulator forgets it.
        (None, wanted) if cloud.settings.emulator => wanted.clone(),
        _ => None,
    };
    let protection = match seen.deletion_protection() {
        // The emulator forgets it.
        None if cloud.settings.emulator => wanted.deletion_protection,
        protection => protection,
    };
    Cluster {
        name: seen.name().unwrap_or_default().to_owned(),
        version: seen.version().unwrap_or_default().to_owned(),
        role_arn: seen.role_arn().unwrap_or_default().into(),
        resources_vpc_config: ResourcesVpcConfig {
            subnet_ids: vpc.map(|vpc| texts(vpc.subnet_ids())).unwrap_or_default(),
            security_group_ids: vpc.map(|vpc| texts(vpc.security_group_ids())).unwrap_or_default(),
            endpoint_private_access: vpc.is_some_and(|vpc| vpc.endpoint_private_access()),
            endpoint_public_access: public,
            // EKS keeps a list even where the public API is off, and fills in everybody where none was named.
            public_access_cidrs: if wanted.resources_vpc_config.public_access_cidrs.is_empty() { Vec::new() } else { cidrs },
        },
        encryption_config: seen.encryption_config().iter().map(read_encryption).collect(),
        logging: read_logging(seen, wanted.logging.as_ref()),
        access_config: access,
        deletion_protection: asked(wanted.deletion_protection.as_ref(), protection),
        tags: read_tags(seen.tags()),
    }
}

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<Seen>, ProviderError> {
    let answer = cloud.eks().describe_cluster().name(name).send().await;
    Ok(found(answer.map_err(|error| failed("eks:DescribeCluster", error)))?.and_then(|answer| answer.cluster().cloned()))
}

/// Waits until the update before is done, so that the next is not refused.
async fn settled(cloud: &Cloud, name: &str) -> Result<(), ProviderError> {
    // An update of the version takes EKS up to half an hour.
    for _ in 0..240 {
        let status = describe(cloud, name).await?.and_then(|cluster| cluster.status().cloned());
        match status {
            Some(ClusterStatus::Updating | ClusterStatus::Creating | ClusterStatus::Pending) => {
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
            _ => return Ok(()),
        }
    }
    Err(ProviderError::new(ErrorKind::Conflict, "eks:DescribeCluster", format!("the cluster {name} is still being updated")))
}

#[async_trait]
impl Handler for Cluster {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let Some(seen) = describe(cloud, name).await? else { return Ok(None) };
        let readiness = match seen.status() {
            Some(ClusterStatus::Active) | None => Readiness::Ready,
            Some(ClusterStatus::Deleting) => Readiness::Deleting,
            Some(ClusterStatus::Failed) => Readiness::Failed("FAILED".to_owned()),
            Some(other) => Readiness::Pending(other.as_str().to_ascii_lowercase()),
        };
        let arn = seen.arn().ok_or_else(|| missing("eks:DescribeCluster", "arn"))?.to_owned();
        let issuer = seen.identity().and_then(|identity| identity.oidc()).and_then(|oidc| oidc.issuer());
        let network = seen.resources_vpc_config();
        let group = network.and_then(|vpc| vpc.cluster_security_group_id()).or_else(|| {
            // EKS makes a group for every cluster, the emulator makes none: one that was named stands in for it there.
            network.filter(|_| cloud.settings.emulator).and_then(|vpc| vpc.security_group_ids().first()).map(String::as_str)
        });
        let outputs = [
            ("Name", Some(name)),
            ("Arn", Some(arn.as_str())),
            ("Endpoint", seen.endpoint()),
            ("OpenIdConnectIssuerUrl", issuer),
            ("ClusterSecurityGroupId", group),
            ("CertificateAuthorityData", seen.certificate_authority().and_then(|authority| authority.data())),
        ];
        let observed = Observed::ready(name, read(cloud, &seen, target.properties)).readiness(readiness);
        Ok(Some(outputs.into_iter().fold(observed, |observed, (name, value)| match value {
            Some(value) => observed.output(name, value),
            None => observed,
        })))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let mut call = cloud
            .eks()
            .create_cluster()
            .name(&desired.name)
            .version(&desired.version)
            .role_arn(known(&desired.role_arn)?)
            .resources_vpc_config(network(&desired.resources_vpc_config)?)
            .client_request_token(target.token)
            .set_deletion_protection(desired.deletion_protection)
            .set_tags(sdk_tags(&desired.tags)?);
        if desired.logging.is_some() {
            call = call.logging(logging(desired.logging.as_ref()));
        }
        for desired in &desired.encryption_config {
            call = call.encryption_config(encryption(desired)?);
        }
        if let Some(access) = &desired.access_config {
            let access = CreateAccessConfigRequest::builder()
                .authentication_mode(AuthenticationMode::from(access.authentication_mode.as_str()))
                .set_bootstrap_cluster_creator_admin_permissions(access.bootstrap_cluster_creator_admin_permissions);
            call = call.access_config(access.build());
        }
        call.send().await.map_err(|error| failed("eks:CreateCluster", error))?;
        Ok(PhysicalId(desired.name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        let config = || cloud.eks().update_cluster_config().name(name);
        let mut calls = Vec::new();
        let (seen, wanted) = (&observed.resources_vpc_config, &desired.resources_vpc_config);
        // Subnets and groups are one kind of update, who may reach the API is another.
        if seen.subnet_ids != wanted.subnet_ids || seen.security_group_ids != wanted.security_group_ids {
            let request = VpcConfigRequest::builder()
                .set_subnet_ids(Some(strings(&wanted.subnet_ids)?))
                .set_security_group_ids(Some(strings(&wanted.security_group_ids)?));
            calls.push(config().resources_vpc_config(request.build()));
        }
        if seen.endpoint_private_access != wanted.endpoint_private_access
            || seen.endpoint_public_access != wanted.endpoint_public_access
            || seen.public_access_cidrs != wanted.public_access_cidrs
        {
            let request = VpcConfigRequest::builder()
                .endpoint_private_access(wanted.endpoint_private_access)
                .endpoint_public_access(wanted.endpoint_public_access)
                .set_public_access_cidrs(Some(wanted.public_access_cidrs.clone()).filter(|all| !all.is_empty()));
            calls.push(config().resources_vpc_config(request.build()));
        }
        if observed.logging != desired.logging {
            calls.push(config().logging(logging(desired.logging.as_ref())));
        }
        if let Some(access) = &desired.access_config
            && observed.access_config.as_ref().map(|seen| &seen.authentication_mode) != Some(&access.authentication_mode)
        {
            let mode = AuthenticationMode::from(access.authentication_mode.as_str());
            calls.push(config().access_config(UpdateAccessConfigRequest::builder().authentication_mode(mode).build()));
        }
        if let Some(protection) = desired.deletion_protection
            && observed.deletion_protection != Some(protection)
        {
            calls.push(config().deletion_protection(protection));
        }
        for (index, call) in calls.into_iter().enumerate() {
            if index > 0 {
                settled(cloud, name).await?;
            }
            call.send().await.map_err(|error| failed("eks:UpdateClusterConfig", error))?;
        }
        if observed.version != desired.version {
            settled(cloud, name).await?;
            let answer = cloud.eks().update_cluster_version().name(name).version(&desired.version).send().await;
            answer.map_err(|error| failed("eks:UpdateClusterVersion", error))?;
        }
        let arn = cloud.arn("eks", &format!("cluster/{name}"));
        retag(cloud, &arn, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let answer = cloud.eks().delete_cluster().name(target.id()?).send().await;
        gone(answer.map_err(|error| failed("eks:DeleteCluster", error)))
    }
}
