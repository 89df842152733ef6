//! `AWS::OpenSearchService::Domain` by the OpenSearch Service API. A domain's id is the name that we choose.
//!
//! A domain takes a quarter of an hour to half an hour to be made or changed, and one change at a time; its endpoint comes last.
//! Invariant: who the master user is, no call tells, so every update says it again.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_opensearch::types::{self as sdk, AutoTuneState, DomainProcessingStatusType, DomainStatus, LogType};
use strata_aws::opensearch::{
    AdvancedSecurityOptions, AutoTuneOptions, ClusterConfig, Domain, DomainEndpointOptions, EbsOptions, EncryptionAtRestOptions,
    LogPublishingOption, NodeToNodeEncryptionOptions, OffPeakWindow, OffPeakWindowOptions, SoftwareUpdateOptions, VpcOptions,
    WindowStartTime, ZoneAwarenessConfig,
};
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use super::{read_tags, retag, sdk_tags};
use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};
use crate::values::{all_known, at, int, policy_json, read_policy, some_int, some_known, sorted, untold};

/// Words of refusals that pass by themselves: what the domain leans on is new and not in force everywhere yet, or the domain of that name before
/// it is not quite gone. The service sends them all as `ValidationException` or `InvalidTypeException`.
const PASSING: &[&str] = &[
    "does not grant sufficient permissions",
    "enable a service-linked role",
    "Error setting policy",
    "has not propagated yet",
    "is still being deleted",
    "must be allowed to use the passed role",
    "change/update is in progress",
];

/// A refusal as it is, or as one that passes.
fn passing(error: ProviderError) -> ProviderError {
    let passes = error.kind == ErrorKind::Invalid && PASSING.iter().any(|words| error.message.contains(words));
    ProviderError { kind: if passes { ErrorKind::Transient } else { error.kind }, ..error }
}

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<DomainStatus>, ProviderError> {
    let answer = cloud.opensearch().describe_domain().domain_name(name).send().await;
    let answer = found(answer.map_err(at("es:DescribeDomain")))?;
    Ok(answer.and_then(|answer| answer.domain_status))
}

/// Where requests go: the address in the network, else the one on the internet.
fn endpoint(seen: &DomainStatus) -> Option<&str> {
    seen.endpoints().and_then(|all| all.get("vpc")).map(String::as_str).or_else(|| seen.endpoint())
}

fn readiness(seen: &DomainStatus) -> Readiness {
    let status = seen.domain_processing_status();
    if seen.deleted() == Some(true) || status == Some(&DomainProcessingStatusType::Deleting) {
        return Readiness::Deleting;
    }
    // The service cuts a domain off whose key it may not use any more.
    if status == Some(&DomainProcessingStatusType::Isolated) {
        return Readiness::Failed("isolated".to_owned());
    }
    if seen.created() != Some(true) || endpoint(seen).is_none() {
        return Readiness::Pending("creating".to_owned());
    }
    if seen.upgrade_processing() == Some(true) {
        return Readiness::Pending("upgrading".to_owned());
    }
    if seen.processing() == Some(true) {
        return Readiness::Pending("processing".to_owned());
    }
    Readiness::Ready
}

/// A key in the words that were asked for: the service names it by its ARN or by its id alone.
fn key(desired: Option<&Text>, seen: Option<&str>) -> Option<Text> {
    let seen = seen.filter(|seen| !seen.is_empty())?;
    let same = desired.filter(|text| text.as_literal().is_some_and(|arn| arn.ends_with(&format!("/{seen}"))));
    Some(same.cloned().unwrap_or_else(|| seen.into()))
}

/// A log group's ARN in the words that were asked for: with or without the `:*` that stands for its streams.
fn log_group(desired: Option<&LogPublishingOption>, seen: &str) -> Text {
    let bare = |arn: &str| arn.trim_end_matches(":*").to_owned();
    let asked = desired.map(|log| &log.cloud_watch_logs_log_group_arn);
    let same = asked.filter(|text| text.as_literal().is_some_and(|arn| bare(arn) == bare(seen)));
    same.cloned().unwrap_or_else(|| seen.into())
}

fn read_nodes(seen: &DomainStatus, desired: &ClusterConfig) -> ClusterConfig {
    let Some(nodes) = seen.cluster_config() else { return ClusterConfig::default() };
    let zones = nodes.zone_awareness_config().and_then(|zones| zones.availability_zone_count());
    ClusterConfig {
        instance_type: nodes.instance_type().map(|class| class.as_str().to_owned()).unwrap_or_default(),
        instance_count: nodes.instance_count().unwrap_or_default().into(),
        dedicated_master_enabled: nodes.dedicated_master_enabled().unwrap_or_default(),
        dedicated_master_type: asked(
            desired.dedicated_master_type.as_ref(),
            nodes.dedicated_master_type().map(|class| class.as_str().to_owned()),
        ),
        dedicated_master_count: asked(desired.dedicated_master_count.as_ref(), nodes.dedicated_master_count().map(i64::from)),
        zone_awareness_enabled: nodes.zone_awareness_enabled().unwrap_or_default(),
        zone_awareness_config: asked(
            desired.zone_awareness_config.as_ref(),
            zones.map(|count| ZoneAwarenessConfig { availability_zone_count: count.into() }),
        ),
    }
}

fn read_logs(seen: &DomainStatus, desired: &Domain) -> BTreeMap<String, LogPublishingOption> {
    let logs = seen.log_publishing_options().into_iter().flatten();
    logs.map(|(kind, log)| {
        let kind = kind.as_str().to_owned();
        let group = log_group(desired.log_publishing_options.get(&kind), log.cloud_watch_logs_log_group_arn().unwrap_or_default());
        (kind, LogPublishingOption { cloud_watch_logs_log_group_arn: group, enabled: log.enabled().unwrap_or_default() })
    })
    .collect()
}

fn read_window(seen: &DomainStatus, desired: &OffPeakWindowOptions) -> OffPeakWindowOptions {
    let window = seen.off_peak_window_options();
    let start = window.and_then(|window| window.off_peak_window()).and_then(|window| window.window_start_time());
    let start = start.map(|start| OffPeakWindow { window_start_time: WindowStartTime { hours: start.hours(), minutes: start.minutes() } });
    OffPeakWindowOptions {
        enabled: window.and_then(|window| window.enabled()).unwrap_or_default(),
        off_peak_window: asked(desired.off_peak_window.as_ref(), start),
    }
}

/// What is wanted of the tuning, by the state that it is in. A failure of it is no wish, and so no drift.
fn read_tuning(cloud: &Cloud, seen: &DomainStatus, desired: &Domain) -> Option<AutoTuneOptions> {
    let state = seen.auto_tune_options().and_then(|tuning| tuning.state());
    let state = state.map(|state| match state {
        AutoTuneState::Enabled | AutoTuneState::EnableInProgress => "ENABLED".to_owned(),
        AutoTuneState::Error => desired.auto_tune_options.as_ref().map(|tuning| tuning.desired_state.clone()).unwrap_or_default(),
        _ => "DISABLED".to_owned(),
    });
    // moto tells the state of a new domain, and after a change only what was asked for, by another name.
    let state = untold(cloud, state, desired.auto_tune_options.as_ref().map(|tuning| tuning.desired_state.clone()));
    asked(desired.auto_tune_options.as_ref(), state.map(|desired_state| AutoTuneOptions { desired_state }))
}

/// The domain in the document's words.
fn read(cloud: &Cloud, seen: &DomainStatus, desired: &Domain, labels: Tags) -> Result<Domain, ProviderError> {
    let policy = seen.access_policies().filter(|json| !json.is_empty());
    let encryption = seen.encryption_at_rest_options();
    let door = seen.domain_endpoint_options();
    let security = seen.advanced_security_options();
    let disks = seen.ebs_options();
    Ok(Domain {
        domain_name: seen.domain_name().to_owned(),
        engine_version: seen.engine_version().unwrap_or_default().to_owned(),
        cluster_config: read_nodes(seen, &desired.cluster_config),
        ebs_options: EbsOptions {
            ebs_enabled: disks.and_then(|disks| disks.ebs_enabled()).unwrap_or_default(),
            volume_type: disks.and_then(|disks| disks.volume_type()).map(|kind| kind.as_str().to_owned()),
            volume_size: disks.and_then(|disks| disks.volume_size()).map(i64::from),
        },
        vpc_options: seen.vpc_options().map(|network| VpcOptions {
            subnet_ids: sorted(network.subnet_ids()),
            security_group_ids: sorted(network.security_group_ids()),
        }),
        access_policies: policy.map(|json| read_policy(json, "es:DescribeDomain")).transpose()?,
        encryption_at_rest_options: EncryptionAtRestOptions {
            enabled: encryption.and_then(|encryption| encryption.enabled()).unwrap_or_default(),
            kms_key_id: key(
                desired.encryption_at_rest_options.kms_key_id.as_ref(),
                encryption.and_then(|encryption| encryption.kms_key_id()),
            ),
        },
        node_to_node_encryption_options: NodeToNodeEncryptionOptions {
            enabled: seen.node_to_node_encryption_options().and_then(|between| between.enabled()).unwrap_or_default(),
        },
        domain_endpoint_options: DomainEndpointOptions {
            enforce_https: door.and_then(|door| door.enforce_https()).unwrap_or_default(),
            tls_security_policy: door.and_then(|door| door.tls_security_policy()).map(|policy| policy.as_str().to_owned()),
        },
        advanced_security_options: AdvancedSecurityOptions {
            enabled: security.and_then(|security| security.enabled()).unwrap_or_default(),
            internal_user_database_enabled: security.and_then(|security| security.internal_user_database_enabled()).unwrap_or_default(),
            master_user_options: None,
        },
        log_publishing_options: read_logs(seen, desired),
        auto_tune_options: read_tuning(cloud, seen, desired),
        software_update_options: SoftwareUpdateOptions {
            auto_software_update_enabled: seen
                .software_update_options()
                .and_then(|updates| updates.auto_software_update_enabled())
                .unwrap_or_default(),
        },
        off_peak_window_options: read_window(seen, &desired.off_peak_window_options),
        tags: labels,
    })
}

fn sdk_nodes(nodes: &ClusterConfig) -> Result<sdk::ClusterConfig, ProviderError> {
    let class = |class: &String| sdk::OpenSearchPartitionInstanceType::from(class.as_str());
    let zones = nodes.zone_awareness_config.as_ref().map(|zones| int(zones.availability_zone_count)).transpose()?;
    Ok(sdk::ClusterConfig::builder()
        .instance_type(class(&nodes.instance_type))
        .instance_count(int(nodes.instance_count)?)
        .dedicated_master_enabled(nodes.dedicated_master_enabled)
        .set_dedicated_master_type(nodes.dedicated_master_type.as_ref().map(class))
        .set_dedicated_master_count(some_int(nodes.dedicated_master_count)?)
        .zone_awareness_enabled(nodes.zone_awareness_enabled)
        .set_zone_awareness_config(zones.map(|count| sdk::ZoneAwarenessConfig::builder().availability_zone_count(count).build()))
        .build())
}

fn sdk_disks(disks: &EbsOptions) -> Result<sdk::EbsOptions, ProviderError> {
    Ok(sdk::EbsOptions::builder()
        .ebs_enabled(disks.ebs_enabled)
        .set_volume_type(disks.volume_type.as_deref().map(sdk::VolumeType::from))
        .set_volume_size(some_int(disks.volume_size)?)
        .build())
}

fn sdk_network(network: Option<&VpcOptions>) -> Result<Option<sdk::VpcOptions>, ProviderError> {
    let Some(network) = network else { return Ok(None) };
    let options = sdk::VpcOptions::builder()
        .set_subnet_ids(Some(all_known(&network.subnet_ids)?))
        .set_security_group_ids(Some(all_known(&network.security_group_ids)?));
    Ok(Some(options.build()))
}

fn sdk_encryption(encryption: &EncryptionAtRestOptions) -> Result<sdk::EncryptionAtRestOptions, ProviderError> {
    let key = some_known(encryption.kms_key_id.as_ref())?;
    Ok(sdk::EncryptionAtRestOptions::builder().enabled(encryption.enabled).set_kms_key_id(key).build())
}

fn sdk_between(between: &NodeToNodeEncryptionOptions) -> sdk::NodeToNodeEncryptionOptions {
    sdk::NodeToNodeEncryptionOptions::builder().enabled(between.enabled).build()
}

fn sdk_door(door: &DomainEndpointOptions) -> sdk::DomainEndpointOptions {
    let policy = door.tls_security_policy.as_deref().map(sdk::TlsSecurityPolicy::from);
    sdk::DomainEndpointOptions::builder().enforce_https(door.enforce_https).set_tls_security_policy(policy).build()
}

fn sdk_security(security: &AdvancedSecurityOptions) -> Result<sdk::AdvancedSecurityOptionsInput, ProviderError> {
    let master = security.master_user_options.as_ref().map(|master| known(&master.master_user_arn)).transpose()?;
    let master = master.map(|arn| sdk::MasterUserOptions::builder().master_user_arn(arn).build());
    Ok(sdk::AdvancedSecurityOptionsInput::builder()
        .enabled(security.enabled)
        .internal_user_database_enabled(security.internal_user_database_enabled)
        .set_master_user_options(master)
        .build())
}

type SdkLogs = HashMap<LogType, sdk::LogPublishingOption>;

/// The logs that are asked for, and, to be turned off, those that were seen and are not.
fn sdk_logs(
    logs: &BTreeMap<String, LogPublishingOption>,
    seen: &BTreeMap<String, LogPublishingOption>,
) -> Result<Option<SdkLogs>, ProviderError> {
    let mut all = SdkLogs::new();
    let unwanted = seen.iter().filter(|(kind, log)| log.enabled && !logs.contains_key(*kind));
    for (kind, log, enabled) in
        logs.iter().map(|(kind, log)| (kind, log, log.enabled)).chain(unwanted.map(|(kind, log)| (kind, log, false)))
    {
        let option = sdk::LogPublishingOption::builder()
            .cloud_watch_logs_log_group_arn(known(&log.cloud_watch_logs_log_group_arn)?)
            .enabled(enabled)
            .build();
        all.insert(LogType::from(kind.as_str()), option);
    }
    Ok((!all.is_empty()).then_some(all))
}

fn sdk_updates(updates: &SoftwareUpdateOptions) -> sdk::SoftwareUpdateOptions {
    sdk::SoftwareUpdateOptions::builder().auto_software_update_enabled(updates.auto_software_update_enabled).build()
}

fn sdk_window(window: &OffPeakWindowOptions) -> Result<sdk::OffPeakWindowOptions, ProviderError> {
    let start = window.off_peak_window.as_ref().map(|window| {
        let start = &window.window_start_time;
        let start = sdk::WindowStartTime::builder().hours(start.hours).minutes(start.minutes).build();
        sdk::OffPeakWindow::builder().window_start_time(start).build()
    });
    Ok(sdk::OffPeakWindowOptions::builder().enabled(window.enabled).set_off_peak_window(start).build())
}

/// A domain takes one change at a time: waits until the one before is done.
async fn settled(cloud: &Cloud, name: &str) -> Result<(), ProviderError> {
    for _ in 0..720 {
        match describe(cloud, name).await?.as_ref().map(readiness) {
            Some(Readiness::Pending(_)) => tokio::time::sleep(Duration::from_secs(10)).await,
            _ => return Ok(()),
        }
    }
    let message = format!("the domain {name} is still being changed after two hours");
    Err(ProviderError::new(ErrorKind::Transient, "es:DescribeDomain", message))
}

async fn upgrade(cloud: &Cloud, name: &str, version: &str) -> Result<(), ProviderError> {
    let call = cloud.opensearch().upgrade_domain().domain_name(name).target_version(version);
    call.send().await.map(|_| ()).map_err(at("es:UpgradeDomain")).map_err(passing)
}

/// Sends what differs, and the master user.
async fn configure(cloud: &Cloud, name: &str, desired: &Domain, observed: &Domain) -> Result<(), ProviderError> {
    let network = if observed.vpc_options == desired.vpc_options { None } else { desired.vpc_options.as_ref() };
    let nodes = (observed.cluster_config != desired.cluster_config).then(|| sdk_nodes(&desired.cluster_config)).transpose()?;
    let disks = (observed.ebs_options != desired.ebs_options).then(|| sdk_disks(&desired.ebs_options)).transpose()?;
    let policy = if observed.access_policies == desired.access_policies { None } else { desired.access_policies.as_ref() };
    let policy = policy.map(|policy| policy_json(policy, "es:UpdateDomainConfig")).transpose()?;
    let encryption = (observed.encryption_at_rest_options != desired.encryption_at_rest_options)
        .then(|| sdk_encryption(&desired.encryption_at_rest_options))
        .transpose()?;
    let between = &desired.node_to_node_encryption_options;
    let between = (observed.node_to_node_encryption_options != *between).then(|| sdk_between(between));
    let door = &desired.domain_endpoint_options;
    let door = (observed.domain_endpoint_options != *door).then(|| sdk_door(door));
    let logs = if observed.log_publishing_options == desired.log_publishing_options {
        None
    } else {
        sdk_logs(&desired.log_publishing_options, &observed.log_publishing_options)?
    };
    let tuning = desired.auto_tune_options.as_ref().filter(|_| observed.auto_tune_options != desired.auto_tune_options).map(|tuning| {
        sdk::AutoTuneOptions::builder().desired_state(sdk::AutoTuneDesiredState::from(tuning.desired_state.as_str())).build()
    });
    let updates = &desired.software_update_options;
    let updates = (observed.software_update_options != *updates).then(|| sdk_updates(updates));
    let window = &desired.off_peak_window_options;
    let window = (observed.off_peak_window_options != *window).then(|| sdk_window(window)).transpose()?;
    let call = cloud
        .opensearch()
        .update_domain_config()
        .domain_name(name)
        .set_cluster_config(nodes)
        .set_ebs_options(disks)
        .set_vpc_options(sdk_network(network)?)
        .set_access_policies(policy)
        .set_encryption_at_rest_options(encryption)
        .set_node_to_node_encryption_options(between)
        .set_domain_endpoint_options(door)
        .advanced_security_options(sdk_security(&desired.advanced_security_options)?)
        .set_log_publishing_options(logs)
        .set_auto_tune_options(tuning)
        .set_software_update_options(updates)
        .set_off_peak_window_options(window);
    call.send().await.map(|_| ()).map_err(at("es:UpdateDomainConfig")).map_err(passing)
}

#[async_trait]
impl Handler for Domain {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.domain_name.as_str(), |id| id.0.as_str());
        let Some(seen) = describe(cloud, name).await? else { return Ok(None) };
        let readiness = readiness(&seen);
        let labels = match read_tags(cloud, seen.arn()).await {
            // Tags of a domain that is on its way out cannot be asked for.
            Err(error) if readiness == Readiness::Deleting && matches!(error.kind, ErrorKind::Invalid | ErrorKind::NotFound) => Tags::new(),
            answer => answer?,
        };
        let properties = read(cloud, &seen, target.properties, labels)?;
        let observed = Observed::ready(name, properties).output("DomainName", name).output("Arn", seen.arn()).readiness(readiness);
        Ok(Some(match endpoint(&seen) {
            Some(endpoint) => observed.output("DomainEndpoint", endpoint),
            None => observed,
        }))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        let policy = desired.access_policies.as_ref().map(|policy| policy_json(policy, "es:CreateDomain")).transpose()?;
        let tuning = desired.auto_tune_options.as_ref().map(|tuning| {
            sdk::AutoTuneOptionsInput::builder().desired_state(sdk::AutoTuneDesiredState::from(tuning.desired_state.as_str())).build()
        });
        let call = cloud
            .opensearch()
            .create_domain()
            .domain_name(&desired.domain_name)
            .engine_version(&desired.engine_version)
            .cluster_config(sdk_nodes(&desired.cluster_config)?)
            .ebs_options(sdk_disks(&desired.ebs_options)?)
            .set_vpc_options(sdk_network(desired.vpc_options.as_ref())?)
            .set_access_policies(policy)
            .encryption_at_rest_options(sdk_encryption(&desired.encryption_at_rest_options)?)
            .node_to_node_encryption_options(sdk_between(&desired.node_to_node_encryption_options))
            .domain_endpoint_options(sdk_door(&desired.domain_endpoint_options))
            .advanced_security_options(sdk_security(&desired.advanced_security_options)?)
            .set_log_publishing_options(sdk_logs(&desired.log_publishing_options, &BTreeMap::new())?)
            .set_auto_tune_options(tuning)
            .software_update_options(sdk_updates(&desired.software_update_options))
            .off_peak_window_options(sdk_window(&desired.off_peak_window_options)?)
            .set_tag_list(Some(sdk_tags(tags::plain(&desired.tags)?, "es:CreateDomain")?));
        call.send().await.map_err(at("es:CreateDomain")).map_err(passing)?;
        Ok(PhysicalId(desired.domain_name.clone()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (name, desired) = (target.id()?, target.properties);
        retag(cloud, &cloud.arn("es", &format!("domain/{name}")), &observed.tags, &desired.tags).await?;
        if observed.engine_version != desired.engine_version {
            settled(cloud, name).await?;
            upgrade(cloud, name, &desired.engine_version).await?;
        }
        settled(cloud, name).await?;
        configure(cloud, name, desired, observed).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        match describe(cloud, name).await?.as_ref().map(readiness) {
            None | Some(Readiness::Deleting) => return Ok(()),
            // A domain can be deleted while it is made or changed, but not while its engine is upgraded.
            Some(Readiness::Pending(what)) if what == "upgrading" => settled(cloud, name).await?,
            Some(_) => {}
        }
        gone(cloud.opensearch().delete_domain().domain_name(name).send().await.map_err(at("es:DeleteDomain")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> sdk::builders::DomainStatusBuilder {
        DomainStatus::builder().domain_id("1/books").domain_name("books").arn("arn:aws:es:us-east-1:111111111111:domain/books")
    }

    fn ready_with(seen: sdk::builders::DomainStatusBuilder) -> Option<Readiness> {
        let nodes = sdk::ClusterConfig::builder().build();
        seen.cluster_config(nodes).build().ok().as_ref().map(readiness)
    }

    #[test]
    fn a_domain_is_ready_when_it_is_made_at_rest_and_has_an_endpoint() {
        let made = || seen().created(true).endpoints("vpc", "vpc-books.us-east-1.es.amazonaws.com");
        assert_eq!(ready_with(made()), Some(Readiness::Ready));
        assert_eq!(ready_with(seen()), Some(Readiness::Pending("creating".to_owned())));
        assert_eq!(ready_with(seen().created(true).processing(true)), Some(Readiness::Pending("creating".to_owned())));
        assert_eq!(ready_with(made().processing(true)), Some(Readiness::Pending("processing".to_owned())));
        assert_eq!(ready_with(made().processing(true).upgrade_processing(true)), Some(Readiness::Pending("upgrading".to_owned())));
        // What is deleted is still described for a while, and as processing.
        assert_eq!(ready_with(made().processing(true).deleted(true)), Some(Readiness::Deleting));
        let isolated = made().domain_processing_status(DomainProcessingStatusType::Isolated);
        assert_eq!(ready_with(isolated), Some(Readiness::Failed("isolated".to_owned())));
    }

    #[test]
    fn other_spellings_of_what_was_asked_for_are_no_drift() {
        let arn = Text::from("arn:aws:kms:us-east-1:111111111111:key/1234");
        assert_eq!(key(Some(&arn), Some("1234")), Some(arn.clone()));
        assert_eq!(key(Some(&arn), Some("9999")), Some("9999".into()));
        assert_eq!(key(Some(&arn), None), None);
        let group = Text::from("arn:aws:logs:us-east-1:111111111111:log-group:books");
        let log = LogPublishingOption { cloud_watch_logs_log_group_arn: group.clone(), enabled: true };
        assert_eq!(log_group(Some(&log), "arn:aws:logs:us-east-1:111111111111:log-group:books:*"), group);
        assert_eq!(log_group(Some(&log), "other"), Text::from("other"));
    }

    #[test]
    fn a_log_that_is_not_wanted_any_more_is_turned_off() {
        let log = LogPublishingOption { cloud_watch_logs_log_group_arn: "group".into(), enabled: true };
        let seen: BTreeMap<String, LogPublishingOption> =
            [("AUDIT_LOGS", &log), ("INDEX_SLOW_LOGS", &log)].map(|(kind, log)| (kind.to_owned(), log.clone())).into();
        let wanted = [("AUDIT_LOGS".to_owned(), log)].into();
        let sent = sdk_logs(&wanted, &seen).ok().flatten().unwrap_or_default();
        let on = |kind: LogType| sent.get(&kind).and_then(|log| log.enabled());
        assert_eq!((on(LogType::AuditLogs), on(LogType::IndexSlowLogs)), (Some(true), Some(false)));
    }

    #[test]
    fn what_is_not_in_force_yet_passes_and_what_is_wrong_does_not() {
        let refusal = |message: &str| passing(ProviderError::new(ErrorKind::Invalid, "es:CreateDomain", message)).kind;
        assert_eq!(refusal("Before you can proceed, you must enable a service-linked role to give permissions"), ErrorKind::Transient);
        assert_eq!(refusal("the instance type is not valid"), ErrorKind::Invalid);
    }
}
