//! `AWS::Route53::RecordSet` by the Route 53 API. The physical id is `ZONE_NAME_TYPE`.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_route53::types::{AliasTarget as SdkAliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use strata_aws::route53::{AliasTarget, RecordSet};
use strata_graph::{PhysicalId, Text};
use strata_provider::{ErrorKind, ProviderError};

use super::plain_name;
use crate::client::Cloud;
use crate::error::{failed, found};
use crate::handler::{Handler, Observed, Target};
use crate::tags::known;

/// The zone, the name and the type, from the id or else from what is asked for.
fn parts(target: &Target<'_, RecordSet>) -> Option<(String, String, String)> {
    match target.id {
        Some(id) => {
            // Names may hold underscores; zones' ids and types do not.
            let (zone, rest) = id.0.split_once('_')?;
            let (name, kind) = rest.rsplit_once('_')?;
            Some((zone.to_owned(), plain_name(name), kind.to_owned()))
        }
        None => {
            let wanted = target.properties;
            let name = plain_name(wanted.name.as_literal()?);
            Some((wanted.hosted_zone_id.as_literal()?.to_owned(), name, wanted.record_type.clone()))
        }
    }
}

async fn find(cloud: &Cloud, zone: &str, name: &str, kind: &str) -> Result<Option<ResourceRecordSet>, ProviderError> {
    let call = cloud.route53().list_resource_record_sets().hosted_zone_id(zone);
    let call = call.start_record_name(name).start_record_type(RrType::from(kind)).max_items(1);
    let answer = found(call.send().await.map_err(|error| failed("route53:ListResourceRecordSets", error)))?;
    // The list begins at the name or, where there is none of it, at the next one.
    let is = |set: &&ResourceRecordSet| plain_name(set.name()) == name && set.r#type().as_str() == kind;
    Ok(answer.as_ref().and_then(|answer| answer.resource_record_sets().iter().find(is)).cloned())
}

/// The values: name servers of another zone are one text, its output, that joins them by commas.
fn values(records: &[Text]) -> Result<Vec<String>, ProviderError> {
    let all: Vec<&str> = records.iter().map(known).collect::<Result<_, _>>()?;
    Ok(all.into_iter().flat_map(separate).map(ToOwned::to_owned).collect())
}

/// The parts of a text of joined name servers; every other text as it is.
fn separate(text: &str) -> Vec<&str> {
    if text.contains(',') && !text.contains(['"', ' ']) { text.split(',').collect() } else { vec![text] }
}

/// What was seen, in the form in which it was asked for where it is the same.
fn read_records(seen: &[ResourceRecord], wanted: &[Text]) -> Vec<Text> {
    let set: BTreeSet<&str> = seen.iter().map(|record| record.value()).collect();
    let literals: Option<Vec<&str>> = wanted.iter().map(Text::as_literal).collect();
    match literals {
        Some(all) if all.iter().copied().flat_map(separate).collect::<BTreeSet<_>>() == set => wanted.to_vec(),
        _ => set.into_iter().map(Text::from).collect(),
    }
}

fn read_alias(seen: &SdkAliasTarget, wanted: Option<&AliasTarget>) -> AliasTarget {
    // Route 53 writes the name in small letters with a dot at its end.
    let name = plain_name(seen.dns_name());
    let dns_name = match wanted.and_then(|alias| alias.dns_name.as_literal()) {
        Some(text) if plain_name(text) == name => text.into(),
        _ => Text::from(name),
    };
    AliasTarget { dns_name, evaluate_target_health: seen.evaluate_target_health(), hosted_zone_id: seen.hosted_zone_id().into() }
}

fn wrong(error: impl std::fmt::Display) -> ProviderError {
    ProviderError::internal("route53:ChangeResourceRecordSets", error.to_string())
}

async fn change(cloud: &Cloud, zone: &str, action: ChangeAction, set: ResourceRecordSet) -> Result<(), ProviderError> {
    let change = Change::builder().action(action).resource_record_set(set).build().map_err(wrong)?;
    let batch = ChangeBatch::builder().changes(change).build().map_err(wrong)?;
    let answer = cloud.route53().change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await;
    answer.map(|_| ()).map_err(|error| failed("route53:ChangeResourceRecordSets", error))
}

async fn upsert(cloud: &Cloud, desired: &RecordSet) -> Result<(), ProviderError> {
    let mut set =
        ResourceRecordSet::builder().name(known(&desired.name)?).r#type(RrType::from(desired.record_type.as_str())).set_ttl(desired.ttl);
    for value in values(&desired.resource_records)? {
        set = set.resource_records(ResourceRecord::builder().value(value).build().map_err(wrong)?);
    }
    if let Some(alias) = &desired.alias_target {
        let alias = SdkAliasTarget::builder()
            .dns_name(known(&alias.dns_name)?)
            .hosted_zone_id(known(&alias.hosted_zone_id)?)
            .evaluate_target_health(alias.evaluate_target_health);
        set = set.alias_target(alias.build().map_err(wrong)?);
    }
    change(cloud, known(&desired.hosted_zone_id)?, ChangeAction::Upsert, set.build().map_err(wrong)?).await
}

#[async_trait]
impl Handler for RecordSet {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let Some((zone, name, kind)) = parts(target) else { return Ok(None) };
        let Some(set) = find(cloud, &zone, &name, &kind).await? else { return Ok(None) };
        let wanted = target.properties;
        let properties = Self {
            hosted_zone_id: zone.as_str().into(),
            name: match wanted.name.as_literal() {
                Some(text) if plain_name(text) == name => text.into(),
                _ => Text::from(name.as_str()),
            },
            record_type: kind.clone(),
            // The emulator says 0 for aliases.
            ttl: set.ttl().filter(|_| set.alias_target().is_none()),
            resource_records: read_records(set.resource_records(), &wanted.resource_records),
            alias_target: set.alias_target().map(|alias| read_alias(alias, wanted.alias_target.as_ref())),
        };
        Ok(Some(Observed::ready(format!("{zone}_{name}_{kind}"), properties)))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let desired = target.properties;
        upsert(cloud, desired).await?;
        let (zone, name) = (known(&desired.hosted_zone_id)?, plain_name(known(&desired.name)?));
        Ok(PhysicalId(format!("{zone}_{name}_{}", desired.record_type)))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, _observed: &Self) -> Result<(), ProviderError> {
        upsert(cloud, target.properties).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let Some((zone, name, kind)) = parts(target) else { return Ok(()) };
        // Route 53 deletes only what it is told exactly.
        let Some(set) = find(cloud, &zone, &name, &kind).await? else { return Ok(()) };
        match change(cloud, &zone, ChangeAction::Delete, set).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            answer => answer,
        }
    }
}
