//! Queues on Amazon SQS, each with its dead-letter queue.
//!
//! Invariants: encrypted with the environment's key; requests without TLS are refused; a message that fails too often is kept, not lost.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::sqs::{self, QueuePolicy, RedrivePolicy};
use strata_spec::{Name, Queue, TargetKind, TriggerEvent};

use super::{Stores, classification};
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::uses::actions::Part;
use crate::uses::target::{Door, Target};

/// Tries before a message is put aside, where nothing is said.
const RETRIES: u32 = 5;
/// Seconds that a received message stays hidden, where nothing is said.
const VISIBILITY: u64 = 30;
/// Four days: what SQS keeps where nothing is said.
const KEEP: u64 = 345_600;
/// Fourteen days, the longest: time to look at what failed.
const KEEP_FAILED: i64 = 1_209_600;
/// Seconds that a receive waits: the longest, so that empty answers are few.
const LONG_POLL: i64 = 20;
/// Seconds that a data key is used again: five minutes, SQS's own default.
const KEY_REUSE: i64 = 300;

/// The name of a queue, known before it stands.
fn queue_name(context: &Context<'_>, parts: &[&str], fifo: bool) -> String {
    const SUFFIX: &str = ".fifo";
    if fifo { context.builder.name(parts, limit::QUEUE - SUFFIX.len()) + SUFFIX } else { context.builder.name(parts, limit::QUEUE) }
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Queue, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let failed = dead_letters(context, &format!("{name}-failed"), declared.fifo, key, &key_path, Some(name.as_str()));
    let physical = queue_name(context, &[name.as_str()], declared.fifo);
    let visibility = declared.visibility.map_or(VISIBILITY, |visibility| visibility.as_seconds());
    let visibility = visibility.max(longest_reader(context, name));
    let queue = sqs::Queue {
        visibility_timeout: i64::try_from(visibility.min(43_200)).unwrap_or(30),
        message_retention_period: i64::try_from(declared.keep.map_or(KEEP, |keep| keep.as_seconds()).clamp(60, 1_209_600))
            .unwrap_or(345_600),
        redrive_policy: Some(RedrivePolicy {
            dead_letter_target_arn: failed.arn(),
            max_receive_count: declared.retries.unwrap_or(RETRIES).into(),
        }),
        ..plain(physical.clone(), declared.fifo, key)
    };
    let about = About::new(key_path.clone(), format!("The queue {name}.")).data(name.as_str()).classified(classification(context));
    let handle = context.builder.add(name.as_str(), queue, about);
    let policy = tls_only(context, name.as_str(), &handle, &key_path);
    crate::observability::queue_alarms(context, name, &handle, &failed);

    let arn = regional_arn("sqs", &physical);
    let mut target = Target::new(TargetKind::Queue, Door::InterfaceEndpoint { service: "sqs" })
        .output("url", handle.output("QueueUrl"))
        .output("arn", handle.arn())
        .output("name", handle.output("QueueName"))
        .output("region", context.network.region())
        .part(Part::Whole, handle.arn(), arn)
        .made_of(&policy);
    target.key = Some(key.arn());
    stores.targets.insert(name.to_string(), target);
}

fn plain(name: String, fifo: bool, key: &Handle) -> sqs::Queue {
    sqs::Queue {
        queue_name: name,
        kms_master_key_id: Some(key.arn()),
        kms_data_key_reuse_period_seconds: Some(KEY_REUSE),
        receive_message_wait_time_seconds: LONG_POLL,
        fifo_queue: fifo.then_some(true),
        content_based_deduplication: fifo.then_some(true),
        visibility_timeout: i64::try_from(VISIBILITY).unwrap_or(30),
        ..sqs::Queue::default()
    }
}

/// A queue for what failed; `data` where it holds messages of a queue of the user's.
pub(crate) fn dead_letters(context: &mut Context<'_>, name: &str, fifo: bool, key: &Handle, key_path: &str, data: Option<&str>) -> Handle {
    let physical = queue_name(context, &[name], fifo);
    let queue = sqs::Queue { message_retention_period: KEEP_FAILED, ..plain(physical, fifo, key) };
    let mut about = About::new(key_path, format!("Keeps for two weeks what failed too often ({name}), to be looked at."));
    if let Some(data) = data {
        about = about.data(data).classified(classification(context));
    }
    let handle = context.builder.add(name, queue, about);
    tls_only(context, name, &handle, key_path);
    handle
}

fn tls_only(context: &mut Context<'_>, name: &str, queue: &Handle, key_path: &str) -> Handle {
    let policy = QueuePolicy {
        queues: vec![queue.output("QueueUrl")],
        policy_document: PolicyDocument::new([Statement::deny("OnlyTls", ["sqs:*"], [queue.arn()]).for_aws(["*"]).when(
            "Bool",
            "aws:SecureTransport",
            ["false"],
        )]),
    };
    context.builder.add(name, policy, About::new(key_path, format!("Refuses requests to the queue {name} without TLS.")))
}

/// A function that a queue feeds must be done before the message shows again: AWS asks for six times its timeout (Lambda developer guide,
/// "Configuring a queue to use with Lambda").
fn longest_reader(context: &Context<'_>, name: &Name) -> u64 {
    let functions = context.resolved.application.functions.values();
    functions
        .filter(|function| {
            function
                .trigger
                .as_ref()
                .and_then(|trigger| trigger.event())
                .is_some_and(|(thing, event)| thing == name && event == TriggerEvent::Received)
        })
        .map(|function| 6 * crate::application::function_timeout(function))
        .max()
        .unwrap_or(0)
}
