//! Topics on Amazon SNS.
//!
//! Invariants: encrypted with the environment's key; messages without TLS are refused; nobody hears a topic but by a line of the files. A topic
//! holds nothing: what nobody hears is gone.

use strata_aws::iam::{PolicyDocument, Statement};
use strata_aws::sns::{self, TopicPolicy};
use strata_spec::{Name, TargetKind, Topic};

use super::Stores;
use crate::arn::regional_arn;
use crate::builder::{About, Handle};
use crate::environment::Context;
use crate::naming::limit;
use crate::uses::actions::Part;
use crate::uses::target::{Door, Target};

/// The name of a topic, known before it stands.
fn topic_name(context: &Context<'_>, name: &str, fifo: bool) -> String {
    const SUFFIX: &str = ".fifo";
    if fifo { context.builder.name(&[name], limit::TOPIC - SUFFIX.len()) + SUFFIX } else { context.builder.name(&[name], limit::TOPIC) }
}

pub(super) fn lower(context: &mut Context<'_>, name: &Name, declared: &Topic, key: &Handle, stores: &mut Stores) {
    let key_path = format!("resources.{name}");
    let physical = topic_name(context, name.as_str(), declared.fifo);
    let topic = sns::Topic {
        topic_name: physical.clone(),
        kms_master_key_id: Some(key.arn()),
        fifo_topic: declared.fifo.then_some(true),
        content_based_deduplication: declared.fifo.then_some(true),
        ..sns::Topic::default()
    };
    let handle = context.builder.add(name.as_str(), topic, About::new(key_path.clone(), format!("The topic {name}.")));
    let arn = handle.output("TopicArn");
    let only_tls = Statement::deny("OnlyTls", ["sns:Publish"], [arn.clone()]).for_aws(["*"]);
    let policy = TopicPolicy {
        topics: vec![arn.clone()],
        policy_document: PolicyDocument::new([only_tls.when("Bool", "aws:SecureTransport", ["false"])]),
    };
    let about = About::new(key_path, format!("Refuses messages to the topic {name} without TLS."));
    let policy = context.builder.add(name.as_str(), policy, about);
    crate::observability::topic_alarms(context, name, &handle);

    let mut target = Target::new(TargetKind::Topic, Door::InterfaceEndpoint { service: "sns" })
        .output("name", handle.output("TopicName"))
        .output("arn", arn.clone())
        .output("region", context.network.region())
        .part(Part::Whole, arn, regional_arn("sns", &physical))
        .made_of(&policy);
    target.key = Some(key.arn());
    stores.targets.insert(name.to_string(), target);
}
