//! `AWS::Route53::HostedZone` by the Route 53 API.
//!
//! Zones of one name can stand side by side, and creation takes no tags: the caller reference names the owner from the first
//! moment, tags follow.

use async_trait::async_trait;
use aws_sdk_route53::types::{HostedZoneConfig as SdkConfig, Tag, TagResourceType, Vpc, VpcRegion};
use strata_aws::route53::{HostedZone, HostedZoneConfig, HostedZoneVpc, QueryLoggingConfig};
use strata_graph::{PhysicalId, Tags, Text};
use strata_provider::ProviderError;

use super::{plain_id, plain_name};
use crate::client::Cloud;
use crate::error::{failed, found, gone, missing};
use crate::handler::{Handler, Observed, Target, asked};
use crate::tags::{self, known};

async fn read_tags(cloud: &Cloud, id: &str) -> Result<Tags, ProviderError> {
    let answer = cloud.route53().list_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id).send().await;
    let Some(answer) = found(answer.map_err(|error| failed("route53:ListTagsForResource", error)))? else { return Ok(Tags::new()) };
    let all = answer.resource_tag_set().map(|set| set.tags()).unwrap_or_default();
    Ok(tags::read(all.iter().map(|tag| (tag.key().unwrap_or_default(), tag.value().unwrap_or_default()))))
}

async fn retag(cloud: &Cloud, id: &str, observed: &Tags, desired: &Tags) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(observed, desired)?;
    if set.is_empty() && remove.is_empty() {
        return Ok(());
    }
    let set: Vec<Tag> = set.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    let call = cloud
        .route53()
        .change_tags_for_resource()
        .resource_type(TagResourceType::Hostedzone)
        .resource_id(id)
        .set_add_tags(Some(set).filter(|all| !all.is_empty()))
        .set_remove_tag_keys(Some(remove).filter(|all| !all.is_empty()));
    call.send().await.map(|_| ()).map_err(|error| failed("route53:ChangeTagsForResource", error))
}

/// The reference that every zone of an address begins with: it tells whose a zone is before it has tags.
fn reference(target: &Target<'_, HostedZone>) -> String {
    format!("strata/{}/{}/", target.platform, target.address)
}

/// Finds a zone by its name, and then by its caller reference or its ownership tags.
async fn find(cloud: &Cloud, target: &Target<'_, HostedZone>) -> Result<Option<String>, ProviderError> {
    let name = plain_name(&target.properties.name);
    let answer = cloud.route53().list_hosted_zones_by_name().dns_name(&name).send().await;
    let answer = answer.map_err(|error| failed("route53:ListHostedZonesByName", error))?;
    for zone in answer.hosted_zones().iter().filter(|zone| plain_name(zone.name()) == name) {
        let id = plain_id(zone.id());
        if zone.caller_reference().starts_with(&reference(target)) {
            return Ok(Some(id.to_owned()));
        }
        if tags::owns(&read_tags(cloud, id).await?, target) {
            return Ok(Some(id.to_owned()));
        }
    }
    Ok(None)
}

fn sdk_vpc(vpc: &HostedZoneVpc) -> Result<Vpc, ProviderError> {
    Ok(Vpc::builder().vpc_id(known(&vpc.vpc_id)?).vpc_region(VpcRegion::from(known(&vpc.vpc_region)?)).build())
}

async fn associate(cloud: &Cloud, id: &str, vpc: &HostedZoneVpc) -> Result<(), ProviderError> {
    let answer = cloud.route53().associate_vpc_with_hosted_zone().hosted_zone_id(id).vpc(sdk_vpc(vpc)?).send().await;
    answer.map(|_| ()).map_err(|error| failed("route53:AssociateVPCWithHostedZone", error))
}

/// The ids of the zone's query logs with the ARNs of their groups; AWS allows one.
async fn query_logs(cloud: &Cloud, zone: &str) -> Result<Vec<(String, String)>, ProviderError> {
    // moto knows no zone by the id that AWS takes here, and lists those of all zones.
    let of = (!cloud.settings.emulator).then(|| zone.to_owned());
    let pages = cloud.route53().list_query_logging_configs().set_hosted_zone_id(of).into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.map_err(|error| failed("route53:ListQueryLoggingConfigs", error));
    let own = found(all)?.unwrap_or_default().into_iter().filter(|config| plain_id(&config.hosted_zone_id) == zone);
    // AWS takes the ARN with and without the `:*` of its streams, and says what it was given.
    Ok(own.map(|config| (config.id, config.cloud_watch_logs_log_group_arn.trim_end_matches(":*").to_owned())).collect())
}

/// Makes the zone's query log what it shall be, by what is there now: of an earlier try the answer may be lost.
async fn log_queries(cloud: &Cloud, zone: &str, desired: Option<&QueryLoggingConfig>) -> Result<(), ProviderError> {
    let wanted = desired.map(|config| known(&config.cloud_watch_logs_log_group_arn)).transpose()?;
    let mut stands = false;
    for (id, group) in query_logs(cloud, zone).await? {
        if wanted == Some(group.as_str()) {
            stands = true;
            continue;
        }
        let answer = cloud.route53().delete_query_logging_config().id(id).send().await;
        gone(answer.map_err(|error| failed("route53:DeleteQueryLoggingConfig", error)))?;
    }
    if let (false, Some(group)) = (stands, wanted) {
        let call = cloud.route53().create_query_logging_config().hosted_zone_id(zone).cloud_watch_logs_log_group_arn(format!("{group}:*"));
        call.send().await.map_err(|error| failed("route53:CreateQueryLoggingConfig", error))?;
    }
    Ok(())
}

#[async_trait]
impl Handler for HostedZone {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let id = match target.id {
            Some(id) => Some(id.0.clone()),
            None => find(cloud, target).await?,
        };
        let Some(id) = id else { return Ok(None) };
        let (answer, tags) = tokio::join!(cloud.route53().get_hosted_zone().id(&id).send(), read_tags(cloud, &id));
        let Some(answer) = found(answer.map_err(|error| failed("route53:GetHostedZone", error)))? else { return Ok(None) };
        let Some(zone) = answer.hosted_zone() else { return Ok(None) };
        let wanted = target.properties;
        let comment = zone.config().and_then(|config| config.comment()).unwrap_or_default().to_owned();
        let mut vpcs: Vec<HostedZoneVpc> = answer
            .vpcs()
            .iter()
            .map(|vpc| HostedZoneVpc {
                vpc_id: vpc.vpc_id().unwrap_or_default().into(),
                vpc_region: vpc.vpc_region().map_or_else(Text::default, |region| region.as_str().into()),
            })
            .collect();
        vpcs.sort_by(|left, right| left.vpc_id.cmp(&right.vpc_id));
        let is_private = zone.config().is_some_and(|config| config.private_zone());
        let logs = if is_private { Vec::new() } else { query_logs(cloud, &id).await? };
        let properties = Self {
            query_logging_config: logs
                .first()
                .map(|(_, group)| QueryLoggingConfig { cloud_watch_logs_log_group_arn: group.as_str().into() }),
            name: plain_name(zone.name()),
            hosted_zone_config: asked(wanted.hosted_zone_config.as_ref(), Some(HostedZoneConfig { comment })),
            vpcs,
            tags: tags?,
        };
        let servers = answer.delegation_set().map(|set| set.name_servers().join(",")).unwrap_or_default();
        // The tags come by a second call; until then the reference of the creating one says whose it is.
        let proven = zone.caller_reference().starts_with(&reference(target));
        let seen = Observed::ready(&id, properties).output("Id", &id).output("NameServers", servers).proven(proven);
        // Terraform imports the log by an id of its own.
        Ok(Some(match logs.first() {
            Some((id, _)) => seen.output("QueryLoggingConfigId", id),
            None => seen,
        }))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        // At most 128 characters: what the token adds makes a later zone of the same address another one.
        let mut reference = format!("{}{}", reference(target), target.token);
        if reference.len() > 128 {
            reference = format!("strata/{}", target.token);
        }
        let mut call = cloud.route53().create_hosted_zone().name(&desired.name).caller_reference(reference);
        let comment = desired.hosted_zone_config.as_ref().map(|config| config.comment.clone());
        if comment.is_some() || !desired.vpcs.is_empty() {
            let config = SdkConfig::builder().set_comment(comment).private_zone(!desired.vpcs.is_empty());
            call = call.hosted_zone_config(config.build());
        }
        // One network at creation, the others after it.
        if let Some(vpc) = desired.vpcs.first() {
            call = call.vpc(sdk_vpc(vpc)?);
        }
        let answer = call.send().await.map_err(|error| failed("route53:CreateHostedZone", error))?;
        let id = answer.hosted_zone().map(|zone| plain_id(zone.id()).to_owned());
        let id = id.ok_or_else(|| missing("route53:CreateHostedZone", "HostedZone"))?;
        retag(cloud, &id, &Tags::new(), &desired.tags).await?;
        for vpc in desired.vpcs.iter().skip(1) {
            associate(cloud, &id, vpc).await?;
        }
        if desired.query_logging_config.is_some() {
            log_queries(cloud, &id, desired.query_logging_config.as_ref()).await?;
        }
        Ok(PhysicalId(id))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let (id, desired) = (target.id()?, target.properties);
        if observed.hosted_zone_config != desired.hosted_zone_config {
            let comment = desired.hosted_zone_config.as_ref().map(|config| config.comment.clone());
            let answer = cloud.route53().update_hosted_zone_comment().id(id).set_comment(comment).send().await;
            answer.map_err(|error| failed("route53:UpdateHostedZoneComment", error))?;
        }
        // A private zone needs one network at all times: what is new comes before what is old goes.
        for vpc in desired.vpcs.iter().filter(|vpc| !observed.vpcs.contains(vpc)) {
            associate(cloud, id, vpc).await?;
        }
        for vpc in observed.vpcs.iter().filter(|vpc| !desired.vpcs.contains(vpc)) {
            let call = cloud.route53().disassociate_vpc_from_hosted_zone().hosted_zone_id(id).vpc(sdk_vpc(vpc)?);
            gone(call.send().await.map_err(|error| failed("route53:DisassociateVPCFromHostedZone", error)))?;
        }
        if observed.query_logging_config != desired.query_logging_config {
            log_queries(cloud, id, desired.query_logging_config.as_ref()).await?;
        }
        retag(cloud, id, &observed.tags, &desired.tags).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        if target.properties.query_logging_config.is_some() {
            log_queries(cloud, target.id()?, None).await?;
        }
        let answer = cloud.route53().delete_hosted_zone().id(target.id()?).send().await;
        gone(answer.map_err(|error| failed("route53:DeleteHostedZone", error)))
    }
}
