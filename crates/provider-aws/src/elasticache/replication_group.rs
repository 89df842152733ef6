//! `AWS::ElastiCache::ReplicationGroup` by the ElastiCache API. A group's id is the id that we choose.
//!
//! What a group is made of is spread over two answers: the group's own, and that of its first member for what all members share
//! (version, subnets, security groups, parameters, maintenance window).
//!
//! Deleting a group takes no last snapshot: a plan deletes a cache's data only where the user named it.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_elasticache::types::{
    AutomaticFailoverStatus, CacheCluster, CloudWatchLogsDestinationDetails, DestinationDetails as SdkDetails, DestinationType, Endpoint,
    LogDeliveryConfigurationRequest, LogFormat, LogType, MultiAzStatus, ReplicationGroup as Seen, TransitEncryptionMode,
};
use strata_aws::elasticache::{CloudWatchLogsDetails, DestinationDetails, LogDeliveryConfiguration, ReplicationGroup};
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{all_known, at, int, some_known, some_text, sorted, untold, version};

async fn describe(cloud: &Cloud, id: &str) -> Result<Option<Seen>, ProviderError> {
    let answer = cloud.elasticache().describe_replication_groups().replication_group_id(id).send().await;
    let answer = found(answer.map_err(at("elasticache:DescribeReplicationGroups")))?;
    Ok(answer.and_then(|answer| answer.replication_groups).and_then(|all| all.into_iter().next()))
}

async fn member(cloud: &Cloud, group: &Seen) -> Result<Option<CacheCluster>, ProviderError> {
    let Some(id) = group.member_clusters().first() else { return Ok(None) };
    let answer = cloud.elasticache().describe_cache_clusters().cache_cluster_id(id).send().await;
    let answer = found(answer.map_err(at("elasticache:DescribeCacheClusters")))?;
    Ok(answer.and_then(|answer| answer.cache_clusters).and_then(|all| all.into_iter().next()))
}

fn readiness(group: &Seen) -> Readiness {
    match group.status().unwrap_or_default() {
        "available" | "snapshotting" => Readiness::Ready,
        "deleting" => Readiness::Deleting,
        "create-failed" => Readiness::Failed("create-failed".to_owned()),
        other => Readiness::Pending(other.to_owned()),
    }
}

/// Whether two spellings mean one version: `7.1` stands for every `7.1.x`.
fn engine_version(desired: &str, seen: &str) -> String {
    version(Some(&desired.to_owned()), Some(seen)).unwrap_or_default()
}

fn read_logs(group: &Seen) -> Vec<LogDeliveryConfiguration> {
    let mut logs: Vec<LogDeliveryConfiguration> = group
        .log_delivery_configurations()
        .iter()
        .filter_map(|log| {
            let details = log.destination_details()?.cloud_watch_logs_details()?;
            Some(LogDeliveryConfiguration {
                destination_type: log.destination_type()?.as_str().to_owned(),
                destination_details: DestinationDetails {
                    cloud_watch_logs_details: CloudWatchLogsDetails { log_group: details.log_group()?.into() },
                },
                log_format: log.log_format()?.as_str().to_owned(),
                log_type: log.log_type()?.as_str().to_owned(),
            })
        })
        .collect();
    logs.sort_by(|left, right| left.log_type.cmp(&right.log_type));
    logs
}

fn sdk_logs(logs: &[LogDeliveryConfiguration]) -> Result<Vec<LogDeliveryConfigurationRequest>, ProviderError> {
    logs.iter()
        .map(|log| {
            let group = CloudWatchLogsDestinationDetails::builder()
                .log_group(known(&log.destination_details.cloud_watch_logs_details.log_group)?)
                .build();
            Ok(LogDeliveryConfigurationRequest::builder()
                .log_type(LogType::from(log.log_type.as_str()))
                .log_format(LogFormat::from(log.log_format.as_str()))
                .destination_type(DestinationType::from(log.destination_type.as_str()))
                .destination_details(SdkDetails::builder().cloud_watch_logs_details(group).build())
                .enabled(true)
                .build())
        })
        .collect()
}

/// The group in the document's words. moto makes no members, so what only they tell is what was asked for there.
fn read(cloud: &Cloud, group: &Seen, member: Option<&CacheCluster>, desired: &ReplicationGroup, labels: Tags) -> ReplicationGroup {
    let primary = group.node_groups().first().and_then(|nodes| nodes.primary_endpoint());
    let groups = member.map(|member| sorted(member.security_groups().iter().filter_map(|group| group.security_group_id())));
    let subnets = some_text(member.and_then(|member| member.cache_subnet_group_name()));
    let engine = group.engine().or_else(|| member.and_then(|member| member.engine())).map(ToOwned::to_owned);
    let engine_version = member.and_then(|member| member.engine_version()).map(|seen| engine_version(&desired.engine_version, seen));
    let parameters =
        some_text(member.and_then(|member| member.cache_parameter_group()).and_then(|parameters| parameters.cache_parameter_group_name()));
    let window = member.and_then(|member| member.preferred_maintenance_window()).map(ToOwned::to_owned);
    // Members that cannot be described are moto's invention.
    let nodes = member.and(i64::try_from(group.member_clusters().len()).ok());
    ReplicationGroup {
        replication_group_id: group.replication_group_id().unwrap_or_default().to_owned(),
        replication_group_description: group.description().unwrap_or_default().to_owned(),
        engine: untold(cloud, engine, Some(desired.engine.clone())).unwrap_or_default(),
        engine_version: untold(cloud, engine_version, Some(desired.engine_version.clone())).unwrap_or_default(),
        cache_node_type: group.cache_node_type().unwrap_or_default().to_owned(),
        num_cache_clusters: untold(cloud, nodes, Some(desired.num_cache_clusters)).unwrap_or_default(),
        automatic_failover_enabled: matches!(
            group.automatic_failover(),
            Some(AutomaticFailoverStatus::Enabled | AutomaticFailoverStatus::Enabling)
        ),
        multi_az_enabled: group.multi_az() == Some(&MultiAzStatus::Enabled),
        at_rest_encryption_enabled: group.at_rest_encryption_enabled().unwrap_or_default(),
        transit_encryption_enabled: group.transit_encryption_enabled().unwrap_or_default(),
        transit_encryption_mode: asked(
            desired.transit_encryption_mode.as_ref(),
            untold(cloud, group.transit_encryption_mode().map(|mode| mode.as_str().to_owned()), desired.transit_encryption_mode.clone()),
        ),
        kms_key_id: some_text(group.kms_key_id()),
        cache_subnet_group_name: untold(cloud, subnets, Some(desired.cache_subnet_group_name.clone())).unwrap_or_default(),
        security_group_ids: untold(cloud, groups, Some(desired.security_group_ids.clone())).unwrap_or_default(),
        cache_parameter_group_name: asked(
            desired.cache_parameter_group_name.as_ref(),
            untold(cloud, parameters, desired.cache_parameter_group_name.clone()),
        ),
        user_group_ids: sorted(group.user_group_ids()),
        snapshot_retention_limit: group.snapshot_retention_limit().unwrap_or_default().into(),
        snapshot_window: asked(desired.snapshot_window.as_ref(), group.snapshot_window().map(ToOwned::to_owned)),
        preferred_maintenance_window: asked(
            desired.preferred_maintenance_window.as_ref(),
            untold(cloud, window, desired.preferred_maintenance_window.clone()),
        ),
        auto_minor_version_upgrade: untold(cloud, group.auto_minor_version_upgrade(), Some(desired.auto_minor_version_upgrade))
            .unwrap_or_default(),
        port: primary.and_then(|endpoint| endpoint.port()).map_or(desired.port, i64::from),
        log_delivery_configurations: read_logs(group),
        tags: labels,
    }
}

/// ElastiCache takes one change of a group at a time: waits until the one before is done.
async fn settled(cloud: &Cloud, id: &str) -> Result<(), ProviderError> {
    for _ in 0..360 {
        match describe(cloud, id).await?.as_ref().map(readiness) {
            Some(Readiness::Pending(_)) => tokio::time::sleep(Duration::from_secs(5)).await,
            _ => return Ok(()),
        }
    }
    let message = format!("the replication group {id} is still being changed after half an hour");
    Err(ProviderError::new(ErrorKind::Transient, "elasticache:DescribeReplicationGroups", message))
}

async fn modify(cloud: &Cloud, id: &str, desired: &ReplicationGroup, observed: &ReplicationGroup) -> Result<(), ProviderError> {
    let (before, after) = (all_known(&observed.user_group_ids)?, all_known(&desired.user_group_ids)?);
    let lacking = |from: &[String], of: &[String]| of.iter().filter(|one| !from.contains(one)).cloned().collect::<Vec<_>>();
    let (add, remove) = (lacking(&before, &after), lacking(&after, &before));
    // A kind of log that is not wanted any more is named to be turned off.
    let mut logs = sdk_logs(&desired.log_delivery_configurations)?;
    for old in &observed.log_delivery_configurations {
        if !desired.log_delivery_configurations.iter().any(|log| log.log_type == old.log_type) {
            logs.push(LogDeliveryConfigurationRequest::builder().log_type(LogType::from(old.log_type.as_str())).enabled(false).build());
        }
    }
    let differs = |part: bool| part.then_some(());
    let call = cloud
        .elasticache()
        .modify_replication_group()
        .replication_group_id(id)
        .apply_immediately(true)
        .replication_group_description(&desired.replication_group_description)
        .set_engine(differs(observed.engine != desired.engine).map(|()| desired.engine.clone()))
        .set_engine_version(differs(observed.engine_version != desired.engine_version).map(|()| desired.engine_version.clone()))
        .set_cache_node_type(differs(observed.cache_node_type != desired.cache_node_type).map(|()| desired.cache_node_type.clone()))
        .automatic_failover_enabled(desired.automatic_failover_enabled)
        .multi_az_enabled(desired.multi_az_enabled)
        .set_transit_encryption_enabled(
            differs(observed.transit_encryption_enabled != desired.transit_encryption_enabled).map(|()| desired.transit_encryption_enabled),
        )
        .set_transit_encryption_mode(
            differs(observed.transit_encryption_mode != desired.transit_encryption_mode)
                .and_then(|()| desired.transit_encryption_mode.as_deref().map(TransitEncryptionMode::from)),
        )
        .set_security_group_ids(Some(all_known(&desired.security_group_ids)?))
        .set_cache_parameter_group_name(some_known(desired.cache_parameter_group_name.as_ref())?)
        .set_user_group_ids_to_add((!add.is_empty()).then_some(add))
        .set_user_group_ids_to_remove((!remove.is_empty()).then_some(remove))
        .snapshot_retention_limit(int(desired.snapshot_retention_limit)?)
        .set_snapshot_window(desired.snapshot_window.clone())
        .set_preferred_maintenance_window(desired.preferred_maintenance_window.clone())
        .auto_minor_version_upgrade(desired.auto_minor_version_upgrade)
        .set_log_delivery_configurations((!logs.is_empty()).then_some(logs));
    call.send().await.map(|_| ()).map_err(at("elasticache:ModifyReplicationGroup"))
}

async fn resize(cloud: &Cloud, id: &str, before: i64, after: i64) -> Result<(), ProviderError> {
    let replicas = int(after - 1)?;
    if after > before {
        let call = cloud.elasticache().increase_replica_count().replication_group_id(id).new_replica_count(replicas);
        call.apply_immediately(true).send().await.map(|_| ()).map_err(at("elasticache:IncreaseReplicaCount"))
    } else {
        let call = cloud.elasticache().decrease_replica_count().replication_group_id(id).new_replica_count(replicas);
        call.apply_immediately(true).send().await.map(|_| ()).map_err(at("elasticache:DecreaseReplicaCount"))
    }
}

#[async_trait]
impl Handler for ReplicationGroup {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = target.id.map_or(target.properties.replication_group_id.as_str(), |id| id.0.as_str());
        let Some(group) = describe(cloud, id).await? else { return Ok(None) };
        let readiness = readiness(&group);
        // moto keeps a deleted group as `deleting` for ever.
        if cloud.settings.emulator && readiness == Readiness::Deleting {
            return Ok(None);
        }
        let arn = group.arn().ok_or_else(|| missing("elasticache:DescribeReplicationGroups", "ARN"))?;
        let member = member(cloud, &group).await?;
        let labels = match read_tags(cloud, arn).await {
            // Tags of a group that is on its way out cannot be asked for.
            Err(error) if error.kind == ErrorKind::Invalid && readiness == Readiness::Deleting => Tags::new(),
            answer => answer?,
        };
        let properties = read(cloud, &group, member.as_ref(), target.properties, labels);
        let mut observed = Observed::ready(id, properties).output("ReplicationGroupId", id).readiness(readiness);
        let nodes = group.node_groups().first();
        let primary = nodes.and_then(|nodes| nodes.primary_endpoint());
        let reader = nodes.and_then(|nodes| nodes.reader_endpoint());
        let address = |endpoint: Option<&Endpoint>| endpoint.and_then(|endpoint| endpoint.address()).map(ToOwned::to_owned);
        let outputs = [
            ("PrimaryEndPoint.Address", address(primary)),
            ("PrimaryEndPoint.Port", primary.and_then(|endpoint| endpoint.port()).map(|port| port.to_string())),
            (
                "ReaderEndPoint.Address",
                // moto makes one node only, which is read where it is written.
                untold(cloud, address(reader), address(primary)),
            ),
        ];
        // Addresses come only when the nodes stand; it is pending until then.
        for (output, value) in outputs {
            if let Some(value) = value {
                observed = observed.output(output, value);
            }
        }
        Ok(Some(observed))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let users = all_known(&desired.user_group_ids)?;
        let logs = sdk_logs(&desired.log_delivery_configurations)?;
        let call = cloud
            .elasticache()
            .create_replication_group()
            .replication_group_id(&desired.replication_group_id)
            .replication_group_description(&desired.replication_group_description)
            .engine(&desired.engine)
            .engine_version(&desired.engine_version)
            .cache_node_type(&desired.cache_node_type)
            .num_cache_clusters(int(desired.num_cache_clusters)?)
            .automatic_failover_enabled(desired.automatic_failover_enabled)
            .multi_az_enabled(desired.multi_az_enabled)
            .at_rest_encryption_enabled(desired.at_rest_encryption_enabled)
            .transit_encryption_enabled(desired.transit_encryption_enabled)
            .set_transit_encryption_mode(desired.transit_encryption_mode.as_deref().map(TransitEncryptionMode::from))
            .set_kms_key_id(some_known(desired.kms_key_id.as_ref())?)
            .cache_subnet_group_name(known(&desired.cache_subnet_group_name)?)
            .set_security_group_ids(Some(all_known(&desired.security_group_ids)?))
            .set_cache_parameter_group_name(some_known(desired.cache_parameter_group_name.as_ref())?)
            .set_user_group_ids((!users.is_empty()).then_some(users))
            .snapshot_retention_limit(int(desired.snapshot_retention_limit)?)
            .set_snapshot_window(desired.snapshot_window.clone())
            .set_preferred_maintenance_window(desired.preferred_maintenance_window.clone())
            .auto_minor_version_upgrade(desired.auto_minor_version_upgrade)
            .port(int(desired.port)?)
            .set_log_delivery_configurations((!logs.is_empty()).then_some(logs))
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)));
        match call.send().await.map_err(at("elasticache:CreateReplicationGroup")) {
            // An emulator shows a deleted group as `deleting` for ever, and so can never make it again.
            Err(error) if cloud.settings.emulator && error.kind == ErrorKind::Conflict => {
                let seen = describe(cloud, &desired.replication_group_id).await?;
                let leftover = seen.is_some_and(|seen| seen.status() == Some("deleting"));
                return Err(if leftover { ProviderError { kind: ErrorKind::Unsupported, ..error } } else { error });
            }
            answer => answer?,
        };
        Ok(PhysicalId(desired.replication_group_id.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        retag(cloud, &cloud.arn("elasticache", &format!("replicationgroup:{id}")), &observed.tags, &desired.tags).await?;
        let (before, after) = (observed.num_cache_clusters, desired.num_cache_clusters);
        // More nodes come first: failover over several zones needs them.
        if after > before {
            resize(cloud, id, before, after).await?;
            settled(cloud, id).await?;
        }
        if (Self { tags: desired.tags.clone(), num_cache_clusters: after, ..observed.clone() }) != *desired {
            modify(cloud, id, desired, observed).await?;
            if after < before {
                settled(cloud, id).await?;
            }
        }
        if after < before {
            resize(cloud, id, before, after).await?;
        }
        Ok(())
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let id = target.id()?;
        match describe(cloud, id).await?.as_ref().map(readiness) {
            None | Some(Readiness::Deleting) => return Ok(()),
            Some(_) => {}
        }
        let call = cloud.elasticache().delete_replication_group().replication_group_id(id).retain_primary_cluster(false);
        gone(call.send().await.map_err(at("elasticache:DeleteReplicationGroup")))
    }
}
