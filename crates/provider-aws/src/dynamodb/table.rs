//! `AWS::DynamoDB::Table` by the DynamoDB API. A table's id is its name.
//!
//! A table is told by five calls: what it is, its tags, its continuous backups, its time to live and its policy. `CreateTable` takes neither of the
//! last three, and DynamoDB takes one change of a table at a time: so the table is made first, with its tags, and what is missing then is brought
//! by the same calls that repair it later. Invariant: what a failed call left undone is seen as a difference by the next look.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{
    AttributeDefinition as SdkAttribute, BillingMode, KeySchemaElement as SdkKey, KeyType, PointInTimeRecoverySpecification as SdkRecovery,
    PointInTimeRecoveryStatus, ScalarAttributeType, SseDescription, SseSpecification as SdkSse, SseStatus, SseType,
    StreamSpecification as SdkStream, StreamViewType, TableDescription, TableStatus, Tag, TimeToLiveSpecification as SdkTimeToLive,
    TimeToLiveStatus,
};
use strata_aws::dynamodb::{
    AttributeDefinition, KeySchemaElement, PointInTimeRecoverySpecification, ResourcePolicy, SseSpecification, StreamSpecification, Table,
    TimeToLiveSpecification,
};
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{found, gone, missing};
use crate::handler::{Handler, Observed, Target, as_it_is};
use crate::tags;
use crate::values::{at, policy_json, read_policy, some_int, some_known, some_text, unbuilt};

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<TableDescription>, ProviderError> {
    let answer = cloud.dynamodb().describe_table().table_name(name).send().await;
    Ok(found(answer.map_err(at("dynamodb:DescribeTable")))?.and_then(|answer| answer.table))
}

fn readiness(table: &TableDescription) -> Readiness {
    let Some(status) = table.table_status() else { return Readiness::Ready };
    match status {
        TableStatus::Active => match table.sse_description().and_then(|encryption| encryption.status()) {
            Some(changing @ (SseStatus::Enabling | SseStatus::Updating | SseStatus::Disabling)) => {
                Readiness::Pending(format!("encryption {}", changing.as_str().to_lowercase()))
            }
            _ => Readiness::Ready,
        },
        TableStatus::Deleting => Readiness::Deleting,
        // The key cannot be used, or could not for a week: the items are there, and nothing here can bring them back. A replacement would
        // end them, so it is no broken table but one that waits for its key.
        other => Readiness::Pending(other.as_str().to_lowercase()),
    }
}

/// Whether a change of it is under way, which ends by itself. A table whose key cannot be used waits for people instead.
fn is_changing(table: &TableDescription) -> bool {
    match table.table_status() {
        Some(TableStatus::Creating | TableStatus::Updating) => true,
        Some(TableStatus::Active) => matches!(readiness(table), Readiness::Pending(_)),
        _ => false,
    }
}

/// DynamoDB takes one change of a table at a time: waits until the one before is done.
async fn settled(cloud: &Cloud, name: &str) -> Result<(), ProviderError> {
    for _ in 0..360 {
        if !describe(cloud, name).await?.as_ref().is_some_and(is_changing) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let message = format!("the table {name} is still being changed after half an hour");
    Err(ProviderError::new(ErrorKind::Transient, "dynamodb:DescribeTable", message))
}

async fn read_tags(cloud: &Cloud, arn: &str) -> Result<Tags, ProviderError> {
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let answer = cloud.dynamodb().list_tags_of_resource().resource_arn(arn).set_next_token(next).send().await;
        // A table that is on its way out has none.
        let Some(answer) = found(answer.map_err(at("dynamodb:ListTagsOfResource")))? else { return Ok(Tags::new()) };
        all.extend(answer.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
        next = answer.next_token;
        if next.is_none() {
            return Ok(tags::read(all));
        }
    }
}

async fn read_recovery(cloud: &Cloud, name: &str) -> Result<PointInTimeRecoverySpecification, ProviderError> {
    let answer = cloud.dynamodb().describe_continuous_backups().table_name(name).send().await;
    let answer = found(answer.map_err(at("dynamodb:DescribeContinuousBackups")))?;
    let seen =
        answer.and_then(|answer| answer.continuous_backups_description).and_then(|backups| backups.point_in_time_recovery_description);
    let on = seen.as_ref().and_then(|seen| seen.point_in_time_recovery_status()) == Some(&PointInTimeRecoveryStatus::Enabled);
    Ok(PointInTimeRecoverySpecification {
        point_in_time_recovery_enabled: on,
        recovery_period_in_days: seen.filter(|_| on).and_then(|seen| seen.recovery_period_in_days).map(i64::from),
    })
}

/// What is being turned on counts as on: DynamoDB may take an hour for it, and takes no other change meanwhile.
async fn read_time_to_live(cloud: &Cloud, name: &str) -> Result<Option<TimeToLiveSpecification>, ProviderError> {
    let answer = cloud.dynamodb().describe_time_to_live().table_name(name).send().await;
    let answer = found(answer.map_err(at("dynamodb:DescribeTimeToLive")))?;
    let Some(seen) = answer.and_then(|answer| answer.time_to_live_description) else { return Ok(None) };
    let on = matches!(seen.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    Ok(seen.attribute_name.filter(|_| on).map(|attribute_name| TimeToLiveSpecification { attribute_name, enabled: true }))
}

async fn read_resource_policy(cloud: &Cloud, arn: &str) -> Result<Option<ResourcePolicy>, ProviderError> {
    const OPERATION: &str = "dynamodb:GetResourcePolicy";
    let answer = cloud.dynamodb().get_resource_policy().resource_arn(arn).send().await;
    let policy = found(answer.map_err(at(OPERATION)))?.and_then(|answer| answer.policy);
    let policy = policy.map(|policy| read_policy(&policy, OPERATION)).transpose()?;
    Ok(policy.map(|policy_document| ResourcePolicy { policy_document }))
}

fn read_encryption(encryption: &SseDescription) -> Option<SseSpecification> {
    let on = matches!(encryption.status(), Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating));
    on.then(|| SseSpecification {
        sse_enabled: true,
        sse_type: encryption.sse_type().map_or("KMS", |kind| kind.as_str()).to_owned(),
        kms_master_key_id: some_text(encryption.kms_master_key_arn()),
    })
}

/// What the table is, by all that tells it.
async fn read(cloud: &Cloud, name: &str, arn: &str, table: &TableDescription) -> Result<Table, ProviderError> {
    let (labels, recovery, end, policy) =
        tokio::join!(read_tags(cloud, arn), read_recovery(cloud, name), read_time_to_live(cloud, name), read_resource_policy(cloud, arn));
    let mut attributes: Vec<AttributeDefinition> = table
        .attribute_definitions()
        .iter()
        .map(|attribute| AttributeDefinition {
            attribute_name: attribute.attribute_name().to_owned(),
            attribute_type: attribute.attribute_type().as_str().to_owned(),
        })
        .collect();
    attributes.sort();
    let key = |part: &SdkKey| KeySchemaElement {
        attribute_name: part.attribute_name().to_owned(),
        key_type: part.key_type().as_str().to_owned(),
    };
    let stream = table.stream_specification().filter(|stream| stream.stream_enabled());
    Ok(Table {
        table_name: name.to_owned(),
        attribute_definitions: attributes,
        key_schema: table.key_schema().iter().map(key).collect(),
        // A table that never was on demand has no summary.
        billing_mode: table
            .billing_mode_summary()
            .and_then(|summary| summary.billing_mode())
            .map_or("PROVISIONED", |mode| mode.as_str())
            .to_owned(),
        deletion_protection_enabled: table.deletion_protection_enabled().unwrap_or_default(),
        sse_specification: table.sse_description().and_then(read_encryption),
        point_in_time_recovery_specification: recovery?,
        time_to_live_specification: end?,
        stream_specification: stream
            .and_then(|stream| stream.stream_view_type())
            .map(|view| StreamSpecification { stream_view_type: view.as_str().to_owned() }),
        resource_policy: policy?,
        tags: labels?,
    })
}

fn sdk_tags(all: std::collections::BTreeMap<String, String>) -> Result<Vec<Tag>, ProviderError> {
    all.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build().map_err(unbuilt("dynamodb:Tag"))).collect()
}

/// Without a key of KMS the table is encrypted by one that belongs to AWS.
fn sdk_encryption(desired: &Table) -> Result<SdkSse, ProviderError> {
    let Some(encryption) = &desired.sse_specification else { return Ok(SdkSse::builder().enabled(false).build()) };
    Ok(SdkSse::builder()
        .enabled(encryption.sse_enabled)
        .sse_type(SseType::from(encryption.sse_type.as_str()))
        .set_kms_master_key_id(some_known(encryption.kms_master_key_id.as_ref())?)
        .build())
}

fn sdk_stream(stream: Option<&StreamSpecification>) -> Result<SdkStream, ProviderError> {
    SdkStream::builder()
        .stream_enabled(stream.is_some())
        .set_stream_view_type(stream.map(|stream| StreamViewType::from(stream.stream_view_type.as_str())))
        .build()
        .map_err(unbuilt("dynamodb:StreamSpecification"))
}

/// Changes of what `CreateTable` takes too, one call each, since DynamoDB takes some of them alone only.
async fn change_table(cloud: &Cloud, name: &str, desired: &Table, observed: &Table) -> Result<(), ProviderError> {
    let update = || cloud.dynamodb().update_table().table_name(name);
    let mut calls = Vec::new();
    if observed.billing_mode != desired.billing_mode {
        calls.push(update().billing_mode(BillingMode::from(desired.billing_mode.as_str())));
    }
    if observed.deletion_protection_enabled != desired.deletion_protection_enabled {
        calls.push(update().deletion_protection_enabled(desired.deletion_protection_enabled));
    }
    if observed.sse_specification != desired.sse_specification {
        calls.push(update().sse_specification(sdk_encryption(desired)?));
    }
    if observed.stream_specification != desired.stream_specification {
        // A stream that is on must be turned off before it can show something else.
        if observed.stream_specification.is_some() {
            calls.push(update().stream_specification(sdk_stream(None)?));
        }
        if desired.stream_specification.is_some() {
            calls.push(update().stream_specification(sdk_stream(desired.stream_specification.as_ref())?));
        }
    }
    for call in calls {
        call.send().await.map_err(at("dynamodb:UpdateTable")).map_err(busy)?;
        settled(cloud, name).await?;
    }
    Ok(())
}

async fn change_recovery(cloud: &Cloud, name: &str, desired: &PointInTimeRecoverySpecification) -> Result<(), ProviderError> {
    const OPERATION: &str = "dynamodb:UpdateContinuousBackups";
    let recovery = SdkRecovery::builder()
        .point_in_time_recovery_enabled(desired.point_in_time_recovery_enabled)
        .set_recovery_period_in_days(some_int(desired.recovery_period_in_days)?)
        .build()
        .map_err(unbuilt(OPERATION))?;
    let call = cloud.dynamodb().update_continuous_backups().table_name(name).point_in_time_recovery_specification(recovery);
    call.send().await.map(|_| ()).map_err(at(OPERATION)).map_err(busy)
}

/// Names the attribute that ends items. DynamoDB must first forget another one, and takes a change once an hour.
async fn change_time_to_live(
    cloud: &Cloud,
    name: &str,
    desired: Option<&TimeToLiveSpecification>,
    observed: Option<&TimeToLiveSpecification>,
) -> Result<(), ProviderError> {
    const OPERATION: &str = "dynamodb:UpdateTimeToLive";
    let set = |of: &TimeToLiveSpecification, on: bool| {
        let end = SdkTimeToLive::builder().attribute_name(&of.attribute_name).enabled(on).build().map_err(unbuilt(OPERATION));
        end.map(|end| cloud.dynamodb().update_time_to_live().table_name(name).time_to_live_specification(end))
    };
    let calls = [observed.map(|of| set(of, false)), desired.map(|of| set(of, true))];
    for call in calls.into_iter().flatten() {
        call?.send().await.map_err(at(OPERATION)).map_err(busy).map_err(once_an_hour)?;
    }
    Ok(())
}

/// A change that a look did not show yet is still under way: it passes.
fn busy(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Dependency {
        error.kind = ErrorKind::Transient;
    }
    error
}

/// DynamoDB refuses a second change within an hour with a plain `ValidationException`.
fn once_an_hour(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Invalid && error.message.contains("modified multiple times") {
        error.kind = ErrorKind::Conflict;
        error.to_do = Some("DynamoDB changes a table's time to live once an hour: run the same command again in an hour".to_owned());
    }
    error
}

/// Brings a table that takes changes from what was observed to what is desired.
async fn bring(cloud: &Cloud, name: &str, desired: &Table, observed: &Table) -> Result<(), ProviderError> {
    let arn = cloud.arn("dynamodb", &format!("table/{name}"));
    let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
    if !set.is_empty() {
        let call = cloud.dynamodb().tag_resource().resource_arn(&arn).set_tags(Some(sdk_tags(set)?));
        call.send().await.map_err(at("dynamodb:TagResource"))?;
    }
    if !remove.is_empty() {
        let call = cloud.dynamodb().untag_resource().resource_arn(&arn).set_tag_keys(Some(remove));
        call.send().await.map_err(at("dynamodb:UntagResource"))?;
    }
    if observed.resource_policy != desired.resource_policy {
        match &desired.resource_policy {
            Some(policy) => {
                let policy = policy_json(&policy.policy_document, "dynamodb:PutResourcePolicy")?;
                let call = cloud.dynamodb().put_resource_policy().resource_arn(&arn).policy(policy);
                call.send().await.map(|_| ()).map_err(at("dynamodb:PutResourcePolicy"))?;
            }
            None => {
                let call = cloud.dynamodb().delete_resource_policy().resource_arn(&arn);
                gone(call.send().await.map_err(at("dynamodb:DeleteResourcePolicy")))?;
            }
        }
    }
    change_table(cloud, name, desired, observed).await?;
    let recovery = &desired.point_in_time_recovery_specification;
    if observed.point_in_time_recovery_specification != *recovery {
        change_recovery(cloud, name, recovery).await?;
    }
    if observed.time_to_live_specification != desired.time_to_live_specification {
        // The last one: it may have to wait for an hour, and nothing else shall.
        let (desired, observed) = (desired.time_to_live_specification.as_ref(), observed.time_to_live_specification.as_ref());
        change_time_to_live(cloud, name, desired, observed).await?;
    }
    Ok(())
}

#[async_trait]
impl Handler for Table {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.table_name.as_str(), |id| id.0.as_str());
        let Some(table) = describe(cloud, name).await? else { return Ok(None) };
        let readiness = readiness(&table);
        let arn = table.table_arn().ok_or_else(|| missing("dynamodb:DescribeTable", "TableArn"))?;
        let properties = read(cloud, name, arn, &table).await?;
        let followed = properties.stream_specification.is_some();
        let mut observed = Observed::ready(name, properties).output("TableName", name).output("Arn", arn).readiness(readiness);
        // A stream that was turned off keeps its ARN for a day.
        if let Some(stream) = table.latest_stream_arn().filter(|_| followed) {
            observed = observed.output("StreamArn", stream);
        }
        Ok(Some(observed))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let (desired, name) = (target.properties, target.properties.table_name.as_str());
        let mut call = cloud
            .dynamodb()
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::from(desired.billing_mode.as_str()))
            .deletion_protection_enabled(desired.deletion_protection_enabled)
            .sse_specification(sdk_encryption(desired)?)
            .set_tags(Some(sdk_tags(tags::plain(&desired.tags)?)?));
        for attribute in &desired.attribute_definitions {
            let attribute = SdkAttribute::builder()
                .attribute_name(&attribute.attribute_name)
                .attribute_type(ScalarAttributeType::from(attribute.attribute_type.as_str()));
            call = call.attribute_definitions(attribute.build().map_err(unbuilt("dynamodb:AttributeDefinition"))?);
        }
        for part in &desired.key_schema {
            let part = SdkKey::builder().attribute_name(&part.attribute_name).key_type(KeyType::from(part.key_type.as_str()));
            call = call.key_schema(part.build().map_err(unbuilt("dynamodb:KeySchemaElement"))?);
        }
        if desired.stream_specification.is_some() {
            call = call.stream_specification(sdk_stream(desired.stream_specification.as_ref())?);
        }
        call.send().await.map_err(at("dynamodb:CreateTable")).map_err(taken)?;
        settled(cloud, name).await?;
        let table = describe(cloud, name).await?.ok_or_else(|| {
            ProviderError::new(
                ErrorKind::Transient,
                "dynamodb:DescribeTable",
                format!("the table {name} was made and does not show up yet"),
            )
        })?;
        let arn = table.table_arn().ok_or_else(|| missing("dynamodb:DescribeTable", "TableArn"))?;
        bring(cloud, name, desired, &read(cloud, name, arn, &table).await?).await?;
        Ok(PhysicalId(name.to_owned()))
    }

    async fn update(cloud: &Cloud, target: &Target<'_, Self>, observed: &Self) -> Result<(), ProviderError> {
        let name = target.id()?;
        settled(cloud, name).await?;
        // Of an earlier try the answer may be lost, and most of these calls refuse to be sent twice.
        let observed = &as_it_is(cloud, target, observed).await?;
        bring(cloud, name, target.properties, observed).await
    }

    async fn delete(cloud: &Cloud, target: &Target<'_, Self>) -> Result<(), ProviderError> {
        let name = target.id()?;
        settled(cloud, name).await?;
        let Some(table) = describe(cloud, name).await? else { return Ok(()) };
        if readiness(&table) == Readiness::Deleting {
            return Ok(());
        }
        if table.deletion_protection_enabled().unwrap_or_default() {
            let call = cloud.dynamodb().update_table().table_name(name).deletion_protection_enabled(false);
            call.send().await.map_err(at("dynamodb:UpdateTable"))?;
            settled(cloud, name).await?;
        }
        gone(cloud.dynamodb().delete_table().table_name(name).send().await.map_err(at("dynamodb:DeleteTable")))
    }
}

/// A table of that name is *in use* in DynamoDB's words: another stands there already, or the answer of an earlier try was lost.
fn taken(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Dependency {
        error.kind = ErrorKind::Conflict;
    }
    error
}
