//! `AWS::Kinesis::Stream` by the Kinesis API. A stream's id is its name.
//!
//! `CreateStream` takes neither encryption nor retention, and Kinesis takes one change of a stream at a time: so the stream is made first, with its
//! tags, and what is missing then is brought by the same calls that repair it later. Invariant: what a failed call left undone is seen as a
//! difference by the next look.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_kinesis::types::{
    EncryptionType, ScalingType, StreamDescriptionSummary, StreamMode, StreamModeDetails as SdkMode, StreamStatus,
};
use strata_aws::iam::PolicyDocument;
use strata_aws::kinesis::{Stream, StreamEncryption, StreamModeDetails};
use strata_graph::{PhysicalId, Tags};
use strata_provider::{ErrorKind, ProviderError, Readiness};

use crate::client::Cloud;
use crate::error::{found, gone};
use crate::handler::{Handler, Observed, Target, as_it_is};
use crate::tags::{self, known};
use crate::values::{at, int, policy_json, read_policy, some_int, unbuilt};

/// Most tags that a call takes or gives.
const TAGS_AT_ONCE: usize = 50;

/// Kinesis says that a limit is exceeded where other services say that calls come too fast (API reference, `DescribeStreamSummary`: 20 a second;
/// `ListTagsForStream`: 5 a second). Creation alone means a quota by it.
fn too_fast(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Quota {
        error.kind = ErrorKind::Throttled;
    }
    error
}

/// A stream that is changed is *in use* in Kinesis's words: that passes.
fn busy(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Dependency {
        error.kind = ErrorKind::Transient;
    }
    error
}

async fn describe(cloud: &Cloud, name: &str) -> Result<Option<StreamDescriptionSummary>, ProviderError> {
    let answer = cloud.kinesis().describe_stream_summary().stream_name(name).send().await;
    let answer = found(answer.map_err(at("kinesis:DescribeStreamSummary")).map_err(too_fast))?;
    Ok(answer.and_then(|answer| answer.stream_description_summary))
}

fn readiness(stream: &StreamDescriptionSummary) -> Readiness {
    match stream.stream_status() {
        StreamStatus::Active => Readiness::Ready,
        StreamStatus::Deleting => Readiness::Deleting,
        other => Readiness::Pending(other.as_str().to_lowercase()),
    }
}

/// Kinesis takes one change of a stream at a time: waits until the one before is done, and gives the stream as it is then.
async fn settled(cloud: &Cloud, name: &str) -> Result<Option<StreamDescriptionSummary>, ProviderError> {
    for _ in 0..360 {
        let stream = describe(cloud, name).await?;
        if !matches!(stream.as_ref().map(readiness), Some(Readiness::Pending(_))) {
            return Ok(stream);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let message = format!("the stream {name} is still being changed after half an hour");
    Err(ProviderError::new(ErrorKind::Transient, "kinesis:DescribeStreamSummary", message))
}

async fn read_tags(cloud: &Cloud, name: &str) -> Result<Tags, ProviderError> {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let answer = cloud.kinesis().list_tags_for_stream().stream_name(name).set_exclusive_start_tag_key(after).send().await;
        // A stream that is on its way out has none.
        let answer = found(answer.map_err(at("kinesis:ListTagsForStream")).map_err(too_fast))?;
        let Some(answer) = answer else { return Ok(Tags::new()) };
        let more = answer.has_more_tags;
        after = answer.tags.last().map(|tag| tag.key.clone());
        all.extend(answer.tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())));
        if !more || after.is_none() {
            return Ok(tags::read(all));
        }
    }
}

async fn read_resource_policy(cloud: &Cloud, arn: &str) -> Result<Option<PolicyDocument>, ProviderError> {
    const OPERATION: &str = "kinesis:GetResourcePolicy";
    let answer = cloud.kinesis().get_resource_policy().resource_arn(arn).send().await;
    let policy = found(answer.map_err(at(OPERATION)).map_err(too_fast))?.map(|answer| answer.policy);
    // Where there is none the answer is empty, or an empty object.
    policy.filter(|policy| !matches!(policy.trim(), "" | "{}")).map(|policy| read_policy(&policy, OPERATION)).transpose()
}

async fn read(cloud: &Cloud, stream: &StreamDescriptionSummary) -> Result<Stream, ProviderError> {
    let (labels, policy) = tokio::join!(read_tags(cloud, stream.stream_name()), read_resource_policy(cloud, stream.stream_arn()));
    // Streams from before there were two modes have none said.
    let mode = stream.stream_mode_details().map_or(Stream::PROVISIONED, |details| details.stream_mode().as_str());
    let encrypted = stream.encryption_type() == Some(&EncryptionType::Kms);
    Ok(Stream {
        name: stream.stream_name().to_owned(),
        stream_mode_details: StreamModeDetails { stream_mode: mode.to_owned() },
        shard_count: (mode == Stream::PROVISIONED).then(|| stream.open_shard_count().into()),
        retention_period_hours: stream.retention_period_hours().into(),
        stream_encryption: encrypted.then(|| StreamEncryption {
            encryption_type: EncryptionType::Kms.as_str().to_owned(),
            key_id: stream.key_id().unwrap_or_default().into(),
        }),
        resource_policy: policy?,
        tags: labels?,
    })
}

fn sdk_mode(desired: &Stream) -> Result<SdkMode, ProviderError> {
    let mode = SdkMode::builder().stream_mode(StreamMode::from(desired.stream_mode_details.stream_mode.as_str()));
    mode.build().map_err(unbuilt("kinesis:StreamModeDetails"))
}

/// Brings the number of shards to the one that is desired. A call at most doubles them or halves them (API reference, `UpdateShardCount`).
async fn reshard(cloud: &Cloud, name: &str, desired: i64) -> Result<(), ProviderError> {
    // From 1 to 500 and back takes nine calls.
    for _ in 0..10 {
        let Some(stream) = settled(cloud, name).await? else { return Ok(()) };
        let now = i64::from(stream.open_shard_count()).max(1);
        if now == desired {
            return Ok(());
        }
        let next = desired.clamp((now + 1) / 2, now * 2);
        let call = cloud.kinesis().update_shard_count().stream_name(name).target_shard_count(int(next)?);
        call.scaling_type(ScalingType::UniformScaling).send().await.map_err(at("kinesis:UpdateShardCount")).map_err(busy)?;
    }
    settled(cloud, name).await.map(|_| ())
}

async fn encrypt(cloud: &Cloud, name: &str, desired: &Stream, observed: &Stream) -> Result<(), ProviderError> {
    match (&desired.stream_encryption, &observed.stream_encryption) {
        (Some(encryption), _) => {
            let call = cloud.kinesis().start_stream_encryption().stream_name(name);
            let call = call.encryption_type(EncryptionType::from(encryption.encryption_type.as_str()));
            let answer = call.key_id(known(&encryption.key_id)?).send().await;
            answer.map(|_| ()).map_err(at("kinesis:StartStreamEncryption")).map_err(busy)
        }
        (None, Some(encryption)) => {
            let call = cloud.kinesis().stop_stream_encryption().stream_name(name).encryption_type(EncryptionType::Kms);
            let answer = call.key_id(known(&encryption.key_id)?).send().await;
            answer.map(|_| ()).map_err(at("kinesis:StopStreamEncryption")).map_err(busy)
        }
        (None, None) => Ok(()),
    }
}

async fn keep(cloud: &Cloud, name: &str, desired: i64, observed: i64) -> Result<(), ProviderError> {
    let hours = int(desired)?;
    if desired > observed {
        let call = cloud.kinesis().increase_stream_retention_period().stream_name(name).retention_period_hours(hours);
        call.send().await.map(|_| ()).map_err(at("kinesis:IncreaseStreamRetentionPeriod")).map_err(busy)
    } else {
        let call = cloud.kinesis().decrease_stream_retention_period().stream_name(name).retention_period_hours(hours);
        call.send().await.map(|_| ()).map_err(at("kinesis:DecreaseStreamRetentionPeriod")).map_err(busy)
    }
}

async fn retag(cloud: &Cloud, name: &str, desired: &Stream, observed: &Stream) -> Result<(), ProviderError> {
    let (set, remove) = tags::change(&observed.tags, &desired.tags)?;
    let set: Vec<(String, String)> = set.into_iter().collect();
    for some in set.chunks(TAGS_AT_ONCE) {
        let call = cloud.kinesis().add_tags_to_stream().stream_name(name).set_tags(Some(some.iter().cloned().collect()));
        call.send().await.map_err(at("kinesis:AddTagsToStream")).map_err(too_fast)?;
    }
    for some in remove.chunks(TAGS_AT_ONCE) {
        let call = cloud.kinesis().remove_tags_from_stream().stream_name(name).set_tag_keys(Some(some.to_vec()));
        call.send().await.map_err(at("kinesis:RemoveTagsFromStream")).map_err(too_fast)?;
    }
    Ok(())
}

async fn change_policy(cloud: &Cloud, arn: &str, desired: Option<&PolicyDocument>) -> Result<(), ProviderError> {
    match desired {
        Some(policy) => {
            let policy = policy_json(policy, "kinesis:PutResourcePolicy")?;
            let call = cloud.kinesis().put_resource_policy().resource_arn(arn).policy(policy);
            call.send().await.map(|_| ()).map_err(at("kinesis:PutResourcePolicy"))
        }
        None => {
            let call = cloud.kinesis().delete_resource_policy().resource_arn(arn);
            gone(call.send().await.map_err(at("kinesis:DeleteResourcePolicy")))
        }
    }
}

/// Brings a stream that takes changes from what was observed to what is desired.
async fn bring(cloud: &Cloud, name: &str, desired: &Stream, observed: &Stream) -> Result<(), ProviderError> {
    let arn = cloud.arn("kinesis", &format!("stream/{name}"));
    retag(cloud, name, desired, observed).await?;
    if observed.resource_policy != desired.resource_policy {
        change_policy(cloud, &arn, desired.resource_policy.as_ref()).await?;
    }
    if observed.stream_encryption != desired.stream_encryption {
        encrypt(cloud, name, desired, observed).await?;
        settled(cloud, name).await?;
    }
    if observed.retention_period_hours != desired.retention_period_hours {
        keep(cloud, name, desired.retention_period_hours, observed.retention_period_hours).await?;
        settled(cloud, name).await?;
    }
    if observed.stream_mode_details != desired.stream_mode_details {
        let call = cloud.kinesis().update_stream_mode().stream_arn(&arn).stream_mode_details(sdk_mode(desired)?);
        call.send().await.map_err(at("kinesis:UpdateStreamMode")).map_err(busy)?;
        settled(cloud, name).await?;
    }
    match desired.shard_count {
        Some(count) if observed.shard_count != Some(count) => reshard(cloud, name, count).await,
        _ => Ok(()),
    }
}

#[async_trait]
impl Handler for Stream {
    async fn observe(cloud: &Cloud, target: &Target<'_, Self>) -> Result<Option<Observed<Self>>, ProviderError> {
        let name = target.id.map_or(target.properties.name.as_str(), |id| id.0.as_str());
        let Some(stream) = describe(cloud, name).await? else { return Ok(None) };
        let properties = read(cloud, &stream).await?;
        let observed = Observed::ready(name, properties).output("Name", name).output("Arn", stream.stream_arn());
        Ok(Some(observed.readiness(readiness(&stream))))
    }

    async fn create(cloud: &Cloud, target: &Target<'_, Self>) -> Result<PhysicalId, ProviderError> {
        let (desired, name) = (target.properties, target.properties.name.as_str());
        let call = cloud
            .kinesis()
            .create_stream()
            .stream_name(name)
            .stream_mode_details(sdk_mode(desired)?)
            .set_shard_count(some_int(desired.shard_count)?)
            .set_tags(Some(tags::plain(&desired.tags)?.into_iter().collect()));
        call.send().await.map_err(at("kinesis:CreateStream")).map_err(taken)?;
        let stream = settled(cloud, name).await?.ok_or_else(|| {
            let message = format!("the stream {name} was made and does not show up yet");
            ProviderError::new(ErrorKind::Transient, "kinesis:DescribeStreamSummary", message)
        })?;
        bring(cloud, name, desired, &read(cloud, &stream).await?).await?;
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
        match settled(cloud, name).await?.as_ref().map(readiness) {
            None | Some(Readiness::Deleting) => return Ok(()),
            Some(_) => {}
        }
        // Readers with a rate of their own that others registered do not hold it.
        let call = cloud.kinesis().delete_stream().stream_name(name).enforce_consumer_deletion(true);
        gone(call.send().await.map_err(at("kinesis:DeleteStream")).map_err(busy))
    }
}

/// A stream of that name is *in use* in Kinesis's words: another stands there already, or the answer of an earlier try was lost.
fn taken(mut error: ProviderError) -> ProviderError {
    if error.kind == ErrorKind::Dependency {
        error.kind = ErrorKind::Conflict;
    }
    error
}
