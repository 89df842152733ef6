//! Data streams on Amazon Kinesis.
//!
//! Invariants: encrypted with the environment's key; records are kept as long as the standards ask for; without a number of shards Kinesis counts
//! them itself.

use strata_aws::kinesis::{self, StreamEncryption, StreamModeDetails};
use strata_spec::{Name, Stream, TargetKind};

use super::{Stores, classification};
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::posture::{Level, Setting};
use crate::uses::actions::Part;
use crate::uses::target::{Door, Target};

/// Hours that Kinesis keeps a record, at least and at most (Kinesis developer guide, "Change the data retention period").
const HOURS: std::ops::RangeInclusive<u64> = 24..=8760;
const HOURS_A_DAY: u64 = 24;

/// The name of a stream, known before it stands.
pub(crate) fn stream_name(context: &Context<'_>, name: &str) -> String {
    context.builder.name(&[name], limit::STREAM)
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Stream, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let physical = stream_name(context, name.as_str());
    let about = About::new(key_path.clone(), format!("The stream {name}.")).data(name.as_str()).classified(classification(context));
    let (hours, about) = keep(context, &key_path, declared, about);
    let mode = if declared.shards.is_some() { kinesis::Stream::PROVISIONED } else { kinesis::Stream::ON_DEMAND };
    let stream = kinesis::Stream {
        name: physical.clone(),
        stream_mode_details: StreamModeDetails { stream_mode: mode.to_owned() },
        shard_count: declared.shards.map(i64::from),
        retention_period_hours: hours,
        stream_encryption: Some(StreamEncryption { encryption_type: "KMS".to_owned(), key_id: key.arn() }),
        ..kinesis::Stream::default()
    };
    let handle = context.builder.add(name.as_str(), stream, about);
    crate::observability::stream_alarms(context, name, &handle);

    let mut target = Target::new(TargetKind::Stream, Door::InterfaceEndpoint { service: "kinesis-streams" })
        .output("name", handle.output("Name"))
        .output("arn", handle.arn())
        .output("region", context.network.region())
        .part(Part::Whole, handle.arn(), regional_arn("kinesis", &format!("stream/{physical}")))
        .made_of(&handle);
    target.key = Some(key.arn());
    stores.targets.insert(name.to_string(), target);
}

/// Hours that records are kept: what the file says, else what the standards ask for.
fn keep(context: &mut Context<'_>, key_path: &str, declared: &Stream, about: About) -> (i64, About) {
    let within = |hours: u64| i64::try_from(hours.clamp(*HOURS.start(), *HOURS.end())).unwrap_or(24);
    let key = format!("{key_path}.keep");
    match declared.keep {
        Some(keep) => {
            let hours = keep.as_seconds().div_ceil(3600);
            let days = u32::try_from(hours / HOURS_A_DAY).unwrap_or(u32::MAX);
            context.below(Setting::StreamRetention, Level::Number(days), &key);
            (within(hours), about.said(Setting::StreamRetention, key))
        }
        None => (within(u64::from(context.builder.posture().number(Setting::StreamRetention)) * HOURS_A_DAY), about),
    }
}
